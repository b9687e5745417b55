"""What follows a change of articles, and is made up for where a run was cut off before it came to that.

A record tells that articles have changed and what is derived from them has not: the lexicon, the background, and on a
cluster the merging of what a large load has left. It is written before the first change and deleted behind the last
step, so that the next run, or `newsarchive doctor --repair`, does what a killed one has left undone.
"""

from __future__ import annotations

from indexer.engines.base import Engine, GatherRequest, Union

#: Beside the lexicon's own records, which were once all that could be behind.
_KIND, _BEHIND = "lexicon", "behind"


def begin(engine: Engine) -> int:
    """Note that articles are about to change; return how many there were before, or before the run that was cut off."""
    before = articles_before(engine)
    if before is None:
        before = engine.gather(GatherRequest(Union())).total
        engine.put_records(_KIND, {_BEHIND: {"articles": before}})
    return before


def articles_before(engine: Engine) -> int | None:
    """Return how many articles there were before a run that was cut off, or is going on; None without such a run."""
    for key, record in engine.records(_KIND):
        if key == _BEHIND:
            return int(record.get("articles", 0))
    return None


def end(engine: Engine) -> None:
    """Undo `begin`: all that follows has been done."""
    engine.delete_records(_KIND, [_BEHIND])
