"""An article's translation: sentence by sentence, within a time, going on where it stopped the last time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

from indexer.article import Article
from indexer.text import sentences
from indexer.translation.base import Model, Sentence, Translation, Translator
from indexer.translation.cache import TranslationCache

#: Sentences between two looks at the clock: a batch is not interrupted.
_BATCH = 4
#: Characters of a sentence that are translated at once: a text without full stops must not outlast the clock.
_LONGEST = 600
#: Seconds to wait for another article's translation: who waits holds up a thread that answers searches.
_PATIENCE = 2.0


class Translations:
    """Translates articles, one at a time: a model takes all the cores it is given."""

    def __init__(
        self, translator: Translator, cache: TranslationCache, *, timeout: float, characters: int
    ) -> None:
        """`timeout` is in seconds for an article, `characters` how much of its text is translated at most."""
        self._translator = translator
        self._cache = cache
        self._timeout = timeout
        self._characters = characters
        self._lock = threading.Lock()

    def close(self) -> None:
        self._cache.close()

    def can(self, language: str) -> bool:
        """Whether there is a model for a language."""
        return self._translator.model_for(language) is not None

    def translate(self, article: Article) -> Translation | None:
        """Return an article's translation as far as the time allows, None where no model knows its language.

        Calling it again goes on where it stopped. Raises `ModelError`.
        """
        model = self._translator.model_for(article.language)
        if model is None:
            return None
        ends = time.monotonic() + self._timeout
        text = article.text[: self._characters]
        spans = [part for span in sentences(text, article.language) for part in _shortened(text, *span)]
        if len(text) < len(article.text) and len(spans) > 1:
            spans.pop()  # it was cut in two
        texts = [text[start:end] for start, end in spans]
        title = article.title.strip()
        wanted = list(dict.fromkeys(filter(None, [title, *texts])))
        known = self._cache.get(model, wanted)
        missing = [sentence for sentence in wanted if sentence not in known]
        busy = False
        if missing:
            busy = not self._lock.acquire(timeout=min(_PATIENCE, self._timeout))
            if not busy:
                try:
                    for batch in _batches(missing):
                        if time.monotonic() >= ends:
                            break
                        known |= self._translated(batch, model)
                finally:
                    self._lock.release()
        return Translation(
            model=model.name,
            title=known.get(title),
            sentences=tuple(
                Sentence(start, end, known.get(sentence))
                for (start, end), sentence in zip(spans, texts, strict=True)
            ),
            characters=len(article.text)
            if len(text) == len(article.text)
            else (spans[-1][1] if spans else 0),
            busy=busy,
        )

    def _translated(self, batch: Sequence[str], model: Model) -> dict[str, str]:
        found = dict(zip(batch, self._translator.translate(batch, model), strict=True))
        self._cache.put(model, found)
        return found


def _batches(missing: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(missing), _BATCH):
        yield missing[first : first + _BATCH]


def _shortened(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence into spans of at most `_LONGEST` characters, between words where there are any."""
    while end - start > _LONGEST:
        space = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        cut = space if space > 0 else start + _LONGEST
        yield start, cut
        start = cut + (space > 0)
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
