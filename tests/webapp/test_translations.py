"""The catalogues are complete and fit, and no page holds words outside of them."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

from docs.tools.make_messages import ROOT, TRANSLATIONS, updated, written
from indexer.search.explain import KNOWN_ITEM, explain
from indexer.search.page import Explanation, LegScore, WordPair
from indexer.search.sources import ALIGNED
from webapp import language
from webapp.language import COOKIE, LANGUAGES

CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
TEMPLATES = sorted((ROOT / "webapp" / "templates").glob("*.html"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
ARABIC = re.compile("[\u0600-\u06ff]")


def code_of(path: Path) -> str:
    return path.parent.parent.name


def forms(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a message says in English, and in its language: one or more forms of each."""
    said = message.id if isinstance(message.id, tuple | list) else (message.id,)
    translated = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(said), tuple(translated)


@cache
def current(path: Path) -> Catalog:
    """Return the catalogue with the sentences that the code has now."""
    return updated(path)


def sentences(path: Path) -> list[Message]:
    return [message for message in current(path) if message.id]


def test_each_language_but_english_has_a_catalogue() -> None:
    assert {code_of(path) for path in CATALOGUES} == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=code_of)
def test_the_catalogue_is_what_the_code_says(path: Path) -> None:
    is_current = path.read_bytes() == written(current(path))
    assert is_current, "run `make messages`, and translate what is new"


@pytest.mark.parametrize("path", CATALOGUES, ids=code_of)
def test_every_sentence_is_translated(path: Path) -> None:
    catalog = current(path)
    missing = [message.id for message in sentences(path) if message.fuzzy or not all(forms(message)[1])]
    assert not missing, "run `make messages`, and translate these"
    wrong = [m.id for m in sentences(path) if m.pluralizable and len(m.string) != catalog.num_plurals]
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=code_of)
def test_translations_hold_the_same_values_and_markup(path: Path) -> None:
    """A form of a plural may say its number in words ("مقالان"); nothing else may be left out or made up."""
    wrong = []
    for message in sentences(path):
        english, translated = forms(message)
        values = set(PLACEHOLDER.findall(" ".join(english)))
        optional = {"num"} if message.pluralizable else set()
        for form in filter(None, translated):
            found = set(PLACEHOLDER.findall(form))
            same_markup = Counter(re.findall(r"</?\w+", form)) == Counter(re.findall(r"</?\w+", english[-1]))
            if not (values - optional <= found <= values and same_markup):
                wrong.append((message.id, form))
            form % dict.fromkeys(values, "")  # a percent sign that is not written twice raises here
    assert not wrong


def test_a_wheel_holds_the_catalogues(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {path.relative_to(ROOT).as_posix() for path in CATALOGUES} <= held


def test_arabic_is_arabic() -> None:
    [path] = [path for path in CATALOGUES if code_of(path) == "ar"]
    english = [
        form
        for message in sentences(path)
        for form in filter(None, forms(message)[1])
        if re.search(r"[^\W\d_]{2}", PLACEHOLDER.sub("", form)) and not ARABIC.search(form)
    ]
    assert not english
    # Both ways of writing the tanween are right, but not side by side: "11 مقالًا" and "71 مقالاً قبل 2017".
    assert "\u0627\u064b" not in path.read_text(encoding="utf-8")


# --- templates and scripts ----------------------------------------------------------------------

#: Functions whose strings are translated, or are no text.
_HANDED = {"gettext", "ngettext", "pgettext", "_", "url_for"}
_SHOWN = {"aria-label", "title", "placeholder", "alt", "aria-description"}
_SILENT = {"code", "pre", "script", "style", "svg"}
_VOID = {"meta", "link", "input", "br", "img", "line", "rect", "path"}
#: An attribute that a macro writes outside of a tag, or a parameter of an address.
_PAIR = re.compile(r'[\w-]+=("[^"]*"|(?=\ufffc))')
_PROSE = re.compile(r"[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")


class Words(HTMLParser):
    """Collects the words that a page would show, but for those of code and of elements in English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in _SHOWN and value and has_words(value)]
        if tag not in _VOID and (self._silent or tag in _SILENT or ("lang", "en") in attrs):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and has_words(_PAIR.sub("", data)):
            self.found.append(data.strip())


def has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", text))


def bare_words(environment: Environment, source: str) -> list[str]:
    """Return the words of a template that no catalogue can translate."""
    tree = environment.parse(source)
    for block in tree.find_all(nodes.Block):
        if block.name == "page":  # the name of a class, not shown
            block.body = []
    page = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "\ufffc"
        for output in tree.find_all(nodes.Output)
        for part in output.nodes
    )
    parser = Words()
    parser.feed(page)
    parser.close()
    return parser.found + [text for text in constants(tree) if _PROSE.search(text)]


def constants(node: nodes.Node) -> Iterator[str]:
    """Yield the strings of a template's expressions but for those that are translated."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in _HANDED:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from constants(child)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_bare_words(app: Flask, path: Path) -> None:
    assert bare_words(app.jinja_env, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Some words</p>", ["Some words"]),
        ('<p title="A hint">{{ x }}</p>', ["A hint"]),
        ('<p>{{ x or "Untitled" }}</p>', ["Untitled"]),
        ('{{ chart(x, "Ranking of all") }}', ["Ranking of all"]),
        ("<p>{% if x %}yes{% endif %}</p>", ["yes"]),
        ("<p>{% trans %}Some words{% endtrans %} · {{ _('More words') }} <code>newsarchive</code></p>", []),
        ("<p>{% trans num=x %}{{ num }} day{% pluralize %}{{ num }} days{% endtrans %}</p>", []),
        ('<p lang="en">In English <b>to the end</b></p> <p>again</p>', ["again"]),
    ],
)
def test_bare_words_are_found(app: Flask, source: str, found: list[str]) -> None:
    assert bare_words(app.jinja_env, source) == found


def test_scripts_hold_no_sentences() -> None:
    """Scripts take what they say from the page; what stands in quotes there are names and selectors."""
    prose = re.compile(r"""(["'`])([A-Z][a-z]+( [a-z]+)+|[a-z]+ [a-z]+( [a-z]+)+)[^"'`]*\1""")
    for path in (ROOT / "webapp" / "static").glob("*.js"):
        code = re.sub(r"^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not prose.search(code), path.name


# --- pages --------------------------------------------------------------------------------------

PAGES = [
    "/", "/search?q=هدنة+libya&language=ar&-source=BBC&from=2018&sort=newest", "/search?q=%2Bqwxyz", "/search",
    "/names", "/names?name=هدنة", "/names?name=qwxyz", "/article?id=n1&q=هدنة&rank=1", "/article?id=n1&q=هدنة&help=1",
    "/coverage?copies=1", "/quality", "/judgements", "/saved", "/saved/new?q=هدنة", "/nothing", "/search/stopped?q=x",
]  # fmt: skip


def english_sentences() -> list[str]:
    """Return what no page in another language may say: sentences of several words, without values."""
    texts = [form for message in sentences(CATALOGUES[0]) for form in forms(message)[0]]
    return [
        text
        for text in texts
        if re.search(r"[a-z] [a-z]+ [a-z]", text) and "%" not in text and "<" not in text
    ]


@pytest.mark.parametrize("path", PAGES)
def test_pages_in_arabic_hold_no_english_sentence(client: FlaskClient, path: str) -> None:
    client.set_cookie(COOKIE, "ar")
    page = client.get(path).text
    assert '<html lang="ar" dir="rtl">' in page
    assert ARABIC.search(page.partition("<title>")[2].partition("</title>")[0])
    assert [text for text in english_sentences() if f">{text}" in page or f'"{text}' in page] == []


@pytest.mark.parametrize(
    "query",
    ['"unbalanced', "+ alone", "a OR", 'foot:"x"', "languag:ar", '""', "date:2018-13", "language:qwx", "title:",
     "((((((a))))))", "a OR -b", "source:BBC OR a", "-date:2018", "from:2019 to:2018", "a " * 300, "x" * 2_100],
)  # fmt: skip
def test_what_is_wrong_with_a_query_is_said_in_arabic(client: FlaskClient, query: str) -> None:
    client.set_cookie(COOKIE, "ar")
    answer = client.get("/search", query_string={"q": query})
    assert answer.status_code == 400
    said = answer.text.partition("<h1>")[2].partition('<p class="caret"')[0]
    assert all(ARABIC.search(part) for part in re.findall(r'<bdi dir="rtl">(.*?)</bdi>', said))
    assert said.count('<bdi dir="rtl">') >= 1


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "لا مقالات"), (1, "مقال واحد"), (2, "مقالان"), (3, "3 مقالات"), (10, "10 مقالات"), (11, "11 مقالًا"),
     (99, "99 مقالًا"), (100, "100 مقال"), (103, "103 مقالات"), (2_311, "2,311 مقالًا")],
)  # fmt: skip
def test_arabic_counts_in_six_forms(app: Flask, number: int, said: str) -> None:
    template = app.jinja_env.from_string(
        "{% trans num=n %}{{ num }} article{% pluralize %}{{ num }} articles{% endtrans %}"
    )
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        assert template.render(n=number) == said


def test_reasons_are_said_in_arabic(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "ar")
    reasons = re.findall(r"<summary><span>(.*?)</span>", client.get("/search?q=هدنة+ليبيا").text)
    assert len(reasons) == 10
    assert reasons[0].startswith("فيه كلمتا السؤال كلتاهما، وهو ")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            explain((), (), 2, (), (WordPair("tax", "ضريبة", ALIGNED),)),
            "ربما فيه ما يقابل 1 من كلمتَي السؤال (tax ضريبة).",
        ),
        (
            explain(("oil",), ("event",), 2, ()),
            "فيه 1 من كلمتَي السؤال (oil)، دون «event».",
        ),
        (
            explain(("oil", "gas"), (), 2, (LegScore(KNOWN_ITEM, 1.0, 1, 0.8),)),
            "فيه كلمتا السؤال كلتاهما، وهو المقال الذي يحمل هذا العنوان، أو مقال يبدأ كما يبدأ.",
        ),
    ],
    ids=["dual", "missing", "title"],
)
def test_arabic_reasons_are_whole_sentences(app: Flask, reason: Explanation, told: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "ar"}):
        assert language.said(reason.sentence) == told
