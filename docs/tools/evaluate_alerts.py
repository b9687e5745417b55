"""Say how well alerts find what a search is about: the figures behind `indexer.alerts.nearness.DEVIATIONS`.

    python docs/tools/evaluate_alerts.py ARCHIVE

The archive holds stories in several languages (the bundled sample does: `newsarchive demo --no-serve`). Each English
title is a saved search, each article of the archive a new one; those of the same story are what should be found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from indexer.alerts import matching
from indexer.alerts import nearness as near
from indexer.alerts.matching import Candidate, make_trigger
from indexer.alerts.nearness import UsualNearness
from indexer.archive import Archive
from indexer.evaluate.builders import translated_titles
from indexer.evaluate.datasets import plain
from indexer.search.request import SearchRequest
from indexer.settings import load_settings

MOST = 40


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
        queries = queries[:: max(1, len(queries) // MOST)][:MOST]
        vectors = archive.engine.vectors([one.id for one in articles])
        candidates = [Candidate(one, vectors.get(one.id)) for one in articles]
        sample = UsualNearness.of(archive.engine)
        print(f"{len(articles):,} articles, {len(queries)} searches")
        for share in (1 / 3, 1 / 2, 2 / 3):
            for deviations in (0.0, 2.0, 2.5, 3.0):
                matching.SHARE, near.DEVIATIONS = share, deviations
                right = wrong = wanted = 0
                for query in queries:
                    trigger = make_trigger(archive.searcher.prepare(SearchRequest(plain(query.text))), sample)
                    assert trigger is not None
                    found = {one.article.id for one in candidates if trigger.matches(one) is not None}
                    relevant = set(qrels[query.id])
                    right += len(found & relevant)
                    wrong += len(found - relevant)
                    wanted += len(relevant)
                print(
                    f"share {share:.2f}, deviations {deviations:.1f}: recall {right / wanted:.2f}, "
                    f"precision {right / max(1, right + wrong):.2f}, {wrong / len(queries):.1f} others a search"
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
