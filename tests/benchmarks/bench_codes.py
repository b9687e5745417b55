"""What token codes cost: bytes a passage, and how much of the ranking one bit a dimension loses.

    .venv/bin/pytest tests/benchmarks/bench_codes.py -s -o python_files="bench_*.py"

    BENCH_ARCHIVE=archive      # sizes of the passages of one that is there, too

The same articles are indexed twice, once with codes and once with whole word vectors in their place (1,536 bytes a
word), and the same questions are asked of both.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from indexer.archive import Archive
from indexer.evaluate.datasets import read_qrels, read_queries
from indexer.evaluate.judgedqueries import JudgedQueries
from indexer.evaluate.runner import Evaluation, evaluate
from indexer.evaluate.significance import compare
from indexer.models.base import Fingerprint, FloatArray
from indexer.models.codes import PASSAGE, Coder
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.settings import load_settings

_MEASURE = "nDCG@10"
_SIZED = 5_000  # articles
#: A passage of the usual length has so many pieces; the target is told for one.
_PIECES = 200
_MOST_BYTES = 6_000
_MOST_LOST = 0.01

pytestmark = pytest.mark.timeout(0)


class Uncompressed(Coder):
    """Keeps a passage's word vectors as they are, and compares them as they are."""

    @property
    def bytes_per_word(self) -> int:
        return self.dimensions * 4

    def encode(self, words: FloatArray, language: str) -> bytes:
        return self.centre(words, PASSAGE, language).tobytes()

    def rotate_query(self, words: FloatArray) -> FloatArray:
        return words

    def similarities(self, query: FloatArray, codes: bytes) -> FloatArray:
        kept: FloatArray = np.frombuffer(codes, np.float32).reshape(-1, self.dimensions)
        compared: FloatArray = query @ kept.T
        return compared


class UncompressedEncoder(OnnxEncoder):
    """The bundled encoder with whole word vectors for codes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._coder = Uncompressed(self._coder._centres)
        self.coder = self._coder

    @property
    def fingerprint(self) -> Fingerprint:
        return replace(super().fingerprint, codes="uncompressed")


@pytest.mark.parametrize("name", ["xquad", "mlqa"])
def test_what_codes_lose(name: str, shared_data: Path, tmp_path: Path) -> None:
    models = load_settings().cache / "models"
    found: dict[str, Evaluation] = {}
    for kept, encoder in (("codes", OnnxEncoder(models)), ("vectors", UncompressedEncoder(models))):
        with Archive.open(load_settings(archive=tmp_path / kept), encoder=encoder) as archive:
            archive.index([shared_data / name / "articles.jsonl.gz"])
            judged = JudgedQueries(
                read_queries(shared_data / name / "queries.tsv"),
                read_qrels(shared_data / name / "qrels.txt"),
            )
            found[kept] = evaluate(archive, judged, measures=(_MEASURE,))
    codes, vectors = (found[kept].whole for kept in ("codes", "vectors"))
    difference = compare(codes.column(_MEASURE), vectors.column(_MEASURE))
    before = vectors.means[_MEASURE]
    print(f"\n{name}, fused {_MEASURE}: codes {codes.means[_MEASURE]:.4f}, whole vectors {before:.4f}")
    print(
        f"  {difference.mean:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}], p {difference.p:.3f}, "
        f"{-difference.mean / before:.2%} lost"
    )
    assert difference.mean >= -_MOST_LOST * before


def test_how_much_room_they_take() -> None:
    if not (given := os.environ.get("BENCH_ARCHIVE")):
        pytest.skip("BENCH_ARCHIVE names no archive whose passages could be measured")
    with Archive.open(load_settings(archive=given)) as archive:
        sizes, pieces = [], []
        for article in islice(archive.engine.scan(), _SIZED):
            for stored in archive.engine.passages(article.id):
                sizes.append(len(stored.codes or b""))
                pieces.append(archive.encoder.count_tokens([stored.passage.text_of(article)])[0])
    size, length = np.array(sizes), np.array(pieces)
    usual = size[length >= 0.9 * _PIECES]
    if not len(usual):
        pytest.skip("no passage of the archive is as long as the target's")
    print(
        f"\n{len(size):,} passages: {size.mean():,.0f} bytes of codes on the mean, {length.mean():.0f} pieces"
    )
    print(
        f"  those of {0.9 * _PIECES:.0f} pieces and more: {usual.mean():,.0f} bytes, at most {usual.max():,}"
    )
    assert usual.mean() <= _MOST_BYTES
