"""Measure how fast text becomes tokens, sentences and a language.

python tests/benchmarks/bench_text.py ARTICLES.jsonl.gz [--articles 3000]
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path

from indexer.text import analyse, detect_language, sentences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--articles", type=int, default=3_000)
    arguments = parser.parse_args()
    with gzip.open(arguments.file, "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in itertools.islice(lines, arguments.articles)]
    texts = [f"{article.get('title', '')}\n{article.get('text', '')}" for article in articles]
    languages = [article.get("language", "") for article in articles]
    characters = sum(map(len, texts))
    steps: dict[str, Callable[[str, str], object]] = {
        "analyse": analyse,
        "sentences": sentences,
        "detect_language": lambda text, _: detect_language(text),
    }
    print(f"{len(texts):,} articles, {characters:,} characters")
    for name, step in steps.items():
        step("Long enough a text to load what is loaded at first use.", "en")
        started = time.process_time()
        for text, language in zip(texts, languages, strict=True):
            step(text, language)
        seconds = time.process_time() - started
        speed, each = characters / seconds, 1000 * seconds / len(texts)
        print(f"  {name:16} {speed:12,.0f} characters/s of CPU {each:8.2f} ms an article")


if __name__ == "__main__":
    main()
