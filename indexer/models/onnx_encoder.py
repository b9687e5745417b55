"""The bundled encoder on onnxruntime: no torch, no hub, ready in well under a second.

Queries run on the 4-bit graph (quickest for one text, and as good as float32); passages on the int8 graph
where the CPU multiplies int8 fast, else on the same 4-bit graph. See `onnx_graph` for the figures.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from indexer.models import weights
from indexer.models.base import Encoding, Fingerprint, PassageEncoding, PassageText
from indexer.models.codes import CODES_VERSION, QUERY, Coder
from indexer.models.cpu import available_cores, cpu_multiplies_int8
from indexer.models.onnx_graph import GRAPH_LAYOUT, Precision, write_graph
from indexer.models.words import offsets_behind, pool_words, word_spans

if TYPE_CHECKING:
    import onnxruntime

FloatArray = npt.NDArray[np.float32]
T = TypeVar("T")

NAME = "multilingual-e5-small"
DIMENSIONS = 384
MAX_TOKENS = 512
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
_PAD = 1
_BATCH = 8  # passages a run: more are no faster, and attention takes 12 MB for each text of 512 pieces
_STAMP = {"graph": GRAPH_LAYOUT, "weights": weights.PACKED_SHA256}

FINGERPRINT = Fingerprint(
    name=NAME,
    dimensions=DIMENSIONS,
    weights=weights.PACKED_SHA256[:16],
    query_prefix=QUERY_PREFIX,
    passage_prefix=PASSAGE_PREFIX,
    max_tokens=MAX_TOKENS,
    codes=CODES_VERSION,
)


class OnnxEncoder:
    """`Encoder` over the two graphs; each is loaded when it is first needed."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Open the graphs under *folder*, building them there first if need be (about 4 s, 260 MB)."""
        self._folder = prepare(folder)
        self._threads = threads or available_cores()
        self._sessions: dict[Precision, onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()
        # One for all: it takes 290 MB and most of a second.
        self._tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        self._coder = Coder.bundled()
        self.coder: Coder | None = self._coder
        self.passage_precision = Precision.INT8 if cpu_multiplies_int8() else Precision.Q4

    @property
    def fingerprint(self) -> Fingerprint:
        return FINGERPRINT

    def warm_up(self) -> None:
        """Load the query graph and run it once, so that the first search does not wait for it."""
        self.encode_query("warm up")

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding:
        if not words:
            return Encoding(self._forward([QUERY_PREFIX + text], Precision.Q4)[1][0])
        pooled, vector = self.query_words(text)
        centred = self._coder.centre(pooled, QUERY, language)
        return Encoding(vector, centred, tuple(word_spans(text)[: len(pooled)]))

    def query_words(self, text: str) -> tuple[FloatArray, FloatArray]:
        """Return a query's word vectors as the model gives them, (n, dim), and its unit vector."""
        hidden, vectors, offsets = self._forward([QUERY_PREFIX + text], Precision.Q4)
        bounds = offsets_behind(len(QUERY_PREFIX), offsets[0])
        return pool_words(hidden[0], bounds, text, word_spans(text)), vectors[0]

    def encode_words(self, words: Sequence[str]) -> FloatArray | None:
        vectors = np.zeros((len(words), DIMENSIONS), np.float32)
        if words:
            for row, pooled in enumerate(self.passage_words([PassageText("", word) for word in words])):
                vectors[row] = pooled.mean(axis=0) if len(pooled) else 0
        return vectors

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        if not passages:
            return []
        return [
            PassageEncoding(vector, self._coder.encode(pooled, passage.language), tokens)
            for passage, (pooled, vector, tokens) in zip(passages, self._passages(passages), strict=True)
        ]

    def passage_words(self, passages: Sequence[PassageText]) -> list[FloatArray]:
        """Return each passage's word vectors as the model gives them, (n, dim)."""
        return [pooled for pooled, _, _ in self._passages(passages)]

    def _passages(self, passages: Sequence[PassageText]) -> list[tuple[FloatArray, FloatArray, int]]:
        """Return (word vectors, unit vector, number of pieces) of each passage."""
        results = []
        for start in range(0, len(passages), _BATCH):
            texts = [passage.input() for passage in passages[start : start + _BATCH]]
            inputs = [PASSAGE_PREFIX + text for text in texts]
            hidden, vectors, offsets = self._forward(inputs, self.passage_precision)
            for index, text in enumerate(texts):
                bounds = offsets_behind(len(PASSAGE_PREFIX), offsets[index])
                pooled = pool_words(hidden[index], bounds, text, word_spans(text))
                results.append((pooled, vectors[index], len(bounds)))
        return results

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encoded]

    def token_starts(self, text: str) -> npt.NDArray[np.int32]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return np.array([start for start, _ in encoded.offsets], np.int32)

    def _forward(
        self, texts: Sequence[str], precision: Precision
    ) -> tuple[list[FloatArray], FloatArray, list[list[tuple[int, int]]]]:
        """Return each text's piece vectors (n, dim), the pooled unit vectors, and the pieces' offsets."""
        encoded = self._tokenizer.encode_batch(list(texts))
        known = [_head(encoding.ids) for encoding in encoded]
        longest = max(map(len, known))
        ids = np.full((len(known), longest), _PAD, np.int64)
        mask = np.zeros((len(known), longest), np.int64)
        for row, pieces in enumerate(known):
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        session = self._session(precision)
        (states,) = session.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})
        pooled = np.einsum("blh,bl->bh", states, mask.astype(np.float32))
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        hidden = [states[row, : len(pieces)] for row, pieces in enumerate(known)]
        return hidden, pooled.astype(np.float32), [_head(encoding.offsets) for encoding in encoded]

    def _session(self, precision: Precision) -> onnxruntime.InferenceSession:
        with self._lock:
            if precision not in self._sessions:
                self._sessions[precision] = _open_session(
                    self._folder / f"{precision.value}.onnx", self._threads
                )
            return self._sessions[precision]


def _head(pieces: list[T]) -> list[T]:
    """Return what the model takes of a text's pieces: the first, and the last, which says that it ends."""
    return pieces if len(pieces) <= MAX_TOKENS else [*pieces[: MAX_TOKENS - 1], pieces[-1]]


def prepare(folder: Path) -> Path:
    """Return the folder of graphs and tokenizer under *folder*, made first if need be.

    It appears in one rename: a reader sees all of it or nothing.
    """
    target = folder / f"{NAME}-{weights.PACKED_SHA256[:8]}-{GRAPH_LAYOUT}"
    if _is_whole(target):
        return target
    packed = weights.PackedWeights.read(weights.packed_path())
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".encoder.", dir=folder))
    try:
        for precision in Precision:
            write_graph(packed, work / f"{precision.value}.onnx", precision)
        weights.build_tokenizer(packed).save(str(work / "tokenizer.json"), pretty=False)
        (work / "stamp.json").write_text(json.dumps(_STAMP), encoding="utf-8")
        if target.exists() and not _is_whole(target):
            shutil.rmtree(target)
        try:
            work.rename(target)
        except OSError:
            if not _is_whole(target):  # else another process was quicker, and its folder serves
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _is_whole(folder: Path) -> bool:
    try:
        stamp = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(stamp == _STAMP)


def _open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime  # 0.2 s: only what encodes pays it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
