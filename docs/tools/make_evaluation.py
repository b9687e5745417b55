"""Make judged queries from articles: translated titles (NTREX) and titles with one word changed.

    python docs/tools/make_evaluation.py translated ntrex/articles.jsonl.gz OUT
    python docs/tools/make_evaluation.py changed ant/articles.jsonl.gz OUT

OUT becomes a folder. `translated` writes `queries.tsv` (the English titles), `qrels.ar.txt` (the Arabic
article of the same story) and `qrels.all.txt` (the story in every language, the English one too):

    newsarchive evaluate --queries OUT/queries.tsv --qrels OUT/qrels.ar.txt --filter language=ar
    newsarchive evaluate --queries OUT/queries.tsv --qrels OUT/qrels.all.txt --measure R@20

`changed` writes `queries.tsv` and `qrels.txt`: 1,000 Arabic titles, the same on every run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from indexer.article import Article
from indexer.evaluate.builders import changed_titles, translated_titles
from indexer.evaluate.datasets import write_qrels, write_queries
from indexer.readers import read


def main() -> None:
    kind, source, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    articles = list(read_articles(source))
    out.mkdir(parents=True, exist_ok=True)
    if kind == "translated":
        queries, qrels = translated_titles(articles, answered_in=("ar",))
        write_qrels(out / "qrels.ar.txt", qrels)
        write_qrels(out / "qrels.all.txt", translated_titles(articles)[1])
    elif kind == "changed":
        queries, qrels = changed_titles(articles)
        write_qrels(out / "qrels.txt", qrels)
    else:
        sys.exit(__doc__)
    write_queries(out / "queries.tsv", queries)
    sys.stdout.write(f"{len(queries):,} queries in {out}\n")


def read_articles(source: str) -> Iterator[Article]:
    for record in read([source]):
        if record.article:
            yield record.article


if __name__ == "__main__":
    main()
