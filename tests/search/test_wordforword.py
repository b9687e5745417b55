"""Tests of `indexer.search.wordforword`: Arabic text in English, phrases before words and names as names."""

from __future__ import annotations

import gzip
from collections import Counter
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.search.dictionary import Dictionary
from indexer.search.glosses import ARABIC_WORD, Glossary, Source
from indexer.search.wordforword import WordForWord
from indexer.text import analyse
from tests.search.reading import word_for_word

LISTED = Glossary(Dictionary())


def told(text: str) -> list[tuple[str, str]]:
    return [
        (text[run.start : run.end], run.glosses[0].english)
        for run in WordForWord(LISTED).runs(text)
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
    apart = list(WordForWord(LISTED).runs("الولايات، المتحدة\nالولايات\nالمتحدة"))
    assert len(apart) == 4
    assert all(gloss.source != Source.PHRASE for run in apart for gloss in run.glosses)
    # "At the end of" is no form of "after all", nor "that" of "must".
    assert ("في نهاية", "after all") not in told("في نهاية")
    assert told("على أن") == [("على أن", "on condition that")]


def test_a_word_beside_a_name_is_a_name(real_encoder: OnnxEncoder) -> None:
    article = word_for_word(
        real_encoder, "القنصلية", "اختفى الصحفي جمال خاشقجي بعد دخوله القنصلية، وهي جمال معمارية."
    )
    runs = {run.start: run.glosses[0] for run in article.runs("جمال خاشقجي") if run.glosses}
    assert (runs[0].english, runs[0].source) == ("Jamal", Source.NAME)
    assert next(article.runs("جمال الحديقة")).glosses[0].source != Source.NAME
    president = word_for_word(real_encoder, "واشنطن", "قال رئيس أميركا دونالد ترامب إن بوتين رئيس قوي.")
    assert next(president.runs("رئيس بوتين")).glosses[0].english == "president"


def test_a_person_is_not_called_as_a_town() -> None:
    gist = WordForWord(LISTED).gist
    assert gist("ريز ويذرسبون") == "Reese Witherspoon"  # not Rize
    assert gist("ترامب في الجزائر") == "Trump in Algeria"


def test_a_title_is_told_word_for_word() -> None:
    gist = WordForWord(LISTED).gist
    assert gist("مصر: رئيس الوزراء يزور ليبيا؟") == "Egypt: prime minister visit Libya?"
    assert gist('عجز الموازنة لـ4.2% "في 2018"') == 'budget deficit for 4.2% "in 2018"'
    assert gist("الزغنبوط في CNN،  \n BBC") == "[Al-zaghnabut] in CNN, BBC"
    assert gist("") == ""
    assert len(gist("مصر " * 100_000)) < 2_000
    assert gist("no Arabic here") == "no Arabic here"


@given(st.text(st.sampled_from("ابتوفيةهال كس\n،.aZ9<>\u202e"), max_size=40))
def test_runs_are_in_order_and_cover_every_arabic_word(text: str) -> None:
    runs = list(WordForWord(LISTED).runs(text))
    covered = [word.span() for word in ARABIC_WORD.finditer(text)]
    assert all(any(run.start <= start and end <= run.end for run in runs) for start, end in covered)
    assert all(one.end <= other.start for one, other in pairwise(runs))


@pytest.mark.parametrize(
    ("arabic", "told"),
    [
        ("عبد الغني وعبد الكريم", "Abd al-Ghani and Abd al-Karim"),
        ("عبدالله وعبدالعزيز", "Abdullah and Abd al-Aziz"),
        ("أبو بكر", "Abu Bakr"),
        ("بن علي", "bin Ali"),
        ("الغرور أم الحظ", "delusion or luck"),
        ("إنجلترا والسويد", "England and Sweden"),
        ("مهرجان كان", "Cannes festival"),
        ("سي إن إن", "CNN"),
        ("الاتفاق النووي", "nuclear deal"),
        ("قوات الأمن", "security forces"),
        ("مجلس الشيوخ", "Senate"),  # the general glossary has "upper chamber" for it
        ("3 مليارات دولار", "3 billion dollar"),  # ... and "multibillion"
        ("أول امرأة", "first woman"),  # ... and "1st"
        ("على الرغم من", "despite"),
        ("مصر وليبيا", "Egypt and Libya"),
        ("وزير", "minister"),
        ("٤٢٪ في ﻣﺼﺮ", "42% in Egypt"),
        ("الولايات\u00a0المتحدة", "United States"),
        ("طيران إير فرانس", "aviation Air France"),
        ('"رايان إير" تقرر تسيير رحلات', '"Ryanair" decide operating flights'),
        ('"إير بي إن بي"', '"Airbnb"'),
        ("إيلون ماسك", "Elon Musk"),
        ("حسن نصر الله", "Hassan Nasrallah"),
        ("ماكين وترامب", "McCain and Trump"),
        ("ميناء الحديدة", "port Hodeida"),
        ("رفع العلم", "raising the flag"),
        ("يؤدي اليمين", "takes the oath"),
        ("تؤدي إلى", "leads to"),
        ("من أصول تركية", "of origin Turk"),
        ("تعلق على", "comments on"),
        # Names that few have are names beside others: "sarin" and "worship" they are not.
        ("مديحة يسري", "Madiha Yousri"),
    ],
)
def test_what_stands_in_titles(arabic: str, told: str) -> None:
    assert WordForWord(LISTED).gist(arabic) == told


@pytest.mark.slow
def test_readers_of_parallel_news_get_the_word_that_the_translator_chose(
    real_encoder: OnnxEncoder, shared_data: Path
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
            readers = {
                "context": word_for_word(real_encoder, arabic.title, paragraph),
                "list": WordForWord(LISTED),
            }
            for way, read in readers.items():
                for run in read.runs(paragraph):
                    first = run.glosses[:1]
                    if first and first[0].source != Source.GRAMMAR:
                        words = len(paragraph[run.start : run.end].split())
                        shown[way] += words
                        hits[way] += words * all(
                            token.exact in written or token.stem in written
                            for token in analyse(first[0].english, "en")
                        )
    share = {way: hits[way] / shown[way] for way in shown}
    assert share["context"] > 0.41, share
    assert share["context"] > share["list"] + 0.03, share
