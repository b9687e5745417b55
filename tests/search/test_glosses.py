"""Tests of `indexer.search.glosses`: what an Arabic word means by the dictionary, and where it stands."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article, Passage
from indexer.engines.base import StoredPassage
from indexer.models.base import PassageText
from indexer.models.meanings import bundled
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.search.dictionary import Dictionary, Pair
from indexer.search.glosses import (
    ARABIC_WORD,
    GRAMMAR,
    NAME,
    NEAR,
    PHRASE,
    USER,
    Gloss,
    Glossary,
    Reader,
    WordsOfArticle,
)
from indexer.settings import load_settings
from indexer.text import analyse

LISTED = Glossary(Dictionary())


def english(arabic: str, glossary: Glossary = LISTED) -> list[str]:
    return [gloss.english for gloss in glossary.glosses(arabic)]


# --- by the dictionary alone


@pytest.mark.parametrize(
    ("word", "gloss"),
    [
        ("الهدنة", "ceasefire"),
        ("والهُدنَة", "ceasefire"),
        ("لليبيا", "Libya"),
        ("المصرف", "bank"),
        ("كتاب", "book"),
        ("القاهرة", "Cairo"),
        ("قالت", "say"),
        ("سيقول", "say"),
        ("ترامب", "Trump"),
        ("ولافروف", "Lavrov"),
        ("الألمانية", "German"),
        ("الولايات", "state"),
        ("عقوبات", "sanction"),
    ],
)
def test_arabic_words_have_english_glosses(word: str, gloss: str) -> None:
    assert gloss in english(word)


@pytest.mark.parametrize(
    ("arabic", "first"),
    [("مصر", "Egypt"), ("رئيس", "president"), ("حكومة", "government"), ("عين", "eye"), ("دولة", "country")],
)
def test_the_likeliest_gloss_comes_first(arabic: str, first: str) -> None:
    assert english(arabic)[0] == first


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("من", "from"),
        ("إلى", "to"),
        ("وفيها", "and in it"),
        ("بهم", "with them"),
        ("بأنه", "that he"),
        ("لأنهم", "because they"),
        ("والتي", "and who"),
        ("ولم", "and did not"),
        ("وكان", "and was"),
        ("لي", "for me"),
        ("بينهما", "between them both"),
    ],
)
def test_words_of_grammar_are_glossed_with_what_is_written_to_them(word: str, meaning: str) -> None:
    assert LISTED.glosses(word)[0] == Gloss(meaning, GRAMMAR)


@pytest.mark.parametrize("word", ["ولي", "قبلي", "كلي", "ولد", "فهد", "بيان", "منطقة"])
def test_words_that_only_look_like_grammar_are_not(word: str) -> None:
    assert all(gloss.source != GRAMMAR for gloss in LISTED.glosses(word))


@pytest.mark.parametrize("word", ["عبدة", "العبد", "زنجي"])
def test_nobody_is_called_names_by_a_gloss(word: str) -> None:
    assert not {"nigger", "negro", "negress"} & {gloss.casefold() for gloss in english(word)}


def test_glosses_do_not_repeat_a_word_in_other_letters() -> None:
    glosses = english("الأمريكية")
    assert "American" in glosses
    assert len({gloss.casefold() for gloss in glosses}) == len(glosses)


@pytest.mark.parametrize("text", ["", "ـ", "َ", "ء", "...", "\u202e"])
def test_what_is_no_arabic_word_has_no_gloss(text: str) -> None:
    assert LISTED.glosses(text) == ()


@given(st.text(st.sampled_from("ابتوفيةهاللكسنمشرط ًّ"), max_size=12))
def test_no_word_breaks_it(text: str) -> None:
    glosses = english(text)
    assert len(set(glosses)) == len(glosses)


def test_the_users_pairs_are_glossed_first() -> None:
    glossary = Glossary(Dictionary([Pair("frobs", "فروبة"), Pair("gizmo", "كتاب"), Pair("whatsit", "من")]))
    assert glossary.glosses("الفروبة") == (Gloss("frobs", USER),)
    assert english("كتاب", glossary)[:2] == ["gizmo", "book"]
    assert english("من", glossary)[0] == "whatsit"


# --- where it stands


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(load_settings().cache / "models")


def reader(encoder: OnnxEncoder, title: str, text: str) -> Reader:
    """Return the reader of an article of one passage."""
    article = Article(id="a", title=title, text=text, language="ar")
    (encoded,) = encoder.encode_passages([PassageText(title, text, "ar")])
    stored = StoredPassage(Passage(0, 0, len(text), "ar"), encoded.codes)
    assert encoder.coder is not None
    words = WordsOfArticle(article, [stored], encoder.coder.bytes_per_word)
    return Reader(Glossary(Dictionary(), encoder.coder.meanings), words)


def reading(encoder: OnnxEncoder, title: str, text: str) -> Callable[[str], tuple[Gloss, ...]]:
    return reader(encoder, title, text).glosses


def test_the_text_decides_which_meaning_comes_first(encoder: OnnxEncoder) -> None:
    crime = reading(encoder, "توقيف رجل في تونس", "أوقفت الشرطة رجلا بعد سرقة، وقالت الشرطة إنه اعترف.")
    assert crime("الشرطة")[0].english == "police"
    assert "condition" in [gloss.english for gloss in crime("الشرطة")]
    money = reading(encoder, "خسائر", "أعلن المصرف المركزي رفع سعر الفائدة على الودائع، وأغلق المصرف فروعه.")
    assert money("المصرف")[0].english == "bank"
    year = reading(encoder, "ميزانية", "ارتفع العجز عام 2017 مقارنة مع عام 2016 حين بلغ مليار دولار.")
    assert year("عام")[0].english == "year"


def test_the_title_is_read_as_well(encoder: OnnxEncoder) -> None:
    tells = reading(encoder, "الشرطة توقف لصا", "لا جديد في هذا الخبر.")
    assert tells("الشرطة")[0].english == "police"


def test_a_plural_is_led_back_where_the_text_agrees(encoder: OnnxEncoder) -> None:
    ships = reading(encoder, "البحر", "غادرت السفن الميناء، وهي سفن كبيرة تحمل النفط.")
    assert "ship" in [gloss.english for gloss in ships("السفن")]
    assert "ship" not in english("السفن")


def test_a_word_that_does_not_stand_there_is_glossed_by_the_dictionary(encoder: OnnxEncoder) -> None:
    tells = reading(encoder, "خبر", "لا جديد في هذا الخبر.")
    assert tells("الشرطة") == LISTED.glosses("الشرطة")


def test_guesses_are_only_made_where_nothing_is_listed(encoder: OnnxEncoder) -> None:
    text = "زارت النجمة صالون التجميل لوضع مساحيق التجميل والمكياج."
    for word in ARABIC_WORD.findall(text):
        sources = {gloss.source for gloss in reading(encoder, "", text)(word)}
        assert NEAR not in sources or sources == {NEAR}


def test_guesses_can_be_left_out(encoder: OnnxEncoder) -> None:
    text = "إن الخيار الاقتصادي على إيران وروسيا هو إلى حد ما التحكم في الوقود واستبداله."
    article = Article(id="a", title="", text=text, language="ar")
    (encoded,) = encoder.encode_passages([PassageText("", text, "ar")])
    assert encoder.coder is not None
    words = WordsOfArticle(article, [StoredPassage(Passage(0, 0, len(text), "ar"), encoded.codes)], 48)
    glossary = Glossary(Dictionary(), encoder.coder.meanings)
    guessed = {
        word
        for word in ARABIC_WORD.findall(text)
        if any(gloss.source == NEAR for gloss in Reader(glossary, words).glosses(word))
    }
    assert guessed
    assert all(Reader(glossary, words, guess=False).glosses(word) == () for word in guessed)


# --- phrases, names, whole titles


def told(text: str) -> list[tuple[str, str]]:
    return [
        (text[run.start : run.end], run.glosses[0].english)
        for run in Reader(LISTED).runs(text)
        if run.glosses
    ]


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("الولايات المتحدة", "United States"),
        ("وكوريا الشمالية", "North Korea"),
        ("للأمم المتحدة", "United Nations"),
        ("رئيس وزراء", "prime minister"),
        ("رئيس الوزراء", "prime minister"),
        ("مجلس الأمن", "Security Council"),
        ("كأس العالم", "world cup"),
        ("ومع ذلك", "nevertheless"),
    ],
)
def test_a_phrase_is_glossed_as_one(phrase: str, meaning: str) -> None:
    assert [(written, english.casefold()) for written, english in told(f"قال {phrase} إن")][1] == (
        phrase,
        meaning.casefold(),
    )


def test_words_are_a_phrase_only_side_by_side() -> None:
    apart = list(Reader(LISTED).runs("الولايات، المتحدة\nالولايات\nالمتحدة"))
    assert len(apart) == 4
    assert all(gloss.source != PHRASE for run in apart for gloss in run.glosses)
    # "At the end of" is no form of "after all", nor "that" of "must".
    assert ("في نهاية", "after all") not in told("في نهاية")
    assert told("على أن")[0] == ("على", "on")


def test_a_word_beside_a_name_is_a_name(encoder: OnnxEncoder) -> None:
    article = reader(encoder, "القنصلية", "اختفى الصحفي جمال خاشقجي بعد دخوله القنصلية، وهي جمال معمارية.")
    runs = {run.start: run.glosses[0] for run in article.runs("جمال خاشقجي") if run.glosses}
    assert (runs[0].english, runs[0].source) == ("Jamal", NAME)
    assert next(article.runs("جمال الحديقة")).glosses[0].source != NAME
    president = reader(encoder, "واشنطن", "قال رئيس الولايات المتحدة دونالد ترامب إن الرئيس بوتين رئيس قوي.")
    assert next(president.runs("رئيس بوتين")).glosses[0].english == "president"


def test_a_title_is_told_word_for_word() -> None:
    gist = Reader(LISTED).gist
    assert gist("مصر: رئيس الوزراء يزور ليبيا؟") == "Egypt: prime minister visit Libya?"
    assert gist('عجز الموازنة لـ4.2% "في 2018"') == 'deficit budget for 4.2% "in 2018"'
    assert gist("الزغنبوط في CNN،  \n BBC") == "Al-zaghnabut in CNN, BBC"
    assert gist("") == ""
    assert len(gist("مصر " * 100_000)) < 2_000
    assert gist("no Arabic here") == "no Arabic here"


@given(st.text(st.sampled_from("ابتوفيةهال كس\n،.aZ9<>\u202e"), max_size=40))
def test_runs_are_in_order_and_cover_every_arabic_word(text: str) -> None:
    runs = list(Reader(LISTED).runs(text))
    covered = [word.span() for word in ARABIC_WORD.finditer(text)]
    assert all(any(run.start <= start and end <= run.end for run in runs) for start, end in covered)
    assert all(one.end <= other.start for one, other in pairwise(runs))


def test_codes_that_do_not_fit_the_text_are_left_alone() -> None:
    article = Article(id="a", title="خبر", text="واحد اثنان ثلاثة", language="ar")
    short = StoredPassage(Passage(0, 0, len(article.text), "ar"), bytes(48 * 2))
    none = StoredPassage(Passage(0, 0, len(article.text), "ar"), None)
    for stored in (short, none):
        assert WordsOfArticle(article, [stored], 48).context("واحد") is None


def test_the_table_of_meanings_is_the_models(encoder: OnnxEncoder) -> None:
    """The shipped vectors are those that the model makes now; otherwise `make_meanings.py` is to be run."""
    assert encoder.coder is not None
    assert encoder.coder.meanings is not None
    words = ["police", "government", "bank", "ship", "year", "peace", "war", "oil"]
    made = encoder.encode_words(words)
    centred = made - made.mean(axis=0)
    codes = encoder.coder.rotate_query(centred) > 0
    for number, word in enumerate(words):
        near = dict(zip(words, bundled().similarities(words, codes[number] * 2.0 - 1), strict=True))
        assert max(words, key=lambda other: near[other] or 0.0) == word
    listed = {pair.english for pair in Dictionary().shipped_pairs() if " " not in pair.arabic}
    assert None not in bundled().similarities(sorted(listed), codes[0] * 2.0 - 1)


@pytest.mark.slow
def test_readers_of_parallel_news_get_the_word_that_the_translator_chose(
    encoder: OnnxEncoder, shared_data: Path
) -> None:
    """The share of words whose first gloss stands in the same paragraph of the English original."""
    stories: dict[str, dict[str, Article]] = {}
    with gzip.open(shared_data / "ntrex" / "articles.jsonl.gz", "rb") as lines:
        for line in map(orjson.loads, lines):
            if line["language"] in ("ar", "en"):
                article = Article(
                    id=line["id"], title=line["title"], text=line["text"], language=line["language"]
                )
                stories.setdefault(line["story"], {})[line["language"]] = article
    hits: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for story in sorted(stories)[1::8]:
        arabic, original = stories[story]["ar"], stories[story]["en"]
        pairs = zip(arabic.text.split("\n"), original.text.split("\n"), strict=True)
        for paragraph, translation in pairs:
            if not paragraph.strip():
                continue
            written = {form for token in analyse(translation, "en") for form in (token.exact, token.stem)}
            readers = {"context": reader(encoder, arabic.title, paragraph), "list": Reader(LISTED)}
            for way, read in readers.items():
                for run in read.runs(paragraph):
                    first = run.glosses[:1]
                    if first and first[0].source != GRAMMAR:
                        words = len(paragraph[run.start : run.end].split())
                        shown[way] += words
                        hits[way] += words * all(
                            token.exact in written or token.stem in written
                            for token in analyse(first[0].english, "en")
                        )
    share = {way: hits[way] / shown[way] for way in shown}
    assert share["context"] > 0.4, share
    assert share["context"] > share["list"] + 0.05, share
