"""Words of dates in Arabic, English and French: months, weekdays, zones, and words to pass over.

Keys are folded by `fold_date_text`: no accents or harakat, lower case, one form of alef, teh marbuta and yeh.
"""

from __future__ import annotations

import re
import unicodedata

_IGNORED = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff\u0640]")
_FOLDED = str.maketrans(
    {"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "،": ",", "‐": "-", "‑": "-", "−": "-", "’": "'"}
)


def fold_date_text(text: str) -> str:
    """Return `text` ready to be matched here: Western digits, single spaces, folded letters."""
    bare = unicodedata.normalize("NFKD", _IGNORED.sub("", text))
    bare = "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c for c in bare if not unicodedata.combining(c)
    )
    return " ".join(bare.translate(_FOLDED).casefold().split())


_MONTH_WORDS = (
    # Levantine (Syriac); Gregorian as in Egypt and the Gulf; Maghrebi (from French); Moroccan;
    # English; French
    "كانون الثاني|كانون ثاني|يناير|جانفي|january|jan|janvier|janv",
    "شباط|فبراير|فيفري|february|feb|fevrier|fevr|fev",
    "آذار|مارس|march|mar|mars",
    "نيسان|أبريل|ابريل|أفريل|april|apr|avril|avr",
    "أيار|مايو|ماي|may|mai",
    "حزيران|يونيو|يونية|جوان|june|jun|juin",
    "تموز|يوليو|يولية|جويلية|جويليا|يوليوز|july|jul|juillet|juil",
    "آب|أغسطس|أوت|غشت|august|aug|aout",
    "أيلول|سبتمبر|شتنبر|september|sept|sep|septembre",
    "تشرين الأول|تشرين أول|أكتوبر|october|oct|octobre",
    "تشرين الثاني|تشرين ثاني|نوفمبر|نونبر|november|nov|novembre",
    "كانون الأول|كانون أول|ديسمبر|دسمبر|دجنبر|december|dec|decembre",
)

#: Folded name of a month -> its number.
MONTHS = {
    fold_date_text(name): number
    for number, names in enumerate(_MONTH_WORDS, start=1)
    for name in names.split("|")
}

# The longest name first, so that `june` is not `jun` and `كانون الثاني` is one month.
MONTH = re.compile(
    r"(?<![^\W\d_])(?:" + "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True)) + r")(?![^\W\d_])"
)

WEEKDAYS = frozenset(
    fold_date_text(name)
    for name in (
        "الاثنين|الإثنين|الثلاثاء|الأربعاء|الاربعاء|الخميس|الجمعة|السبت|الأحد|اثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت|أحد|"
        "monday|mon|tuesday|tue|tues|wednesday|wed|thursday|thu|thur|thurs|friday|fri|saturday|sat|sunday|sun|"
        "lundi|lun|mardi|mercredi|mer|jeudi|jeu|vendredi|ven|samedi|sam|dimanche|dim"
    ).split("|")
)

#: Words that carry no part of the date.
FILLERS = frozenset(
    fold_date_text(name)
    for name in (
        "في|يوم|الساعة|على|تاريخ|التاريخ|بتاريخ|الموافق|النشر|نشر|نشرت|منشور|عام|سنة|شهر|لعام|من|م|ميلادي|ميلادية|و|هـ|ه|"
        "at|on|of|the|published|posted|date|st|nd|rd|th|a|le|du|publie|er|t"
    ).split("|")
)

PM_WORDS = frozenset({"pm", "مساء", "م", "ظهرا", "عصرا", "ليلا"})

#: Named zones that mean one offset in every season, in minutes. Others (BST, IST, AST) mean several.
ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "غرينتش": 0, "غرينيتش": 0, "جرينتش": 0,
    "cet": 60, "cest": 120, "eet": 120, "eest": 180, "msk": 180, "موسكو": 180, "مكه": 180, "مكه المكرمه": 180,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip

_HIJRI_MONTHS = "|".join(
    fold_date_text(name)
    for name in (
        "محرم|المحرم|صفر|ربيع الأول|ربيع الثاني|ربيع الآخر|جمادى الأولى|جمادى الثانية|جمادى "
        "الآخرة|رجب|شعبان|رمضان|شوال|"
        "ذو القعدة|ذي القعدة|ذو الحجة|ذي الحجة"
    ).split("|")
)

#: A whole Hijri date beside a Gregorian one: `11 شوال 1441 هـ`, `11/10/1441 هـ`.
HIJRI_DATE = re.compile(
    rf"\d{{1,2}}\s*[-/]?\s*(?:{_HIJRI_MONTHS})\s*[-/,]?\s*1[34]\d\d(?!\d)\s*ه?(?!\w)"
    r"|\d{1,2}\s?[-/]\s?\d{1,2}\s?[-/]\s?1[34]\d\d\s*ه(?!\w)"
)
