"""Choose the articles that `newsarchive demo` shows, from the two data sets whose licences allow it.

    python docs/tools/make_sample.py DATA-FOLDER

DATA-FOLDER holds `jawhara/articles.jsonl.gz` and `ntrex/articles.jsonl.gz`. The choice is the same on every
run. The result is `indexer/data/sample/*.jsonl.gz`; its origin and licences are in the `NOTICE` beside it.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

SAMPLE = Path(__file__).resolve().parents[2] / "indexer" / "data" / "sample"

#: Section -> how many of its articles. World news first: that is what an English reader will ask about.
SECTIONS = {
    "internationalNews": 150,
    "politic": 50,
    "economy": 40,
    "localNews": 40,
    "sport": 30,
    "culture": 20,
    "technology": 20,
    "diverse": 20,
    "society": 20,
}
#: Long enough to be an article, short enough that the whole sample is encoded in about a minute.
SHORTEST, LONGEST = 600, 3_500
#: Stories that come in all twelve languages; of the others only the Arabic is taken.
STORIES_IN_ALL_LANGUAGES = 16

Record = dict[str, Any]


def main() -> None:
    data = Path(sys.argv[1])
    write(SAMPLE / "jawhara.jsonl.gz", jawhara(read(data / "jawhara" / "articles.jsonl.gz")))
    write(SAMPLE / "ntrex.jsonl.gz", ntrex(list(read(data / "ntrex" / "articles.jsonl.gz"))))


def jawhara(records: Iterable[Record]) -> Iterator[Record]:
    """Yield the chosen Tunisian articles, spread over the sections."""
    left = dict(SECTIONS)
    titles: set[str] = set()
    for record in sorted(records, key=lambda record: shuffled(record["id"])):
        section = record.get("section", "")
        if (
            left.get(section)
            and SHORTEST <= len(record.get("text", "")) <= LONGEST
            and record["title"] not in titles
        ):
            titles.add(record["title"])
            left[section] -= 1
            yield {name: value for name, value in record.items() if name != "summary"}


def ntrex(records: list[Record]) -> Iterator[Record]:
    """Yield all stories in Arabic, and some of them in every language."""
    stories = sorted({record["story"] for record in records}, key=shuffled)
    everywhere = set(stories[:STORIES_IN_ALL_LANGUAGES])
    for record in records:
        if record["language"] == "ar" or record["story"] in everywhere:
            yield record


def shuffled(key: str) -> bytes:
    """Sort key that mixes well and never changes."""
    return hashlib.blake2b(key.encode(), digest_size=8).digest()


def read(path: Path) -> Iterator[Record]:
    with gzip.open(path) as lines:
        yield from (orjson.loads(line) for line in lines)


def write(path: Path, records: Iterable[Record]) -> None:
    lines = [orjson.dumps(record) for record in sorted(records, key=lambda record: record["id"])]
    path.parent.mkdir(parents=True, exist_ok=True)
    # mtime=0: the same articles give the same file.
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n", mtime=0))
    sys.stderr.write(f"{path.name}: {len(lines)} articles, {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
