"""The translator: CTranslate2 runs the model, SentencePiece cuts sentences into the pieces it reads.

Both are an extra (`pip install "newsarchive[translate]"`) and are imported when the first sentence is
translated. Models come from a folder of the person's own; nothing is downloaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ModelError, SettingsError
from indexer.text import base_language
from indexer.translation.base import TARGET, Model
from indexer.translation.folders import ANY_LANGUAGE, ModelFolder, find_models

#: Pieces that a model is given at once; longer sentences are cut between words (Marian reads 512 at most).
LONGEST = 200
_BEAM = 2
_WORD_START = "▁"  # SentencePiece's sign for a space
_END = "</s>"
# Where a sentence that is too long is best cut.
_PAUSES = (",", "،", ";", "؛", ":", "、", "，")


@dataclass(frozen=True, slots=True)
class _Loaded:
    translator: Any  # ctranslate2.Translator
    source: Any  # sentencepiece.SentencePieceProcessor
    target: Any


class CTranslate2Translator:
    """An `indexer.translation.base.Translator` over the models of a folder. Safe to use from several threads."""

    def __init__(self, folder: Path, *, device: str = "cpu", threads: int = 0) -> None:
        """Look which models there are. Raises `SettingsError` where there is none."""
        models, unusable = find_models(folder)
        if not models:
            reasons = "".join(f" {item.path}: {item.reason}." for item in unusable)
            raise SettingsError(
                f"The folder {folder} holds no translation model into {TARGET}.{reasons}",
                remedy="NEWSARCHIVE_TRANSLATION_MODELS names a folder of unpacked Argos packages or of "
                "OPUS-MT models converted for CTranslate2.",
            )
        self._folders = {found.model: found for found in models}
        self._loaded: dict[Model, _Loaded] = {}
        self._lock = threading.Lock()
        self._device = device if device.startswith("cuda") else "cpu"
        self._threads = threads

    def model_for(self, language: str) -> Model | None:
        wanted = base_language(language)
        if wanted == TARGET or not wanted:
            return None
        models = list(self._folders)
        return next(
            (
                model
                for source in (wanted, ANY_LANGUAGE)
                for model in models
                if base_language(model.source) == source
            ),
            None,
        )

    def translate(self, sentences: Sequence[str], model: Model) -> list[str]:
        folder = self._folders[model]
        loaded = self._load(folder)
        try:
            cut = [list(_chunks(loaded.source.encode(_sound(text), out_type=str))) for text in sentences]
            batch = [chunk + [_END] * folder.adds_end for chunks in cut for chunk in chunks]
            answers = iter(self._run(loaded, batch, folder.target_prefix))
            return [" ".join(next(answers) for _ in chunks).strip() for chunks in cut]
        except (RuntimeError, ValueError, OSError) as error:  # what the two libraries raise
            raise ModelError(f"The translation model {model.name} failed: {error}.") from error

    def _run(self, loaded: _Loaded, batch: list[list[str]], prefix: str) -> list[str]:
        if not batch:
            return []
        results = loaded.translator.translate_batch(
            batch,
            target_prefix=[[prefix]] * len(batch) if prefix else None,
            max_batch_size=1024,
            batch_type="tokens",
            beam_size=_BEAM,
            max_input_length=0,  # chunks are short enough; nothing is to be cut off unseen
            # A model that stammers must not go on for ever.
            max_decoding_length=2 * max(map(len, batch)) + 16,
            replace_unknowns=True,  # a name that the model cannot write stays as it is
        )
        texts = []
        for result in results:
            tokens: list[str] = result.hypotheses[0]
            if prefix and tokens[:1] == [prefix]:
                tokens = tokens[1:]
            texts.append(loaded.target.decode(tokens).replace(_WORD_START, " ").strip())
        return texts

    def _load(self, folder: ModelFolder) -> _Loaded:
        with self._lock:
            if folder.model not in self._loaded:
                self._loaded[folder.model] = self._open(folder)
            return self._loaded[folder.model]

    def _open(self, folder: ModelFolder) -> _Loaded:
        try:
            import ctranslate2
            import sentencepiece
        except ImportError as error:
            raise ModelError(
                f"Translating needs a package that is not installed ({error.name}).",
                remedy='Install it: pip install "newsarchive[translate]".',
            ) from error
        device, _, index = self._device.partition(":")
        try:
            translator = ctranslate2.Translator(
                str(folder.weights),
                device=device,
                device_index=int(index or 0),
                compute_type="auto",
                intra_threads=self._threads,
            )
            source = sentencepiece.SentencePieceProcessor(model_file=str(folder.source_pieces))
            target = source
            if folder.target_pieces != folder.source_pieces:
                target = sentencepiece.SentencePieceProcessor(model_file=str(folder.target_pieces))
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"The translation model {folder.weights} cannot be loaded: {error}.",
                remedy="Put the model there again, or take it away.",
            ) from error
        return _Loaded(translator, source, target)


def _chunks(pieces: list[str]) -> Iterator[list[str]]:
    """Cut a sentence's pieces into runs of at most `LONGEST`: behind a pause, else before a word, else anywhere."""
    while len(pieces) > LONGEST:
        starts = [
            place for place in range(LONGEST // 2, LONGEST + 1) if pieces[place].startswith(_WORD_START)
        ]
        pauses = [place for place in starts if pieces[place - 1].endswith(_PAUSES)]
        place = (pauses or starts or [LONGEST])[-1]
        yield pieces[:place]
        pieces = pieces[place:]
    if pieces:
        yield pieces


def _sound(text: str) -> str:
    """Return a text that UTF-8 can hold: one lone surrogate must not keep an article from being read."""
    return text.encode("utf-8", "replace").decode()
