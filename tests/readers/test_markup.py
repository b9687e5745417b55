"""HTML in fields."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.readers.markup import is_markup, strip_markup, unescape


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\nZwei"),
        ("Eins<br>Zwei<BR/>Drei", "Eins\nZwei\nDrei"),
        ("<p>a&nbsp;&amp; <b>b</b>c</p>", "a & bc"),
        ('<p>قال <a href="x?a>b">لافروف</a>.</p>', "قال لافروف."),
        ("<p>a</p><script>alert('<p>x</p>')</script><p>b</p>", "a\nb"),
        ("<p>a</p><!-- <p>no</p> --><p>b</p>", "a\nb"),
        ("<p>a\n  b</p>", "a b"),
        ("<p>3 < 4 and x<y</p>", "3 < 4 and x<y"),
        ("<p>&lt;b&gt;</p>", "<b>"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert is_markup(html)
    assert strip_markup(html) == text


@pytest.mark.parametrize(
    "text", ["3 < 4", "a <- b", "<الخبر>", "<3", "if a<b and b>c", "<name@example.org>", "<p"]
)
def test_prose_is_no_html(text: str) -> None:
    assert not is_markup(text)


def test_entities_are_resolved_and_a_bare_ampersand_stays() -> None:
    assert unescape("Q&amp;A &#8217; &quot;x&quot;") == 'Q&A ’ "x"'
    assert unescape("Q&A & R&D;") == "Q&A & R&D;"


@pytest.mark.parametrize(
    "part", ["<script>", "<!--", "<a ", '<a b="', "</p", "<p " + " " * 50, "<", "&#1", "<svg>"]
)
def test_hostile_html_takes_no_quadratic_time(part: str) -> None:
    started = time.monotonic()
    strip_markup("<p>" + part * 100_000 + "</p>")
    is_markup(part * 100_000)
    assert time.monotonic() - started < 5


@settings(max_examples=100)
@given(st.text(alphabet="<>/pba&;#x!- \"'=\nع"))
def test_nothing_makes_it_fail(text: str) -> None:
    strip_markup(text)
