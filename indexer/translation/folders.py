"""Translation models as they lie on a disk: Argos packages, and OPUS-MT models converted for CTranslate2.

    ar_en/      metadata.json  sentencepiece.model  model/model.bin    an unpacked Argos package
    opus-mt-ar-en/  model.bin  source.spm  target.spm                  what CTranslate2's converters write

The language is in the package's metadata, else in the folder's name.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from indexer.translation.base import TARGET, Model

#: A model of many languages, as OPUS-MT names them.
ANY_LANGUAGE = "mul"
_PAIR = re.compile(rf"(?:^|[-_])(?P<source>[a-z]{{2,3}})[-_]{TARGET}$")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that can be loaded. `weights` is the folder that CTranslate2 opens."""

    model: Model
    weights: Path
    source_pieces: Path
    target_pieces: Path
    #: Token that the model wants before a translation, "" for none.
    target_prefix: str = ""
    #: Whether the end of the sentence is to be written behind its tokens.
    adds_end: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """A folder that looks like a model, and why it is none."""

    path: Path
    reason: str


def find_models(folder: Path) -> tuple[list[ModelFolder], list[Unusable]]:
    """Return the models in *folder* (which may itself be one) and what cannot be used, sorted by name."""
    if not folder.is_dir():
        return [], [Unusable(folder, "there is no such folder")]
    found: list[ModelFolder] = []
    unusable: list[Unusable] = []
    for path in (folder, *sorted(folder.iterdir())):
        if path.suffix == ".argosmodel" and path.is_file():
            unusable.append(Unusable(path, "it is packed; unpack it with unzip"))
        elif path.is_dir():
            try:
                if model := _read(path):
                    found.append(model)
            except (ValueError, OSError) as error:
                unusable.append(Unusable(path, str(error)))
    return found, unusable


def _read(path: Path) -> ModelFolder | None:
    """Return the model in a folder, None where there is nothing of one. Raises `ValueError` with the reason."""
    if (path / "metadata.json").is_file() and (path / "model").is_dir():
        return _argos(path)
    if (path / "model.bin").is_file() and not (
        path.name == "model" and (path.parent / "metadata.json").is_file()
    ):
        return _opus(path)
    return None


def _argos(path: Path) -> ModelFolder | None:
    metadata = _json(path / "metadata.json")
    source, target = (str(metadata.get(key) or "").lower() for key in ("from_code", "to_code"))
    if target != TARGET:
        return None  # a package for another direction is no mistake
    if not source:
        raise ValueError("metadata.json names no from_code")
    pieces = path / "sentencepiece.model"
    if not pieces.is_file():
        raise ValueError("it has no sentencepiece.model (packages with bpe.model are not supported)")
    version = str(metadata.get("package_version") or "")
    return _folder(
        path / "model",
        (pieces, pieces),
        name=f"Argos Translate {source} → {TARGET} {version}".strip(),
        source=source,
        prefix=str(metadata.get("target_prefix") or ""),
    )


def _opus(path: Path) -> ModelFolder:
    pieces = path / "source.spm", path / "target.spm"
    if not all(piece.is_file() for piece in pieces):
        raise ValueError("source.spm or target.spm is missing beside model.bin")
    pair = _PAIR.search(path.name.lower())
    if pair is None:
        raise ValueError(f"its name does not end in a language and -{TARGET} (like opus-mt-ar-{TARGET})")
    # Marian's models want it; the OPUS-MT converter notes that, the one for Transformers does not.
    configured = _json(path / "config.json") if (path / "config.json").is_file() else {}
    return _folder(
        path, pieces, name=path.name, source=pair["source"], adds_end=not configured.get("add_source_eos")
    )


def _folder(
    weights: Path,
    pieces: tuple[Path, Path],
    *,
    name: str,
    source: str,
    prefix: str = "",
    adds_end: bool = False,
) -> ModelFolder:
    if not (weights / "model.bin").is_file():
        raise ValueError("it has no model.bin")
    digest = hashlib.blake2b(digest_size=8)
    for path in (weights / "model.bin", *pieces):
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns} ".encode())
    return ModelFolder(Model(name, source, digest.hexdigest()), weights, *pieces, prefix, adds_end)


def _json(path: Path) -> dict[str, object]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is not a JSON object")
    return found
