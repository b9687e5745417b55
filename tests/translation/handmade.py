"""A real CTranslate2 model whose weights are written by hand: it translates word by word.

The decoder's attention looks, at each step, at the source word in the same place; its value says which word
that is, and the projection has a weight of one to its translation. So what the library, the model format and
SentencePiece do is real, and what comes out is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from indexer.models.base import FloatArray

#: Arabic word -> English word. Each English word stands in one place only.
WORDS = {
    "هدنة": "ceasefire", "في": "in", "ليبيا": "Libya", "روسيا": "Russia", "تدعو": "calls", "إلى": "for",
    "اتفق": "agreed", "الطرفان": "both-sides", "على": "on", "الفقرة": "paragraph", "الثانية": "second",
    "من": "of", "الخبر": "news", "رقم": "number", "دولية": "international", "برعاية": "sponsored",
}  # fmt: skip
SPECIAL = ("<unk>", "<s>", "</s>")
_PLACES = 512


def write_argos(
    folder: Path, *, words: Mapping[str, str] = WORDS, source: str = "ar", target: str = "en"
) -> Path:
    """Write a model as an unpacked Argos package: one SentencePiece model for both languages."""
    folder.mkdir(parents=True)
    metadata = {"package_version": "1.0", "argos_version": "1.5", "from_code": source, "to_code": target}
    (folder / "metadata.json").write_bytes(orjson.dumps(metadata))
    train_pieces(folder / "sentencepiece.model", [*words, *words.values()])
    write_model(folder / "model", words, add_end=True)
    return folder


def write_opus(folder: Path, *, words: Mapping[str, str] = WORDS, add_end: bool = False) -> Path:
    """Write a model as CTranslate2's converters write OPUS-MT: a SentencePiece model for each language."""
    write_model(folder, words, add_end=add_end)
    train_pieces(folder / "source.spm", list(words))
    train_pieces(folder / "target.spm", list(words.values()))
    return folder


def train_pieces(path: Path, words: Sequence[str]) -> None:
    """Write a SentencePiece model whose pieces are these words."""
    import sentencepiece

    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(words * 3),
            model_writer=file,
            model_type="word",
            vocab_size=len(set(words)) + len(SPECIAL),
            minloglevel=2,
        )


def write_model(folder: Path, words: Mapping[str, str], *, add_end: bool) -> None:
    """Write the weights. With `add_end` the model itself puts the end of the sentence behind its tokens."""
    from ctranslate2.specs import TransformerSpec

    source = [*SPECIAL, *(f"▁{word}" for word in words)]
    target = [*SPECIAL, *(f"▁{word}" for word in words.values())]
    size = len(source)
    width = size + _PLACES
    spec = TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    for part in (spec.encoder, spec.decoder):
        part.position_encodings.encodings = _unit(_PLACES, width, size) * np.float32(np.sqrt(width))
        _norm(part.layer_norm, width)
        [layer] = part.layer
        _norm(layer.self_attention.layer_norm, width)
        _linear(layer.self_attention.linear[0], np.zeros((3 * width, width)))
        _linear(layer.self_attention.linear[1], np.zeros((width, width)))
        _norm(layer.ffn.layer_norm, width)
        _linear(layer.ffn.linear_0, np.zeros((8, width)))
        _linear(layer.ffn.linear_1, np.zeros((width, 8)))
    spec.encoder.embeddings[0].weight = _unit(size, width)
    spec.decoder.embeddings.weight = np.zeros((size, width), np.float32)  # earlier words do not matter
    place, word = np.diag([0.0] * size + [1.0] * _PLACES), np.diag([1.0] * size + [0.0] * _PLACES)
    attention = spec.decoder.layer[0].attention
    _norm(attention.layer_norm, width)
    _linear(attention.linear[0], 100 * place)  # queries: my place
    _linear(attention.linear[1], np.concatenate([place, word]))  # keys: its place; values: its word
    _linear(attention.linear[2], 10 * np.eye(width))
    # The numbers of a word and of its translation are the same.
    _linear(spec.decoder.projection, 10 * _unit(size, width))
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = add_end
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def _unit(rows: int, width: int, first: int = 0) -> FloatArray:
    matrix = np.zeros((rows, width), np.float32)
    matrix[np.arange(rows), first + np.arange(rows)] = 1
    return matrix


def _norm(layer: object, width: int) -> None:
    vars(layer).update(gamma=np.ones(width, np.float32), beta=np.zeros(width, np.float32))


def _linear(layer: object, weight: npt.NDArray[np.floating]) -> None:
    vars(layer).update(weight=weight.astype(np.float32), bias=np.zeros(len(weight), np.float32))
