"""Texts of articles become safe HTML that still says what they say."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.page import Highlight
from webapp.marking import clean, external_url, marked, one_line, paragraphs


def test_text_is_escaped_and_marked() -> None:
    html = marked("<b>وقف إطلاق النار</b>", [Highlight(3, 6, "meaning", 'cease"fire')])
    assert html == (
        '&lt;b&gt;<mark class="meaning" data-word="cease fire" title="answers “cease&#34;fire”">وقف</mark>'
        " إطلاق النار&lt;/b&gt;"
    )


def test_an_unknown_kind_of_mark_is_a_keyword() -> None:
    assert 'class="keyword"' in marked("abc", [Highlight(0, 1, '"><script>')])


def test_overlapping_marks_do_not_nest() -> None:
    html = marked("abcdef", [Highlight(0, 4), Highlight(2, 6), Highlight(5, 99), Highlight(-3, -1)])
    assert re.sub("<[^>]+>", "|", html) == "|abcd||ef|"


def test_overrides_are_taken_out_after_the_marks_are_set() -> None:
    text = "x\u202egpj.exe word"
    html = marked(text, [Highlight(text.index("word"), len(text))])
    assert "\u202e" not in html
    assert html.endswith(">word</mark>")


def test_arabic_typesetting_stays() -> None:
    text = "قال\u200f: \u2067نعم\u2069 \u200c"
    assert clean(text) == text
    assert one_line("a\n\u2067b\u2069\tc") == "a b c"


def test_paragraphs_keep_offsets_and_number_the_marks() -> None:
    text = "one two\n\n  \nthree four\r\nfive"
    marks = [Highlight(4, 7), Highlight(12, 17), Highlight(20, 27)]
    found, hits = paragraphs(text, marks)
    assert [text[paragraph.start :].split()[0] for paragraph in found] == ["one", "three", "five"]
    # The last mark reaches over a paragraph's end and is marked in both.
    assert hits == 4
    html = "".join(paragraph.html for paragraph in found)
    assert re.findall(r'id="m(\d)" href="#m(\d)"', html) == [("1", "2"), ("2", "3"), ("3", "4"), ("4", "1")]
    assert re.sub("<[^>]+>", "", html) == "one twothree fourfive"


@pytest.mark.parametrize("url", ["http://a.example/x?y=1#z", "https://a.example/مقال", " HTTPS://a.example "])
def test_web_addresses_become_links(url: str) -> None:
    assert external_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "\x01javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x", "//a.example", "/search", "https://", "http:///x", "ftp://a.example", "",
        "https://user@evil.example", "http://[::1", "https://a.example/\n", "https://a.exa mple/",
        "vbscript:x", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_other_addresses_do_not(url: str) -> None:
    assert external_url(url) == ("" if not url.endswith("\n") else url.strip())


_highlights = st.lists(
    st.builds(
        Highlight, st.integers(-3, 40), st.integers(-3, 40), st.sampled_from(["keyword", "meaning", "<"])
    )
)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=40), marks=_highlights)
def test_no_text_and_no_marks_break_the_page(text: str, marks: list[Highlight]) -> None:
    html = str(marked(text, marks))
    without = re.sub(r"</?mark(?: [^<>]*)?>", "", html)
    assert unescape(without) == clean(text)
    assert "<" not in without
    html.encode()  # no lone surrogate is left
    whole = "".join(paragraph.html for paragraph in paragraphs(text, marks)[0])
    assert "".join(unescape(re.sub("<[^<>]*>", "", whole)).split()) == "".join(clean(text).split())
