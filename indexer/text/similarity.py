"""Name similarity: how probable an Arabic spelling is as the writing of a Latin name.

A monotone channel model. The Latin name is cut into units (sh, ou, a final ah...); each unit writes none to
three Arabic letters with a probability that was learned by EM from 55,000 pairs of the Wikidata names list
(CC0; `correspondences.json` beside this module). Arabic and foreign names have a model each, since they are
spelled by different habits: short vowels are left out of محمد and written in فلاديمير. This is the channel
of Knight and Graehl 1998, "Machine transliteration", without its phonemes.

Measured on names that were not learned from (a tenth of the list; those seen 3 times or more, 942 Latin names
against 50,260 Arabic ones) by `tests/benchmarks/bench_names.py`, which also remakes the table:

    the right Arabic name shares a skeleton         97.2 %  (of 77 candidates on average)
    it is the most similar of those that do         78.2 %  (among the five most similar: 94.7 %)
    right pairs with a similarity of 0.25 or more   96.3 %  (0.4 or more: 92.3 %)
    random pairs that share a skeleton               0.2 %, none of them with 0.25 or more
    candidates with 0.25 or more                     4.8 a name, other spellings of it included
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from importlib.resources import files

from indexer.text.normalise import normalise
from indexer.text.skeletons import LONGEST_NAME, latin_letters, without_article

#: Log probability of a letter that a unit was never seen to write, and of a unit that writes nothing.
_FLOOR = -7.0
#: What an article costs that is in the Arabic word only (Gaddafi, القذافي).
_ARTICLE = -1.0

_UNIT = re.compile(
    "eau|tch|sch|tsch|sh|ch|kh|gh|th|dh|ph|zh|ts|tz|dj|ck|qu|ou|oo|ee|aa|ii|uu|ai|ay|ei|ey|au|aw|ow|ie|ia|"
    "bb|cc|dd|ff|gg|kk|ll|mm|nn|pp|rr|ss|tt|zz|."
)
_SOFT = frozenset("eiy")


def latin_units(letters: str) -> list[str]:
    """Cut a name in plain letters (`latin_letters`) into the units of the model.

    A unit carries what changes its sound: `^` at the start of the name, `$` at its end, `~` for a c or g
    before e, i or y.
    """
    units = _UNIT.findall(letters)
    place = 0
    for number, unit in enumerate(units):
        place += len(unit)
        marks = "^" if number == 0 else "$" if number == len(units) - 1 else ""
        if unit in ("c", "g", "cc", "gg") and letters[place : place + 1] in _SOFT:
            marks += "~"
        units[number] = unit + marks
    return units


def name_similarity(latin: str, arabic: str) -> float:
    """Return how well an Arabic word writes a Latin name, in [0, 1]; 0 where either has no letters.

    It is the geometric mean of the units' probabilities on the best alignment, by the better of two models
    (Arabic names, foreign names), so that it ranks the Arabic candidates of one name by their probability.
    """
    letters = latin_letters(latin[:LONGEST_NAME])
    exact = normalise(arabic[:LONGEST_NAME])
    if not letters or not exact:
        return 0.0
    best = _best(letters, exact)
    if exact.startswith("ال") and len(exact) > 3:
        best = max(best, _best(letters, exact[2:], _ARTICLE))
        bare = without_article(letters)
        if bare != letters:
            best = max(best, _best(bare, exact[2:]))
    return math.exp(best)


def _best(letters: str, arabic: str, extra: float = 0.0) -> float:
    """Return the mean log probability per unit on the best alignment, by the better model."""
    models = _costs(letters)
    return max((_alignment(costs, arabic) + extra) / len(costs) for costs in models)


@lru_cache(maxsize=1 << 12)
def _costs(letters: str) -> tuple[tuple[dict[str, float], ...], ...]:
    """Return, for each model and each unit of a name, the log probabilities of what it writes."""
    units = latin_units(letters)
    # A rare unit (q at the end of a name) was perhaps only learned without its mark.
    return tuple(
        tuple(table.get(unit) or table.get(unit.rstrip("~$^"), {}) for unit in units)
        for table in _correspondences()
    )


def _alignment(units: tuple[dict[str, float], ...], arabic: str) -> float:
    """Return the log probability of the best alignment, by dynamic programming over Arabic positions."""
    length = len(arabic)
    impossible = -math.inf
    row = [0.0] + [impossible] * length
    for written in units:
        get = written.get
        none = get("", _FLOOR)
        following = [impossible] * (length + 1)
        for place, score in enumerate(row):
            if score == impossible:
                continue
            if score + none > following[place]:
                following[place] = score + none
            for size in (1, 2, 3):
                end = place + size
                if end > length:
                    break
                step = get(arabic[place:end])
                if step is None:
                    if size > 1:
                        continue
                    step = _FLOOR
                if score + step > following[end]:
                    following[end] = score + step
        row = following
    return row[length] if row[length] > impossible else _FLOOR * max(length, len(units))


@lru_cache(maxsize=1)
def _correspondences() -> tuple[dict[str, dict[str, float]], ...]:
    """Return one table for each model: unit -> Arabic letters -> log probability."""
    text = files("indexer.text").joinpath("correspondences.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["models"].values())
