"""Passages: whole sentences, about as long as asked, overlapping by one, and always cut from the original."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article, Passage
from indexer.ingest.passages import carried_title, make_passages, passage_texts
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.text import sentences
from tests.fakes import FakeEncoder
from tests.text.strategies import texts

ENCODER = FakeEncoder()
TOKENS = 40


def article_of(text: str, title: str = "", language: str = "en") -> Article:
    return Article(id="a", title=title, text=text, language=language)


def cut(text: str, title: str = "", language: str = "en", tokens: int = TOKENS) -> list[str]:
    article = article_of(text, title, language)
    return [passage.text_of(article) for passage in make_passages(article, ENCODER, tokens=tokens)]


def numbered(count: int, words: int = 8) -> list[str]:
    return [f"Sentence {number} has {'many ' * (words - 4)}words." for number in range(count)]


def test_a_short_text_is_one_passage() -> None:
    assert cut("One sentence. And another.") == ["One sentence. And another."]


def test_passages_hold_whole_sentences_and_overlap_by_one() -> None:
    whole = numbered(30)
    passages = cut(" ".join(whole))
    assert len(passages) > 5
    for passage in passages:
        parts = [f"{part}." for part in passage.removesuffix(".").split(". ")]
        assert all(part in whole for part in parts)
        assert sum(ENCODER.count_tokens(parts)) <= TOKENS
    for before, after in pairwise(passages):
        last = before.removesuffix(".").split(". ")[-1]
        assert after.startswith(f"{last}.")


def test_passages_of_an_article_are_about_equally_long() -> None:
    """A rest of one sentence would be a passage about nothing."""
    sizes = ENCODER.count_tokens(cut(" ".join(numbered(21))))
    assert min(sizes) > max(sizes) / 2


def test_a_long_sentence_is_not_repeated() -> None:
    long = f"This one goes on {'and on ' * 12}until it ends."
    passages = cut(" ".join([*numbered(3), long, *numbered(3)]))
    assert sum(long in passage for passage in passages) == 1


def test_one_giant_sentence_is_cut_between_words() -> None:
    words = [f"word{number}" for number in range(1_000)]
    passages = cut(" ".join(words))
    assert all(ENCODER.count_tokens([passage])[0] <= TOKENS for passage in passages)
    assert [word for passage in passages for word in passage.split()] == words


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    encoder = _LetterEncoder()
    article = article_of("北京" * 2_000, language="zh")
    passages = make_passages(article, encoder, tokens=100)
    assert "".join(passage.text_of(article) for passage in passages) == article.text
    assert max(passage.end - passage.start for passage in passages) <= 100


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b"])
def test_no_text_makes_no_fuss(text: str) -> None:
    assert "".join(cut(text)) == text.strip()


def test_the_title_is_carried_into_each_passage() -> None:
    article = article_of(" ".join(numbered(20)), title="Harbour opened")
    passages = make_passages(article, ENCODER, tokens=TOKENS)
    inputs = [text.input() for text in passage_texts(article, passages, carried_title(article, ENCODER))]
    assert len(inputs) > 2
    assert all(read.startswith("Harbour opened\nSentence ") for read in inputs)


def test_a_title_made_from_the_text_is_not_carried() -> None:
    article = Article(id="a", title="One sentence", text="One sentence. Two.", title_made=True, language="en")
    passages = make_passages(article, ENCODER, tokens=TOKENS)
    assert [text.title for text in passage_texts(article, passages, carried_title(article, ENCODER))] == [""]


def test_a_long_title_leaves_room_for_the_passage() -> None:
    encoder = FakeEncoder(max_tokens=100)
    article = article_of(" ".join(numbered(20)), title="long " * 500)
    passages = make_passages(article, encoder, tokens=80)
    for text in passage_texts(article, passages, carried_title(article, encoder)):
        assert encoder.count_tokens([text.title]) == [25]
        assert encoder.count_tokens([text.input()])[0] <= 100


def test_a_passage_in_another_script_has_its_own_language() -> None:
    arabic = "قال وزير الخارجية الروسي سيرغي لافروف إن بلاده تدعو إلى وقف إطلاق النار في ليبيا. " * 4
    english = "The minister said that his country calls for a ceasefire in Libya and for talks. " * 4
    article = article_of(f"{arabic}\n{english}", language="ar")
    passages = make_passages(article, ENCODER, tokens=60)
    languages = [passage.language for passage in passages]
    assert languages == sorted(languages)
    assert set(languages) == {"ar", "en"}
    assert passages[0].language == "ar"
    assert {passage.language for passage in passages if passage.start >= len(arabic)} == {"en"}


@given(texts, st.integers(16, 200))
def test_whatever_the_text_passages_cut_it_and_cover_every_sentence(text: str, tokens: int) -> None:
    article = article_of(text)
    passages = make_passages(article, ENCODER, tokens=tokens)
    _check_cover(article, passages)


def test_the_real_tokeniser_gives_passages_of_about_200_tokens(onnx_encoder: OnnxEncoder) -> None:
    sentence = "أعلنت وزارة الخارجية الروسية اليوم أن موسكو على اتصال مع جميع الأطراف في ليبيا. "
    article = article_of(sentence * 100, title="موسكو تدعو إلى وقف إطلاق النار", language="ar")
    passages = make_passages(article, onnx_encoder, tokens=200)
    _check_cover(article, passages)
    sizes = onnx_encoder.count_tokens([passage.text_of(article) for passage in passages])
    assert max(sizes) <= 200
    assert min(sizes[:-1]) > 150


def test_an_article_of_5_mb_is_cut_in_time_that_grows_with_its_length() -> None:
    def seconds(characters: int) -> float:
        sentence = "The harbour of the town was opened again, and ships came the same day. "
        article = article_of(sentence * (characters // len(sentence)))
        started = time.process_time()
        _check_cover(article, make_passages(article, ENCODER, tokens=200))
        return time.process_time() - started

    assert seconds(5_000_000) < 20 * max(seconds(500_000), 0.1)


def _check_cover(article: Article, passages: tuple[Passage, ...]) -> None:
    """Passages are in order, number from 0, begin and end in sentences, and leave out white space alone."""
    assert [passage.number for passage in passages] == list(range(len(passages)))
    covered = 0
    for passage in passages:
        assert 0 <= passage.start < passage.end <= len(article.text)
        assert not article.text[covered : passage.start].strip()
        assert passage.end > covered
        covered = passage.end
    assert not article.text[covered:].strip()
    if passages:
        spans = sentences(article.text, article.language)
        assert (passages[0].start, passages[-1].end) == (spans[0][0], spans[-1][1])


class _LetterEncoder(FakeEncoder):
    """Counts each letter as a piece, as tokenisers do in scripts without spaces."""

    def token_starts(self, text: str):  # type: ignore[no-untyped-def]
        import numpy as np

        return np.arange(len(text), dtype=np.int32)

    def count_tokens(self, texts):  # type: ignore[no-untyped-def]
        return [len(text) for text in texts]
