"""Say how well alerts find what a search is about: the figures behind `indexer.alerts.nearness.DEVIATIONS`.

    python docs/tools/evaluate_alerts.py ARCHIVE

The archive holds stories in several languages: the bundled sample does (`newsarchive demo --no-serve`), or one made as
docs/evaluation.md says. Each English title is a saved search, each article of the archive a new one; those of the same
story are what should be found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from indexer.alerts import nearness as near
from indexer.alerts.matching import Candidate, Trigger, make_trigger, needed
from indexer.alerts.nearness import UsualNearness
from indexer.archive import Archive
from indexer.evaluate.builders import translated_titles
from indexer.evaluate.datasets import plain
from indexer.search.request import SearchRequest
from indexer.settings import load_settings

SHARES = (1 / 4, 1 / 3, 2 / 5, 1 / 2)
DEVIATIONS = (0.0, 2.0, 2.5, 3.0, 3.5)


@dataclass(frozen=True)
class Asked:
    """A saved search with, for each article, how many of its words it answers and how near it is."""

    trigger: Trigger
    relevant: set[str]
    articles: dict[str, tuple[int, float]]

    @classmethod
    def of(
        cls,
        archive: Archive,
        text: str,
        candidates: Sequence[Candidate],
        relevant: set[str],
        sample: UsualNearness,
    ) -> Asked:
        trigger = make_trigger(archive.searcher.prepare(SearchRequest(text)), sample)
        if trigger is None or trigger.near is None:
            raise SystemExit("The archive is too small to tell what is near.")
        articles = {
            one.article.id: (trigger.answered(one)[1], one.nearness(trigger.near.vector))
            for one in candidates
        }
        return cls(trigger, relevant, articles)

    def told(self, share: float, sample: UsualNearness) -> set[str]:
        """Return the articles that raise an alert by this share of the words, and by `nearness.DEVIATIONS`."""
        assert self.trigger.near is not None
        least = needed(share, self.trigger.count)
        asked = replace(self.trigger, near=sample.hurdle(self.trigger.near.vector))
        return {
            name
            for name, (met, cosine) in self.articles.items()
            if met >= least and asked.is_near(cosine, met)
        }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    with Archive.open(load_settings(archive=parser.parse_args().archive)) as archive:
        articles = list(archive.scan())
        queries, qrels = translated_titles(articles)
        if not queries:
            print("The archive holds no stories in several languages.", file=sys.stderr)
            return 1
        vectors = archive.engine.vectors([one.id for one in articles])
        candidates = [Candidate(one, vectors.get(one.id)) for one in articles]
        sample = UsualNearness.of(archive.engine)
        asked = [
            Asked.of(archive, plain(query.text), candidates, set(qrels[query.id]), sample)
            for query in queries
        ]
        print(f"{len(articles):,} articles, {len(asked)} searches")
        for share, deviations in product(SHARES, DEVIATIONS):
            near.DEVIATIONS = deviations
            right = wrong = wanted = 0
            for one in asked:
                told = one.told(share, sample)
                right += len(told & one.relevant)
                wrong += len(told - one.relevant)
                wanted += len(one.relevant)
            print(
                f"share {share:.2f}, deviations {deviations:.1f}: recall {right / wanted:.2f}, "
                f"precision {right / max(1, right + wrong):.2f}, {wrong / len(asked):.1f} others a search"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
