"""Who is asking: a name that a person types once, kept in a cookie. It says who judged; it opens nothing."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from flask import request
from werkzeug.wrappers import Response

from webapp.marking import one_line
from webapp.public import keep

COOKIE = "newsarchive_name"
MAX_NAME = 60


def name_of_visitor() -> str:
    """Return the name that the visitor typed before, empty if none."""
    return valid_name(unquote(request.cookies.get(COOKIE, "")))


def valid_name(text: str) -> str:
    """Return a name as it is kept: on one line, of a sensible length."""
    return re.sub(r"\s+", " ", one_line(text)).strip()[:MAX_NAME]


def remember(response: Response, name: str) -> None:
    keep(response, COOKIE, quote(name))
