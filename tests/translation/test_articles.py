"""Articles are translated sentence by sentence, within limits, and go on where they stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import load_settings
from indexer.translation import articles
from indexer.translation.articles import Translations, _shortened
from indexer.translation.base import Model
from indexer.translation.cache import TranslationCache
from indexer.translation.ctranslate import CTranslate2Translator
from tests.fakes import FakeEncoder

TEXT = "روسيا تدعو إلى هدنة. هدنة في ليبيا!\n\nاتفق الطرفان على هدنة."
ARTICLE = Article(id="a", title="هدنة في ليبيا", text=TEXT, language="ar")


class Counting:
    """The real translator, which counts the sentences that it is given, and may be held up before each batch."""

    def __init__(self, folder: Path) -> None:
        self._translator = CTranslate2Translator(folder, threads=1)
        self.given: list[str] = []
        self.delay = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()

    def model_for(self, language: str) -> Model | None:
        return self._translator.model_for(language)

    def translate(self, sentences: Sequence[str], model: Model) -> list[str]:
        self.given += sentences
        self.reached.set()
        self.gate.wait(60)
        time.sleep(self.delay)
        return self._translator.translate(sentences, model)


@pytest.fixture
def translator(models: Path) -> Counting:
    return Counting(models)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[TranslationCache]:
    opened = TranslationCache(tmp_path / "cache")
    yield opened
    opened.close()


def test_sentences_are_aligned(translator: Counting, cache: TranslationCache) -> None:
    found = Translations(translator, cache, timeout=60, characters=10_000).translate(ARTICLE)
    assert found is not None
    assert found.title == "ceasefire in Libya"
    assert found.model == "Argos Translate ar → en 1.0"
    assert found.missing == 0
    assert found.characters == len(TEXT)
    pairs = [(TEXT[item.start : item.end], item.translation) for item in found.sentences]
    assert [sentence for sentence, _ in pairs] == [
        "روسيا تدعو إلى هدنة.", "هدنة في ليبيا!", "اتفق الطرفان على هدنة.",
    ]  # fmt: skip
    assert [text and text.split()[0] for _, text in pairs] == ["Russia", "ceasefire", "agreed"]


def test_an_article_is_translated_once(
    translator: Counting, cache: TranslationCache, models: Path, tmp_path: Path
) -> None:
    translations = Translations(translator, cache, timeout=60, characters=10_000)
    first = translations.translate(ARTICLE)
    count = len(translator.given)
    assert translations.translate(ARTICLE) == first
    other = TranslationCache(tmp_path / "cache")  # as another process would open it
    assert Translations(translator, other, timeout=60, characters=10_000).translate(ARTICLE) == first
    other.close()
    assert len(translator.given) == count
    changed = Article(id="a", title=ARTICLE.title, text=TEXT + " هدنة في روسيا.", language="ar")
    translations.translate(changed)
    assert translator.given[count:] == ["هدنة في روسيا."]


def test_what_the_time_does_not_allow_comes_the_next_time(
    translator: Counting, cache: TranslationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_BATCH", 1)
    translator.delay = 0.4
    translations = Translations(translator, cache, timeout=0.2, characters=10_000)
    first = translations.translate(ARTICLE)
    assert first is not None
    assert first.title == "ceasefire in Libya"
    assert first.missing == 3
    missing = [first.missing]
    while missing[-1] and len(missing) < 10:
        found = translations.translate(ARTICLE)
        assert found is not None
        missing.append(found.missing)
    assert missing == [3, 2, 1, 0]
    assert len(translator.given) == 4


def test_a_long_text_is_translated_as_far_as_told(translator: Counting, cache: TranslationCache) -> None:
    found = Translations(translator, cache, timeout=60, characters=40).translate(ARTICLE)
    assert found is not None
    assert [TEXT[item.start : item.end] for item in found.sentences] == [
        "روسيا تدعو إلى هدنة.", "هدنة في ليبيا!",
    ]  # fmt: skip
    assert found.characters == found.sentences[-1].end


def test_one_article_at_a_time(
    translator: Counting, cache: TranslationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "_PATIENCE", 0.1)
    translations = Translations(translator, cache, timeout=60, characters=10_000)
    translator.gate.clear()
    thread = threading.Thread(target=translations.translate, args=(ARTICLE,))
    thread.start()
    assert translator.reached.wait(60)
    waiting = translations.translate(Article(id="b", title="هدنة", text="في روسيا.", language="ar"))
    assert waiting is not None
    assert waiting.busy
    assert waiting.missing == 1
    translator.gate.set()
    thread.join(60)
    again = translations.translate(ARTICLE)
    assert again is not None
    assert not again.busy
    assert again.missing == 0


def test_no_model_no_translation(models: Path, tmp_path: Path) -> None:
    english = Article(id="e", title="Truce", text="A truce.", language="en")
    settings = load_settings(archive=tmp_path / "a", cache=tmp_path / "c", encode_cache=False)
    with Archive.open(settings, encoder=FakeEncoder()) as archive:
        assert archive.translate(ARTICLE) is None
    configured = settings.model_copy(update={"translation_models": models})
    with Archive.open(configured, encoder=FakeEncoder()) as archive:
        assert archive.translate(english) is None
        assert archive.translations is not None
        assert archive.translations.can("ar")
        assert not archive.translations.can("en")
        found = archive.translate(ARTICLE)
        assert found is not None
        assert found.missing == 0


@given(st.text(st.sampled_from("ab \n"), max_size=3_000))
def test_cutting_a_sentence_loses_only_spaces(text: str) -> None:
    text = text.strip() or "x"
    spans = list(_shortened(text, 0, len(text)))
    assert all(0 < end - start <= 600 for start, end in spans)
    assert "".join(text[start:end] for start, end in spans).split() or not text.split()
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
