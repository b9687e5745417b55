"""Choose and load the encoder that the settings name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import ModelError
from indexer.models.base import Encoder, Fingerprint
from indexer.models.bulk_encoder import BulkEncoder
from indexer.models.cpu import cpu_multiplies_bfloat16

if TYPE_CHECKING:
    from indexer.settings import Settings

MODELS_FOLDER = "models"


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder, in this order: the model that the settings name, else the bundled one.

    The bundled one needs no hub and no network. Raises `ModelError` with what to do.
    """
    folder = settings.cache / MODELS_FOLDER
    if not uses_onnx(settings):
        return _sentence_encoder(settings, folder)
    from indexer.models.onnx_encoder import OnnxEncoder

    with _preparing(folder):
        quick = OnnxEncoder(folder, threads=settings.threads)
    if settings.backend == "auto" and cpu_multiplies_bfloat16():
        return BulkEncoder(quick, partial(_sentence_encoder, settings, folder))
    return quick


def _sentence_encoder(settings: Settings, folder: Path) -> Encoder:
    from indexer.models.sentence_encoder import SentenceEncoder  # imports torch: 5 s

    with _preparing(folder):
        return SentenceEncoder.from_settings(settings, folder)


@contextmanager
def _preparing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"The model cannot be prepared in {folder}: {error}.",
            remedy="NEWSARCHIVE_CACHE names another folder (about 1 GB).",
        ) from error


def uses_onnx(settings: Settings) -> bool:
    """Return whether the settings mean the bundled model on onnxruntime.

    Raises `ModelError` where they ask that backend for what it cannot do: another model, another device than the CPU.
    """
    if settings.backend == "onnx" and settings.model:
        raise ModelError(
            "The onnx backend runs the bundled model only.",
            remedy="Leave out NEWSARCHIVE_MODEL, or set NEWSARCHIVE_BACKEND=sentence-transformers.",
        )
    on_cpu = settings.device in ("auto", "cpu")
    if settings.backend == "onnx" and not on_cpu:
        raise ModelError(
            f"The onnx backend runs on the CPU, not on the device {settings.device!r}.",
            remedy="Leave out --device and NEWSARCHIVE_DEVICE, or set NEWSARCHIVE_BACKEND=sentence-transformers.",
        )
    return settings.backend == "onnx" or (settings.backend == "auto" and not settings.model and on_cpu)


def expected_fingerprint(settings: Settings) -> Fingerprint | None:
    """Return the fingerprint of the encoder that `load_encoder` would load; None if only loading tells."""
    if settings.model:
        return None
    from indexer.models.onnx_encoder import FINGERPRINT

    return FINGERPRINT


def quiet_libraries() -> None:
    """Keep tokenizers from warning and the hub's client from drawing, unless the person has decided otherwise."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def digest_folder(folder: Path) -> str:
    """Return a digest of a model folder's weight files, 16 hexadecimal digits."""
    import hashlib

    digest = hashlib.sha256()
    files = sorted(
        path for path in folder.rglob("*") if path.suffix in (".safetensors", ".bin", ".json", ".model")
    )
    if not files:
        raise ModelError(f"There is no model in {folder}.")
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
