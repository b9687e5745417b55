"""Any sentence-transformers model as an `Encoder`: other models, GPUs, and float32 as the yardstick.

torch takes 5 s to import, so this module is imported only when such a model is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError
from indexer.models import load, weights
from indexer.models.base import Encoding, Fingerprint, PassageEncoding, PassageText
from indexer.models.codes import QUERY, Coder
from indexer.models.cpu import cpu_multiplies_bfloat16
from indexer.models.words import offsets_behind, pool_words, word_spans

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from indexer.settings import Settings

FloatArray = npt.NDArray[np.float32]

#: Batches are padded to multiples of so many pieces. On a CPU torch keeps what it has prepared for each shape that
#: it meets: 2,300 passages of any length grew a process by 750 MB, at such lengths by 190 MB and as quickly.
_LENGTH_STEP = 16


class SentenceEncoder:
    """`Encoder` over a loaded model.

    `coder` is None for a model whose mean word vectors are not known: its archives have no token codes, and
    late interaction is skipped for them.
    """

    def __init__(
        self, model: SentenceTransformer, fingerprint: Fingerprint, coder: Coder | None, batch_size: int
    ) -> None:
        self._model = model
        self._fingerprint = fingerprint
        self._batch_size = batch_size
        self._lock = threading.Lock()  # one forward pass at a time: they share the device
        self.coder = coder

    @classmethod
    def from_settings(cls, settings: Settings, folder: Path, *, dtype: str = "") -> SentenceEncoder:
        """Load the model that the settings name, a folder or a hub name, else the bundled.

        The bundled one is run in *dtype*: unless told, bfloat16 on a CPU that multiplies it fast, else float32.
        """
        load.quiet_libraries()
        import torch
        from sentence_transformers import SentenceTransformer

        if settings.threads:
            torch.set_num_threads(settings.threads)
        device = _device(settings)
        if not settings.model:
            from indexer.models.onnx_encoder import FINGERPRINT, NAME

            checkpoint = weights.write_checkpoint(folder / f"{NAME}-float32")
            quick = device == "cpu" and cpu_multiplies_bfloat16()
            numbers = dtype or ("bfloat16" if quick else "float32")
            model = SentenceTransformer(str(checkpoint), device=device, model_kwargs={"dtype": numbers})
            return cls(model, FINGERPRINT, Coder.bundled(), settings.batch_size)
        try:
            model = SentenceTransformer(settings.model, device=device)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The model {settings.model!r} cannot be loaded: {str(error).splitlines()[0]}",
                remedy="NEWSARCHIVE_MODEL takes a folder or a hub name; without it the bundled model is used.",
            ) from error
        return cls(model, _fingerprint(settings, model), None, settings.batch_size)

    @property
    def fingerprint(self) -> Fingerprint:
        return self._fingerprint

    def warm_up(self) -> None:
        self.encode_query("warm up")

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding:
        prefix = self._fingerprint.query_prefix
        if not words or self.coder is None:
            return Encoding(self._vectors([prefix + text])[0])
        ((pieces, offsets), vector) = self._pieces([prefix + text], [len(prefix)])[0]
        spans = word_spans(text)
        pooled = pool_words(pieces, offsets, text, spans)
        return Encoding(vector, self.coder.centre(pooled, QUERY, language), tuple(spans[: len(pooled)]))

    def encode_words(self, words: Sequence[str]) -> FloatArray | None:
        if self.coder is None:
            return None
        prefix = self._fingerprint.passage_prefix
        vectors = np.zeros((len(words), self._fingerprint.dimensions), np.float32)
        results = self._pieces([prefix + word for word in words], [len(prefix)] * len(words))
        for row, (word, ((pieces, offsets), _)) in enumerate(zip(words, results, strict=True)):
            pooled = pool_words(pieces, offsets, word, word_spans(word))
            vectors[row] = pooled.mean(axis=0) if len(pooled) else 0
        return vectors

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageEncoding]:
        prefix = self._fingerprint.passage_prefix
        texts = [passage.input() for passage in passages]
        inputs = [prefix + text for text in texts]
        if self.coder is None:
            tokens = self.count_tokens(inputs)
            return [
                PassageEncoding(vector, None, count)
                for vector, count in zip(self._vectors(inputs), tokens, strict=True)
            ]
        encodings = []
        results = self._pieces(inputs, [len(prefix)] * len(inputs))
        for passage, text, ((pieces, offsets), vector) in zip(passages, texts, results, strict=True):
            pooled = pool_words(pieces, offsets, text, word_spans(text))
            codes = self.coder.encode(pooled, passage.language)
            encodings.append(PassageEncoding(vector, codes, len(offsets)))
        return encodings

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def token_starts(self, text: str) -> npt.NDArray[np.int32]:
        encoded = self._model.tokenizer(
            text, add_special_tokens=False, truncation=False, return_offsets_mapping=True
        )
        return np.array([start for start, _ in encoded["offset_mapping"]], np.int32)

    def _vectors(self, inputs: list[str]) -> FloatArray:
        with self._lock:
            vectors = self._model.encode(
                inputs,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, np.float32)

    def _pieces(
        self, inputs: list[str], skip: Sequence[int]
    ) -> list[tuple[tuple[FloatArray, npt.NDArray[np.int64]], FloatArray]]:
        """Return ((piece vectors, offsets behind the prefix), pooled unit vector) of each input.

        The model's own `encode` would cut the texts into pieces twice, as it does not tell their offsets, and
        sort them by length once more: a third of the time in batches of eight.
        """
        results = []
        for start in range(0, len(inputs), self._batch_size):
            batch = slice(start, start + self._batch_size)
            states, vectors, mappings = self._forward(inputs[batch])
            for state, vector, mapping, prefix in zip(states, vectors, mappings, skip[batch], strict=True):
                results.append(((state, offsets_behind(prefix, mapping)), vector / np.linalg.norm(vector)))
        return results

    def _forward(self, inputs: list[str]) -> tuple[list[FloatArray], FloatArray, list[npt.NDArray[np.int64]]]:
        """Return each input's piece vectors (n, dim), the pooled vectors, and the pieces' offsets (n, 2)."""
        import torch

        encoded = self._model.tokenizer(
            inputs,
            padding=True,
            pad_to_multiple_of=_LENGTH_STEP,
            truncation=True,
            max_length=self._fingerprint.max_tokens,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        mappings = encoded.pop("offset_mapping").numpy()
        lengths = encoded["attention_mask"].sum(dim=1).tolist()
        with self._lock, torch.inference_mode():
            outputs: Any = self._model(encoded.to(self._model.device))
            states = outputs["token_embeddings"].float().cpu().numpy()
            vectors = outputs["sentence_embedding"].float().cpu().numpy()
        rows = list(enumerate(lengths))
        return [states[row, :n] for row, n in rows], vectors, [mappings[row, :n] for row, n in rows]


def _device(settings: Settings) -> str:
    """Return the device to run on. Raises `ModelError` for one that is not there, before a model is loaded for it."""
    import torch
    from sentence_transformers.util import get_device_name

    if settings.device == "auto":
        return str(get_device_name())
    try:
        torch.zeros(1, device=settings.device).item()
    except (RuntimeError, AssertionError) as error:  # the latter where torch was built without it
        raise ModelError(
            f"The device {settings.device!r} cannot be used: {str(error).splitlines()[0].rstrip('.')}.",
            remedy="--device or NEWSARCHIVE_DEVICE takes auto, cpu, cuda, cuda:1 or mps, as this machine has them.",
        ) from error
    return settings.device


def _fingerprint(settings: Settings, model: SentenceTransformer) -> Fingerprint:
    path = Path(settings.model)
    if path.is_dir():
        digest = load.digest_folder(path)
    else:
        module: Any = model[0]
        commit = getattr(module.auto_model.config, "_commit_hash", None)
        digest = str(commit or "unknown")[:16]
    return Fingerprint(
        name=path.name if path.is_dir() else settings.model,
        dimensions=int(model.get_embedding_dimension() or 0),
        weights=digest,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        max_tokens=int(model.max_seq_length or 512),
        codes="",
    )
