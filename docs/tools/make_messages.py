"""Bring the catalogues of webapp/translations/ to what the code says: new sentences in, unused ones out.

    python docs/tools/make_messages.py

Run it after a sentence of the web app was added or changed, then translate what stands there with an empty
`msgstr` (a sentence that resembles an older one comes with that one's translation, marked fuzzy: mend it, and take
the mark away). `tests/webapp/test_translations.py` fails until this is done.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "webapp" / "translations"

#: Where sentences stand that the web app shows. The library's own are written with `say` (indexer/wording.py).
METHODS = [
    ("webapp/templates/**.html", "jinja2"),
    ("webapp/**.py", "python"),
    ("indexer/**.py", "python"),
]
OPTIONS = {"webapp/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "say": None,
    "say_n": (1, 2),
    "say_in": ((1, "c"), 2),
    "worded": (2,),
}
COMMENT = "Translators:"
#: What gettext's tools need to know, and nothing that changes with each run.
HEADER = r"""msgid ""
msgstr ""
"Project-Id-Version: newsarchive\n"
"Language: {locale}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plurals}\n"

"""


def extracted() -> Catalog:
    """Return a catalogue of every sentence in the code, without line numbers: they change with each edit."""
    catalog = Catalog(charset="utf-8")
    for folder in ("webapp", "indexer"):
        methods = [
            (pattern.removeprefix(f"{folder}/"), how)
            for pattern, how in METHODS
            if pattern.startswith(folder)
        ]
        options = {pattern.removeprefix(f"{folder}/"): given for pattern, given in OPTIONS.items()}
        found = extract_from_dir(
            ROOT / folder,
            methods,
            options,
            keywords=KEYWORDS,
            comment_tags=[COMMENT],
            strip_comment_tags=True,
        )
        for name, _, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
            catalog.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def updated(path: Path) -> Catalog:
    """Return the catalogue of a file with exactly the sentences of the code."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    catalog.update(extracted(), no_fuzzy_matching=False, update_creation_date=False)
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as its file holds it."""
    header = HEADER.format(locale=catalog.locale, plurals=catalog.plural_forms)
    body = BytesIO()
    write_po(body, catalog, width=110, omit_header=True, ignore_obsolete=True, include_lineno=False)
    return header.encode() + body.getvalue()


def main() -> None:
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")):
        catalog = updated(path)
        path.write_bytes(written(catalog))
        missing = sum(not (all(m.string) if m.pluralizable else m.string) or m.fuzzy for m in catalog if m.id)
        print(f"{path.relative_to(ROOT)}: {len(catalog)} sentences, {missing} to be translated")


if __name__ == "__main__":
    main()
