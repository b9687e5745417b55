"""English words as a dictionary lists them: the base forms that an inflected word may come from.

Rules propose, the dictionary disposes: `lemmas` may return forms that are no words (`runn`), since each is
looked up and only those that are found count. Order: the likeliest first.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Inflected forms that no rule leads back, base form first. Those of everyday news; the rest is regular.
_FAMILIES = """
be am is are was were been being|become became|begin began begun|bite bit bitten|bleed bled|blow blew blown
break broke broken|breed bred|bring brought|build built|buy bought|catch caught|choose chose chosen|come came
deal dealt|dig dug|do does did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten
fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fly flew flown|forbid forbade forbidden
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given
go goes went gone|grow grew grown|hang hung|have has had|hear heard|hide hid hidden|hold held|keep kept
know knew known|lay laid|lead led|leave left|lend lent|lie lay lain|light lit|lose lost|make made|mean meant
meet met|pay paid|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought
sell sold|send sent|shake shook shaken|shoot shot|show shown|shrink shrank shrunk|sing sang sung
sink sank sunk|sit sat|sleep slept|slide slid|speak spoke spoken|spend spent|spin spun|spring sprang sprung
stand stood|steal stole stolen|stick stuck|strike struck stricken|swear swore sworn|sweep swept|swim swam swum
swing swung|take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown
understand understood|wake woke woken|wear wore worn|win won|withdraw withdrew withdrawn|write wrote written
overthrow overthrew overthrown|overtake overtook overtaken|undergo underwent undergone|uphold upheld
man men|woman women|child children|person people|foot feet|tooth teeth|mouse mice|goose geese|crisis crises
basis bases|medium media|datum data|phenomenon phenomena|criterion criteria|policeman policemen
good better best|bad worse worst|far further furthest|little less least|many more most
""".strip()
_IRREGULAR = {
    form: base
    for family in _FAMILIES.replace("\n", "|").split("|")
    for base, *forms in (family.split(),)
    for form in forms
}
_VOWELS = "aeiou"
#: Words of one syllable with a short vowel double their last letter before an ending.
_DOUBLES = re.compile(f"(?:qu|[^{_VOWELS}])*[{_VOWELS}][^{_VOWELS}wxy]")
# British ending -> American ending, and the reverse: a dictionary often has but one of them.
_SPELLINGS = tuple(
    pair.split(":")
    for pair in (
        "our:or ise:ize isation:ization yse:yze tre:ter ence:ense ogue:og amme:am lling:ling lled:led"
    ).split()
)
_SHORTEST = 2


def irregular(word: str) -> str | None:
    """Return the base form of an irregular form (`went` -> `go`), None for any other word."""
    return _IRREGULAR.get(word)


@lru_cache(maxsize=1 << 14)
def lemmas(word: str) -> tuple[str, ...]:
    """Return base forms that *word* (lower case) may be a form of, without the word itself."""
    proposed = [base] if (base := irregular(word)) else []
    stem = without_possessive(word)
    if stem != word:
        proposed.append(stem)
    proposed += [*_without_s(stem), *_without_ed(stem), *_without_ing(stem), *_without_degree(stem)]
    for form in (stem, *tuple(proposed)):
        proposed.extend(_other_spelling(form))
    return tuple(dict.fromkeys(form for form in proposed if form != word and len(form) >= _SHORTEST))


def without_possessive(word: str) -> str:
    """Return what something belongs to: `mohammed` of *mohammed's*."""
    return word.removesuffix("'s").removesuffix("'")


def _without_s(word: str) -> tuple[str, ...]:
    if not word.endswith("s") or word.endswith("ss") or len(word) < 4:
        return ()
    if word.endswith("ies"):
        return (f"{word[:-3]}y", word[:-1])
    if word.endswith("ves"):
        return (word[:-1], f"{word[:-3]}f", f"{word[:-3]}fe")
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return (word[:-2], word[:-1])
    return (word[:-1],)


def _without_ed(word: str) -> tuple[str, ...]:
    if not word.endswith("ed") or len(word) < 4:
        return ()
    if word.endswith("ied"):
        return (f"{word[:-3]}y", word[:-1])
    return _bases(word[:-2])


def _without_ing(word: str) -> tuple[str, ...]:
    if not word.endswith("ing") or len(word) < 5:
        return ()
    if word.endswith("ying") and len(word) == 5:
        return (f"{word[:-4]}ie",)
    return _bases(word[:-3])


def _without_degree(word: str) -> tuple[str, ...]:
    for ending in ("est", "er"):
        if word.endswith(ending) and len(word) >= len(ending) + 4:
            stem = word[: -len(ending)]
            return (f"{stem[:-1]}y",) if stem.endswith("i") else _bases(stem)
    if word.endswith("ly") and len(word) >= 6:
        return (f"{word[:-3]}y",) if word.endswith("ily") else (word[:-2], f"{word[:-2]}le")
    return ()


def _bases(stem: str) -> tuple[str, ...]:
    """Return what may stand before -ed, -ing, -er: `stopp` -> stop, stopp, stoppe; `fir` -> fire, fir."""
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in _VOWELS
    if _DOUBLES.fullmatch(stem):
        return f"{stem}e", stem  # *fir* would have become firred
    return (*((stem[:-1],) if doubled else ()), stem, f"{stem}e")


def _other_spelling(word: str) -> list[str]:
    others = []
    for british, american in _SPELLINGS:
        for ending, other in ((british, american), (american, british)):
            if word.endswith(ending) and len(word) > len(ending) + 2:
                others.append(word[: -len(ending)] + other)
    return others
