"""A sample of an archive's passage vectors: what its articles are like on the whole."""

from __future__ import annotations

from indexer.engines.base import Engine, FloatArray, Sort, Union

#: Articles that are sampled lie evenly over so many of the latest.
LATEST = 10_000


def sample_vectors(engine: Engine, union: Union, *, articles: int, runs: int) -> list[FloatArray]:
    """Return the passages' vectors, (n, dim) float32 each, of about so many articles.

    They are taken in `runs` that lie evenly over the latest ones; those without passages are left out.
    """
    size = articles // runs
    ids, total = engine.browse(union, sort=Sort.NEWEST, size=size)
    for run in range(1, runs):
        offset = max(min(total, LATEST) - size, 0) * run // (runs - 1)
        ids += engine.browse(union, sort=Sort.NEWEST, size=size, offset=offset)[0]
    wanted = list(dict.fromkeys(ids))
    stored = engine.vectors(wanted)
    return [stored[article_id] for article_id in wanted if article_id in stored]
