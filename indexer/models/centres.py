"""Make `centres.npz`: the mean word vector of each language, as it stands in queries and in passages.

    python -m indexer.models.centres ARTICLES.jsonl.gz

The file that ships was made from NTREX-128 news (the same 123 stories in 12 languages), so that the means
differ by language and not by subject. Only means are kept.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import orjson

from indexer.models.base import PassageText
from indexer.models.codes import CENTRES_FILE, PASSAGE, QUERY
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.settings import load_settings

_CHARACTERS = 600  # of a text: about one passage


def main(articles: Path) -> None:
    encoder = OnnxEncoder(load_settings().cache / "models")
    vectors: dict[str, list[np.ndarray]] = defaultdict(list)
    with gzip.open(articles, "rb") as lines:
        for article in map(orjson.loads, lines):
            language = article["language"].split("-")[0]
            passage = PassageText(article["title"], article["text"][:_CHARACTERS], language)
            vectors[f"{PASSAGE}.{language}"].append(encoder.passage_words([passage])[0])
            vectors[f"{QUERY}.{language}"].append(encoder.query_words(article["title"])[0])
    centres = {name: np.concatenate(rows).mean(axis=0) for name, rows in vectors.items()}
    for side in (PASSAGE, QUERY):
        centres[f"{side}.*"] = np.mean([v for name, v in centres.items() if name.startswith(side)], axis=0)
    np.savez_compressed(CENTRES_FILE, **{name: value.astype(np.float16) for name, value in centres.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
