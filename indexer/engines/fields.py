"""What of an article is searched by its words: title and body, as tokens in two forms.

Both engines index these strings with an analyser that only splits at spaces, so that a token is a token
everywhere. Addresses, ids, paths and other fields are left out on purpose: an address often holds words (an
English headline, say) that the article itself does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.article import Article
from indexer.engines.base import Field, Form
from indexer.text import analyse

#: Longer tokens are cut, in articles and queries alike; Lucene and tantivy both refuse very long terms.
MAX_TOKEN_LENGTH = 256


@dataclass(frozen=True, slots=True)
class LexicalFields:
    """Tokens joined by single spaces: the n-th token of each form stands at the n-th position."""

    title_exact: str
    title_stem: str
    body_exact: str
    body_stem: str
    #: Exact form -> its stem, of title and body together.
    forms: dict[str, str]


def lexical_fields(article: Article) -> LexicalFields:
    """Analyse an article's title and text, whole, whatever their length."""
    forms: dict[str, str] = {}
    title_exact, title_stem = _token_strings(article.title, article.language, forms)
    body_exact, body_stem = _token_strings(article.text, article.language, forms)
    return LexicalFields(title_exact, title_stem, body_exact, body_stem, forms)


def field_name(field: Field, form: Form) -> str:
    """Return the name of an indexed field: `title_stem`, `body_exact` and so on. `field` is not ANY."""
    return f"{field.value}_{form.value}"


def indexed_form(token: str) -> str:
    """Return a token as it is indexed: without spaces, at most `MAX_TOKEN_LENGTH` characters, valid Unicode.

    Queries pass their tokens through this as well; for what `indexer.text.analyse` gives it changes nothing
    but over-long tokens.
    """
    if not token.isascii():
        try:
            token.encode()
        except UnicodeEncodeError:
            token = token.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be indexed
    words = token.split()
    if words != [token]:
        token = "_".join(words)
    return token[:MAX_TOKEN_LENGTH]


def _token_strings(text: str, language: str, forms: dict[str, str]) -> tuple[str, str]:
    exact_forms: list[str] = []
    stems: list[str] = []
    for token in analyse(text, language):
        exact = token.exact
        stem = forms.get(exact)
        if stem is None:
            exact = indexed_form(exact)
            if not exact:
                continue
            stem = forms[exact] = indexed_form(token.stem) or exact
        exact_forms.append(exact)
        stems.append(stem)
    return " ".join(exact_forms), " ".join(stems)
