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
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from indexer.text.normalise import normalise
from indexer.text.skeletons import LONGEST_NAME, latin_letters, without_article

#: Log probability of a letter that a unit was never seen to write, and of a unit that writes nothing.
FLOOR = -7.0
#: What an article costs that is in the Arabic word only (Gaddafi, القذافي).
_ARTICLE = -1.0
#: The most Arabic letters that one unit writes.
LONGEST_CHUNK = 3
#: Similarities up to this count as 0: they are far below any name's.
LEAST_SIMILARITY = 0.1

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


def name_similarity(latin: str, arabic: str, *, least: float = LEAST_SIMILARITY) -> float:
    """Return how well an Arabic word writes a Latin name, in [0, 1]; 0 where either has no letters.

    It is the geometric mean of the units' probabilities on the best alignment, by the better of two models
    (Arabic names, foreign names), so that it ranks the Arabic candidates of one name by their probability.
    What would not be above `least` (positive) is 0: a caller who knows its threshold saves half of the time.
    """
    letters = latin_letters(latin[:LONGEST_NAME])
    exact = normalise(arabic[:LONGEST_NAME])
    if not letters or not exact:
        return 0.0
    floor = math.log(least)
    best = _best(letters, exact, floor)
    if exact.startswith("ال") and len(exact) > 3:
        best = _best(letters, exact[2:], best, _ARTICLE)
        bare = without_article(letters)
        if bare != letters:
            best = _best(bare, exact[2:], best)
    return min(1.0, math.exp(best)) if best > floor else 0.0


def _best(letters: str, arabic: str, least: float, extra: float = 0.0) -> float:
    """Return the mean log probability per unit by the better model, or `least` where none is above it."""
    for units, rests in _costs(letters):
        count = len(units)
        score = alignment(units, rests, arabic, least * count - extra)
        least = max(least, (score + extra) / count)
    return least


Unit = dict[str, float]


@lru_cache(maxsize=1 << 12)
def _costs(letters: str) -> tuple[tuple[tuple[Unit, ...], tuple[float, ...]], ...]:
    """Return, for each model, what each unit of a name writes and the most that later units can score."""
    names = latin_units(letters)
    costs = []
    for table in _correspondences():
        # A rare unit (q at the end of a name) was perhaps only learned without its mark.
        units = tuple(table.get(name) or table.get(name.rstrip("~$^"), {}) for name in names)
        costs.append((units, most_of_later(units)))
    return tuple(costs)


def most_of_later(units: Sequence[Unit]) -> tuple[float, ...]:
    """Return, for each unit, the highest log probability that all units after it can have together."""
    most = [max(unit.values(), default=FLOOR) for unit in units]
    return tuple(sum(most[place + 1 :]) for place in range(len(most)))


def alignment(units: Sequence[Unit], later: Sequence[float], arabic: str, least: float) -> float:
    """Return the log probability of the best alignment, minus infinity where it is not above `least`.

    Dynamic programming over Arabic positions, unit by unit. A position is given up when even the best of
    `later` (see `most_of_later`) could not lift it above `least`: most candidates fail within a few units.
    """
    length = len(arabic)
    row = {0: 0.0}
    for written, most in zip(units, later, strict=True):
        get = written.get
        enough = least - most
        following: dict[int, float] = {}
        for place, score in row.items():
            reached = score + get("", FLOOR)
            if reached > enough and reached > following.get(place, -math.inf):
                following[place] = reached
            unseen = FLOOR  # one letter that the unit was never seen to write
            for end in range(place + 1, min(length, place + LONGEST_CHUNK) + 1):
                reached = score + get(arabic[place:end], unseen)
                unseen = -math.inf
                if reached > enough and reached > following.get(end, -math.inf):
                    following[end] = reached
        if not following:
            return -math.inf
        row = following
    return row.get(length, -math.inf)


@lru_cache(maxsize=1)
def _correspondences() -> tuple[dict[str, dict[str, float]], ...]:
    """Return one table for each model: unit -> Arabic letters -> log probability."""
    text = files("indexer.text").joinpath("correspondences.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["models"].values())
