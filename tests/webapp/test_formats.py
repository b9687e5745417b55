"""Exports are what the programs that read them expect, also for hostile articles."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pybtex.database
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article, Precision, Published
from indexer.readers import read
from webapp.formats import FORMATS, Exported, Provenance
from webapp.formats.bibtex import key
from webapp.formats.csv import neutral

PROVENANCE = Provenance(
    base_url="http://localhost:8000/",
    query="q=ceasefire&language=ar",
    retrieved=datetime(2026, 11, 24, 20, 0, tzinfo=UTC),
    generation="2026-11-20T08:00:00+00:00",
)
ARTICLE = Article(
    id="sky/1 & 2",
    title="روسيا تدعو إلى وقف إطلاق النار {في} ليبيا: 50% #1_a",
    text="نص الخبر.",
    url="https://news.example/ar/1?a={b}",
    source="سكاي نيوز",
    author="علي، حسن",
    language="ar",
    published=Published(datetime(2018, 2, 17, 22, 30, tzinfo=UTC), offset_minutes=240),
)
BARE = Article(id="2", title="Line\nER  - \nTY  - EVIL", text="x", url="javascript:alert(1)")


def written(name: str, *articles: Article) -> str:
    return "".join(FORMATS[name].write(map(Exported, articles), PROVENANCE))


def test_ris_is_read_by_a_reference_manager() -> None:
    first, second = rispy.loads(written("ris", ARTICLE, BARE))
    assert first["type_of_reference"] == "NEWS"
    assert first["title"] == ARTICLE.title
    assert first["authors"] == ["علي، حسن"]
    assert first["secondary_title"] == "سكاي نيوز"
    assert first["year"] == "2018"
    assert first["date"] == "2018/02/18/"  # in the zone it was written in
    assert first["language"] == "ar"
    assert first["urls"] == ["https://news.example/ar/1?a={b}"]
    assert first["access_date"] == "2026/11/24/"
    assert "q=ceasefire&language=ar on 2026-11-24T20:00:00Z" in first["notes"][0]
    assert second["title"] == "Line ER - TY - EVIL"
    assert second["urls"] == ["http://localhost:8000/article?id=2"]
    assert "date" not in second


def test_bibtex_is_read_by_a_parser() -> None:
    entries = pybtex.database.parse_string(written("bibtex", ARTICLE, BARE), "bibtex").entries
    assert list(entries) == [key(ARTICLE), key(BARE)]
    fields = entries[key(ARTICLE)].fields
    assert (
        fields["title"]
        == r"{روسيا تدعو إلى وقف إطلاق النار \textbraceleft{}في\textbraceright{} ليبيا: 50\% \#1\_a}"
    )
    assert str(entries[key(ARTICLE)].persons["author"][0]) == "{علي، حسن}"
    assert (fields["date"], fields["year"], fields["urldate"]) == ("2018-02-18", "2018", "2026-11-24")
    assert fields["url"] == "https://news.example/ar/1?a=%7Bb%7D"
    assert "date" not in entries[key(BARE)].fields


def test_bibtex_says_where_an_entry_comes_from_in_no_field_that_is_printed() -> None:
    entry = pybtex.database.parse_string(written("bibtex", ARTICLE), "bibtex").entries[key(ARTICLE)]
    assert not {"note", "addendum"} & set(entry.fields)
    assert r"http://localhost:8000/article?id=sky\%2F1+\%26+2 (id sky/1 \& 2)" in entry.fields["annotation"]


@pytest.mark.parametrize(("language", "named"), [("ar", "arabic"), ("zh-cn", None), ("pt-br", "portuguese")])
def test_bibtex_names_languages_as_latex_does(language: str, named: str | None) -> None:
    article = replace(ARTICLE, language=language)
    entry = pybtex.database.parse_string(written("bibtex", article), "bibtex").entries[key(article)]
    assert entry.fields.get("langid") == named


def test_csl_is_one_array() -> None:
    first, second = json.loads(written("csl", ARTICLE, BARE))
    assert first["type"] == "article-newspaper"
    assert first["issued"] == {"date-parts": [[2018, 2, 18]]}
    assert first["author"] == [{"literal": "علي، حسن"}]
    assert first["archive_location"] == "http://localhost:8000/article?id=sky%2F1+%26+2"
    assert second["URL"] == "http://localhost:8000/article?id=2"
    assert json.loads(written("csl")) == []


def test_csv_opens_as_text() -> None:
    text = written("csv", ARTICLE, replace(ARTICLE, id="3", title="=HYPERLINK(1)", source='a",\n"b'))
    assert text.startswith("\ufeffrank,id,title,gist,source,")
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert first["title"] == ARTICLE.title
    assert first["published_at"] == "2018-02-18T02:30:00+04:00"
    assert first["permalink"] == "http://localhost:8000/article?id=sky%2F1+%26+2"
    assert first["query"] == "http://localhost:8000/search?q=ceasefire&language=ar"
    assert first["archive_generation"] == PROVENANCE.generation
    assert second["title"] == "'=HYPERLINK(1)"
    assert second["source"] == 'a",\n"b'


def test_csv_has_the_place_and_the_english_of_a_title() -> None:
    exported = [Exported(ARTICLE, rank=3, gist="Russia calls to stop fire"), Exported(BARE)]
    text = "".join(FORMATS["csv"].write(iter(exported), PROVENANCE))
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (first["rank"], first["gist"]) == ("3", "Russia calls to stop fire")
    assert (second["rank"], second["gist"]) == ("", "")


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\u200f=1", "＝1", "\r=1", "\u202e=1", "|calc"]
)
def test_formulas_are_text(value: str) -> None:
    assert neutral(value).startswith("'")


@pytest.mark.parametrize("provenance", [PROVENANCE, replace(PROVENANCE, query="q=" + "%D9%87" * 2_000)])
def test_json_lines_are_taken_back(tmp_path: Path, provenance: Provenance) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(
        "".join(FORMATS["jsonl"].write(map(Exported, (ARTICLE, BARE)), provenance)), encoding="utf-8"
    )
    found = [record.article for record in read([path])]
    assert [article and replace(article, extra={}) for article in found] == [ARTICLE, BARE]
    assert found[0] is not None
    assert found[0].extra["exported_from"] == "http://localhost:8000/article?id=sky%2F1+%26+2"


@pytest.mark.parametrize(
    ("precision", "ris", "csl"),
    [
        (Precision.YEAR, "2018///", [2018]),
        (Precision.MONTH, "2018/02//", [2018, 2]),
        (Precision.DAY, "2018/02/17/", [2018, 2, 17]),
    ],
)
def test_dates_are_no_more_precise_than_known(precision: Precision, ris: str, csl: list[int]) -> None:
    article = replace(ARTICLE, published=Published(datetime(2018, 2, 17, 22, 30, tzinfo=UTC), precision))
    assert rispy.loads(written("ris", article))[0]["date"] == ris
    assert json.loads(written("csl", article))[0]["issued"] == {"date-parts": [csl]}


@pytest.mark.parametrize(("year", "offset"), [(9999, 600), (1, -600)])
def test_a_date_at_the_end_of_the_calendar_breaks_no_file(year: int, offset: int) -> None:
    """In its own zone it is outside the calendar, so it is told in UTC."""
    moment = datetime.max if year == 9999 else datetime.min
    published = Published(moment.replace(tzinfo=UTC), Precision.MINUTE, offset)
    for name in FORMATS:
        assert written(name, replace(ARTICLE, published=published))


def test_dates_are_those_of_the_zone_that_was_written() -> None:
    assert json.loads(written("csl", ARTICLE))[0]["issued"] == {"date-parts": [[2018, 2, 18]]}


def test_nothing_is_read_ahead() -> None:
    read_so_far = 0

    def endless() -> Iterator[Exported]:
        nonlocal read_so_far
        while True:
            read_so_far += 1
            yield Exported(ARTICLE)

    for form in FORMATS.values():
        read_so_far = 0
        parts = form.write(endless(), PROVENANCE)
        assert [next(parts) for _ in range(3)]
        assert read_so_far <= 3


_hostile = st.text(st.sampled_from("\\{}\"'\n\r\t=-@%#&_$~^<>\u202e\u2028ab ع,;"), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(title=_hostile, source=_hostile, author=_hostile)
def test_no_article_breaks_a_file(title: str, source: str, author: str) -> None:
    article = Article(id="x", title=title, text="t", source=source, author=author)
    after = replace(ARTICLE, title="Next")
    assert len(rispy.loads(written("ris", article, after))) == 2
    entries = pybtex.database.parse_string(written("bibtex", article, after), "bibtex").entries
    assert entries[key(after)].fields["title"] == "{Next}"
    rows = list(csv.reader(io.StringIO(written("csv", article, after), newline="")))
    assert [len(row) for row in rows] == [len(rows[0])] * 3
    assert len(json.loads(written("csl", article, after))) == 2
