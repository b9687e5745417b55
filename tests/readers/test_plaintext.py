"""Pasted texts: titles, datelines, publisher, credit and source lines, sidecars."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article, Precision
from indexer.errors import UnreadableSource
from indexer.readers import ReadOptions, Record, describe, read, read_raw
from indexer.readers.pasted import take_apart, unquoted
from indexer.readers.titles import MAX_MADE_TITLE, make_title

SEED = Path(__file__).resolve().parents[2] / "indexer" / "data" / "sample" / "seed-article.txt"

BODY = (
    "أعلنت وزارة الخارجية الروسية اليوم أن موسكو على اتصال مع جميع الأطراف في ليبيا من أجل وقف إطلاق النار.\n"
    "وقال المصدر إن الخطوات التي اتخذت كانت ملموسة."
)


def one(path: Path, **options: Any) -> Article:
    (record,) = read([path], ReadOptions(**options))
    assert record.article is not None, record.reason
    return record.article


def test_the_seed_article() -> None:
    article = one(SEED)
    lines = SEED.read_text(encoding="utf-8").strip().split("\n")
    assert article.publisher == 'مجموعة الرؤية الاستراتيجية "روسيا – العالم الإسلامي"'
    assert article.credit == "Creative Commons"
    assert article.source == "ريا نوفوستي"
    assert article.published is None
    assert article.text == "\n".join(lines[:-3])
    assert article.title_made
    assert article.title.endswith("…")
    assert len(article.title) <= MAX_MADE_TITLE + 1
    assert lines[0].startswith(article.title[:-1] + " ")
    assert article.extra == {}
    assert article.language == "und"


def test_the_seed_article_is_the_shared_one(shared_data: Path) -> None:
    assert SEED.read_bytes() == (shared_data / "seed-article.txt").read_bytes()


def test_the_seed_article_with_what_a_person_knows() -> None:
    article = one(
        SEED,
        title="موسكو تدعو",
        published="2020-06-05",
        source="RIA",
        url="https://x/1",
        language="ar",
        author="A",
    )
    assert (article.title, article.title_made) == ("موسكو تدعو", False)
    assert article.published is not None
    assert article.published.precision is Precision.DAY
    assert (article.source, article.url, article.language, article.author) == (
        "RIA",
        "https://x/1",
        "ar",
        "A",
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("عنوان الخبر\n\n", {"title": "عنوان الخبر"}),
        ("عنوان الخبر\n", {"title": "عنوان الخبر"}),
        ("# عنوان الخبر\n", {"title": "عنوان الخبر"}),
        ("هل تتوقف الحرب؟\n\n", {"title": "هل تتوقف الحرب؟"}),
        (
            "Title: T\nDate: 3 June 2020\nSource: «ريا»\n\n",
            {"title": "T", "published": "3 June 2020", "source": "ريا"},
        ),
        ("العنوان: T\nالرابط: https://x/1\n", {"title": "T", "url": "https://x/1"}),
        (
            "عنوان\nبقلم: أحمد علي\n3 يونيو 2020\n\n",
            {"title": "عنوان", "author": "أحمد علي", "published": "3 يونيو 2020"},
        ),
        ("A title\nBy Jane Doe\n\n", {"title": "A title", "author": "Jane Doe"}),
        ("عنوان\nنشر في: 3 يونيو 2020\n", {"title": "عنوان", "published": "3 يونيو 2020"}),
        # No title line
        ("", {"title": ""}),
        ("هذه جملة كاملة.\n\n", {"title": ""}),
        ("وقالت الوزارة:\n", {"title": ""}),
    ],
)
def test_heads(head: str, expected: dict[str, str]) -> None:
    parts = take_apart(head + BODY)
    assert {name: getattr(parts, name) for name in expected} == expected
    assert parts.text.endswith(BODY)


@pytest.mark.parametrize(
    ("opening", "published", "source"),
    [
        ("موسكو، 3 حزيران/يونيو 2020 – ", "3 حزيران/يونيو 2020", ""),
        ("القاهرة (رويترز) - ", "", "رويترز"),
        ("دبي، الإمارات العربية المتحدة (CNN) -- ", "", "CNN"),
        ("موسكو، 3 حزيران/يونيو (ريا نوفوستي) – ", "", "ريا نوفوستي"),  # no year: no date
        ("MOSCOW, June 3, 2020 (Reuters) - ", "June 3, 2020", "Reuters"),
        ("WASHINGTON (AP) — ", "", "AP"),
        ("وقال الوزير - بعد صمت - ", "", ""),
        ("فازت روسيا (3-0) - ", "", ""),
    ],
)
def test_datelines_are_used_and_stay_in_the_text(opening: str, published: str, source: str) -> None:
    parts = take_apart(opening + BODY)
    assert (parts.published, parts.source) == (published, source)
    assert parts.text == (opening + BODY)
    assert bool(parts.dateline) is bool(published or source)


def test_a_made_title_begins_behind_the_dateline(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("موسكو، 3 حزيران/يونيو 2020 – " + BODY, encoding="utf-8")
    article = one(path)
    assert article.title.startswith("أعلنت وزارة الخارجية")
    assert article.extra == {"dateline": "موسكو، 3 حزيران/يونيو 2020"}
    assert article.published is not None
    assert article.published.isoformat() == "2020-06-03"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ('المصدر "ريا نوفوستي"', {"source": "ريا نوفوستي"}),
        ("المصدر: وكالات", {"source": "وكالات"}),
        ("المصدر : رويترز + وكالات.", {"source": "رويترز + وكالات"}),
        ("المصدر رويترز", {"source": "رويترز"}),
        ("(المصدر: رويترز)", {"source": "رويترز"}),
        ("Source: Reuters", {"source": "Reuters"}),
        ("photo: Creative Commons", {"credit": "Creative Commons"}),
        ("صورة: أ ف ب", {"credit": "أ ف ب"}),
        ("تصوير: أحمد علي", {"credit": "أحمد علي"}),
        ("تصوير أحمد علي", {"credit": "أحمد علي"}),
        ("صحيفة الشرق الأوسط", {"publisher": "صحيفة الشرق الأوسط"}),
        ("– الشرق الأوسط", {"publisher": "الشرق الأوسط"}),
        (
            "الشرق الأوسط\nphoto: AP\nالمصدر: رويترز",
            {"publisher": "الشرق الأوسط", "credit": "AP", "source": "رويترز"},
        ),
        ("المصدر: رويترز\n\nhttps://x/1\n3 يونيو 2020", {"source": "رويترز", "url": "https://x/1"}),
    ],
)
def test_tails(tail: str, expected: dict[str, str]) -> None:
    parts = take_apart(f"{BODY}\n{tail}\n")
    assert {name: getattr(parts, name) for name in expected} == expected
    assert parts.text == BODY


@pytest.mark.parametrize(
    "last",
    [
        "المصدر رفض الكشف عن هويته لأسباب أمنية",
        "المصدر الذي تحدث إلى الوكالة قال إن الخطوات مستمرة.",
        "وتوقفت المفاوضات بعد ذلك",
        "توقفت المفاوضات بعد ذلك\nالمصدر: رويترز",
        "وتوقفت المفاوضات\nالمصدر: رويترز",
        "صورة قاتمة للوضع في البلاد رسمها التقرير",
        "Source code was released",
        "By then the talks had failed",
        "2020",
    ],
)
def test_a_doubtful_last_line_stays_body(last: str) -> None:
    body = last.removesuffix("\nالمصدر: رويترز")
    assert take_apart(f"{BODY}\n{last}").text == f"{BODY}\n{body}"


def test_a_text_of_marks_alone_stays_a_text() -> None:
    for text in ("المصدر: رويترز", "Title: T", "photo: AP\nالمصدر: رويترز", "https://x/1"):
        assert take_apart(text).text


def test_paragraphs_are_kept_and_hard_line_breaks_joined() -> None:
    assert take_apart("أ.\n\n\n\nب.\nج.").text == "أ.\n\nب.\nج."
    wrapped = "\n".join(["The talks in Moscow went on for a third day and the parties", "did not say"] * 1)
    lines = [
        "The talks in Moscow went on for a third day, and the two",
        "parties did not say when they would end. A source in the",
        "ministry told the agency that the steps were concrete and",
        "that all of the parties had been told about them before.",
        "",
        "The delegation left on Wednesday for the capital, where the",
        "committee is to meet again as soon as the ceasefire holds",
        "in the west of the country.",
    ]
    assert take_apart("\n".join(lines)).text == " ".join(lines[:4]) + "\n\n" + " ".join(lines[5:])
    assert take_apart(wrapped).text == wrapped


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "story.json",
            json.dumps({"headline": "T", "date": "2020-06-03", "link": "https://x/1", "desk": "D"}),
        ),
        (
            "story.meta.json",
            json.dumps({"title": "T", "published": "2020-06-03", "url": "https://x/1", "section": "D"}),
        ),
        ("story.toml", 'title = "T"\ndate = 2020-06-03\nurl = "https://x/1"\nsection = "D"\n'),
        (
            "story.txt.json",
            json.dumps({"title": "T", "date": "2020-06-03", "url": "https://x/1", "section": "D"}),
        ),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_sidecar_says_what_the_text_does_not(tmp_path: Path, name: str, content: str, packed: bool) -> None:
    story = tmp_path / ("story.txt.gz" if packed else "story.txt")
    story.write_bytes(gzip.compress(BODY.encode()) if packed else BODY.encode())
    (tmp_path / name).write_text(content, encoding="utf-8")
    for source in (story, tmp_path):
        article = one(source)
        assert (article.title, article.title_made, article.url, article.section) == (
            "T",
            False,
            "https://x/1",
            "D",
        )
        assert article.published is not None
        assert article.published.isoformat() == "2020-06-03"
        assert article.text == BODY
    assert one(story, title="X").title == "X"
    # Named beside its text it still is no article.
    assert list(read([story, tmp_path / name])) == list(read([story]))
    assert list(read([tmp_path, tmp_path / name])) == list(read([tmp_path]))


@pytest.mark.parametrize("reader", [read, describe])
def test_a_sidecar_that_is_named_without_its_text_is_told(
    tmp_path: Path, reader: Callable[[list[Path]], object]
) -> None:
    (tmp_path / "story.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "story.json").write_text('{"title": "T"}')
    (tmp_path / "other.txt").write_text(BODY, encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"story\.json is no article.*Name story\.txt"):
        reader([tmp_path / "other.txt", tmp_path / "story.json"])


def test_a_broken_sidecar_is_told(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(BODY, encoding="utf-8")
    for name, content in (
        ("story.json", "{"),
        ("story.toml", "x = " + "[" * 100_000),
        ("story.meta.json", "[]"),
    ):
        sidecar = tmp_path / name
        sidecar.write_text(content, encoding="utf-8")
        (record,) = read([tmp_path])
        assert record.article is None
        assert f"sidecar {name}" in record.reason
        sidecar.unlink()


@pytest.mark.parametrize(
    "content",
    [
        {"articles": [{"text": "B"}, {"text": "C"}]},
        {"status": "ok", "title": "All of today", "response": {"results": [{"body": "B"}, {"body": "C"}]}},
        {"status": "ok", "articles": [{"headline": "T", "prose": "B"}, {"headline": "U"}]},  # for --column
    ],
)
def test_wrapped_articles_beside_a_text_are_articles(tmp_path: Path, content: object) -> None:
    (tmp_path / "day.txt").write_text(BODY, encoding="utf-8")
    path = tmp_path / "day.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    alone = list(read([path]))
    assert len(alone) == 2
    assert [record for record in read([tmp_path]) if record.file == str(path)] == alone


def test_lists_in_a_sidecar_make_it_no_file_of_articles(tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "day.json").write_text(json.dumps({"title": "T", "items": [{"n": 1}], "data": [{"n": 2}]}))
    assert one(tmp_path).title == "T"


def test_a_large_file_of_articles_over_many_lines_beside_a_text_is_no_sidecar(tmp_path: Path) -> None:
    (tmp_path / "day.txt").write_text(BODY, encoding="utf-8")
    articles = [{"id": str(number), "text": "x" * 1_000} for number in range(1_100)]
    (tmp_path / "day.json").write_text(json.dumps({"articles": articles}, indent=1))
    found = list(read([tmp_path]))
    assert len(found) == 1_101
    assert all(record.article for record in found)


@pytest.mark.parametrize("form", ["%s", "[%s]", "%s\n%s\n", '{"_source": %s}'])
def test_json_articles_beside_a_text_are_articles(tmp_path: Path, form: str) -> None:
    (tmp_path / "story.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "story.json").write_text(form.replace("%s", json.dumps({"text": "B"})), encoding="utf-8")
    found = [record.article for record in read([tmp_path])]
    assert sorted(article.text for article in found if article) == ["B"] * form.count("%s") + [BODY]


def test_another_title_does_not_lose_the_title_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("عنوان الخبر\n\n" + BODY, encoding="utf-8")
    assert one(path).text == BODY
    assert one(path, title="عنوان الخبر").text == BODY
    assert one(path, title="آخر").text == f"عنوان الخبر\n{BODY}"


def test_html_as_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "<h1>Title</h1><p>One sentence here, and it is long enough to be a paragraph of text.</p><p>B.</p>"
    )
    article = one(path)
    assert article.title == "Title"
    assert article.text.endswith("of text.\nB.")


def test_too_large_or_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x " * 5_000)
    (record,) = read([path], ReadOptions(max_record_bytes=2_000))
    assert "more than 2000 bytes" in record.reason
    path.write_bytes(BODY.encode() + b"\xff" + BODY.encode())
    (record,) = read([path])
    assert "not UTF-8" in record.reason
    record.raw.encode()


def test_a_kept_text_is_read_again() -> None:
    record: Record = read_raw(BODY, ReadOptions(), file="a.txt", line=1)
    assert record.article is not None
    assert record.article.text == BODY


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ('"ريا"', "ريا"),
        ("«ريا».", "ريا"),
        ("“a”", "a"),
        ('مجموعة "أ"', 'مجموعة "أ"'),
        ('"أ" و"ب"', '"أ" و"ب"'),
    ],
)
def test_quotes_around_the_whole_name_go(written: str, bare: str) -> None:
    assert unquoted(written) == bare


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The first sentence is this. Two.", "The first sentence is this"),
        ("Is this the first sentence? Yes.", "Is this the first sentence?"),
        ("Yes. No.", "Yes. No."),
        ("It rose 3.5 per cent. Then", "It rose 3.5 per cent"),
        ("قال وزير الخارجية: نعم. ثم", "قال وزير الخارجية: نعم"),
        ("Mr. Lavrov met the others. Then", "Mr. Lavrov met the others"),
        ("Line\nother", "Line"),
        ("x" * 300, "x" * 100 + "…"),
    ],
)
def test_made_titles(text: str, title: str) -> None:
    assert make_title(text) == title


@settings(max_examples=150)
@given(
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(
            ["", "المصدر: ريا", "photo: AP", "عنوان", "Title: T", "3 يونيو 2020", "# x", "By A B", BODY]
        ),
        max_size=8,
    )
)
def test_no_line_is_lost_and_nothing_makes_it_fail(lines: list[str]) -> None:
    parts = take_apart("\n".join(lines))
    kept = " ".join(
        [parts.text, parts.title, parts.published, parts.source, parts.author, parts.url, parts.publisher,
         parts.credit, parts.section]
    )  # fmt: skip
    for word in ("ريا", "AP", "عنوان", "يونيو", "الخارجية"):
        if any(word in line for line in lines):
            assert word in kept
    assert not lines or not "".join(lines).strip() or kept.strip()


@settings(max_examples=100)
@given(st.text(max_size=400))
def test_a_made_title_is_never_long(text: str) -> None:
    assert len(make_title(text)) <= MAX_MADE_TITLE + 1
