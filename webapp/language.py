"""The interface in the reader's language: which one it is, and what a sentence is in it.

A reader chooses by the button on each page, which sets a cookie. Who has chosen none gets what the setting
`web_language` says, or else the browser prefers. The language is not part of an address: a link that one analyst
sends shows the same search to another, in that one's own language.

The catalogues are read as translators write them (`translations/*/LC_MESSAGES/messages.po`), once a process: there
is no compiled file that could be older than its source, or missing from a wheel.

Digits are 0-9 in Arabic, too: so write most of the Arab newsrooms that an archive holds, so do Babel's data for
Arabic, and what is read on the page can be typed into a filter or an address as it is.
"""

from __future__ import annotations

import gettext as standard
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import (
    Blueprint,
    Flask,
    Response,
    appcontext_popped,
    appcontext_pushed,
    current_app,
    has_request_context,
    redirect,
    request,
    url_for,
)
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from indexer.wording import Text, Value
from webapp.public import at_root, keep

blueprint = Blueprint("language", __name__)

COOKIE = "newsarchive_language"
DEFAULT = "en"
_SETTING = "newsarchive-language"
_TRANSLATIONS = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its code, its name in itself, and how a list is joined in it."""

    code: str
    name: str
    short: str
    direction: str
    comma: str


LANGUAGES = {
    "en": Language("en", "English", "En", "ltr", ", "),
    "ar": Language("ar", "العربية", "ع", "rtl", "، "),
}
#: A date as addresses and queries have it, or what was written for one, which an error's sentence quotes.
_DATE = re.compile(r"'?\d+(-\d+)+'?")
#: The language of the answer under way, once it was asked for. A page asks a thousand times, and Flask's `g` would
#: be a tenth of its time.
_asked: ContextVar[Language | None] = ContextVar("language", default=None)


def init_app(app: Flask, default: str) -> None:
    """Make templates speak; *default* is a code, or "auto" for what the browser prefers."""
    app.extensions[_SETTING] = default
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    # What a trans block is compiled to. Ours, not Jinja's own wrappers: they know no sentences and no separators.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    gettext_ = _in_template(_one)
    environment.globals.update(
        _=gettext_,  # Jinja's own looks `gettext` up in the context at each call
        gettext=gettext_,
        ngettext=_in_template(_counted),
        pgettext=_in_template(_placed),
        language=language,
        other_languages=lambda: [other for other in LANGUAGES.values() if other is not language()],
        way_back=_way_back,
    )
    environment.filters["said"] = said
    app.register_blueprint(blueprint)
    appcontext_pushed.connect(_forget, app)
    appcontext_popped.connect(_forget, app)

    @app.after_request
    def vary(response: Response) -> Response:
        if _asked.get():  # the answer is in it
            response.vary.update(("Accept-Language", "Cookie"))
        return response


@blueprint.post("/language")
def choose() -> BaseResponse:
    """Keep the reader's choice, and lead back to the page it was made on."""
    response = redirect(_local(request.form.get("back", "")), 303)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        keep(response, COOKIE, chosen)
    return response


def language() -> Language:
    """Return the language of the answer under way; English where there is none (a feed, the command)."""
    if known := _asked.get():
        return known
    if not has_request_context():
        return LANGUAGES[DEFAULT]
    found: Language = LANGUAGES[_chosen()]
    _asked.set(found)
    return found


def _forget(_: Flask, **__: object) -> None:
    """Ask anew: another answer begins, or goes on that waited for one within it."""
    _asked.set(None)


def gettext(template: str, /, **values: Value) -> str:
    """Return a sentence in the reader's language; for code of the web app."""
    spoken = language()
    return _filled(_one(spoken.code, template), values, spoken)


def ngettext(one: str, many: str, num: int, /, **values: Value) -> str:
    spoken = language()
    return _filled(_counted(spoken.code, one, many, num), {"num": num, **values}, spoken)


def pgettext(context: str, template: str, /, **values: Value) -> str:
    spoken = language()
    return _filled(_placed(spoken.code, context, template), values, spoken)


def said(text: str) -> str:
    """Return a sentence in the reader's language; a string that is no `Text` stays as it is."""
    return _said(text, language()) if isinstance(text, Text) else text


def _said(text: str, spoken: Language) -> str:
    if not isinstance(text, Text) or spoken.code == DEFAULT:
        return text
    return _filled(_template(text, spoken), text.values, spoken)


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(code: str) -> standard.NullTranslations:
    """Return the translations into a language; fuzzy ones are left out."""
    path = _TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return standard.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


def _template(text: Text, spoken: Language) -> str:
    number = text.values.get("num", 1)
    if text.plural and isinstance(number, int):
        return _counted(spoken.code, text.template, text.plural, number)
    if text.context:
        return _placed(spoken.code, text.context, text.template)
    return _one(spoken.code, text.template)


def _filled(template: str, values: Mapping[str, Value], spoken: Language) -> str:
    return template % {name: _value(value, spoken) for name, value in values.items()}


def _value(value: Value, spoken: Language) -> str:
    if isinstance(value, tuple):
        return spoken.comma.join(_said(one, spoken) for one in value)
    if not isinstance(value, str):
        return f"{value:,}"
    # After Arabic letters 2018-02 would be shown as 02-2018.
    date = spoken.direction == "rtl" and _DATE.fullmatch(value)
    return f"\u2066{value}\u2069" if date else _said(value, spoken)


@lru_cache(maxsize=2048)
def _one(code: str, template: str) -> str:
    return catalogue(code).gettext(template)


@lru_cache(maxsize=2048)
def _counted(code: str, one: str, many: str, num: int) -> str:
    return catalogue(code).ngettext(one, many, num)


@lru_cache(maxsize=2048)
def _placed(code: str, context: str, template: str) -> str:
    return catalogue(code).pgettext(context, template)


def _in_template(find: Callable[..., str]) -> Callable[..., str]:
    """Return a function for templates: markup of the sentence stays, that of its values is escaped.

    *find* returns the sentence's template in the language of a code; a page has hundreds of them.
    """
    plural = find is _counted

    @pass_eval_context
    def write(context: EvalContext, *parts: str | int, **values: Value) -> str:
        spoken = language()
        template = find(spoken.code, *parts)
        if plural:
            values.setdefault("num", parts[2])
        if not context.autoescape:
            return _filled(template, values, spoken)
        return Markup(template % {name: escape(_value(value, spoken)) for name, value in values.items()})

    return write


def _chosen() -> str:
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    default: str = current_app.extensions[_SETTING]
    if default in LANGUAGES:
        return default
    # Not `best_match`: it would take en before ar-EG, as it looks for exact names first.
    wanted = (name.partition("-")[0].casefold() for name, quality in request.accept_languages if quality)
    return next((code for code in wanted if code in LANGUAGES), DEFAULT)


def _way_back() -> str:
    """Return the address of this page; what answers a form has none to come back to."""
    if request.method not in ("GET", "HEAD"):
        return url_for("home.welcome")
    return at_root(request.full_path.removesuffix("?"))


def _local(address: str) -> str:
    """Return an address of this site, the start page's for any other."""
    # Browsers read "//host" and "/\\host" as another site's.
    ours = address.startswith("/") and address[1:2] not in ("/", "\\") and address.isprintable()
    return address if ours else url_for("home.welcome")
