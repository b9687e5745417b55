"""Measure (and, with --train, remake) the matching of Latin names with Arabic ones.

    python tests/benchmarks/bench_names.py NAMES.tokens.gz            # the figures, on held-out names
    python tests/benchmarks/bench_names.py NAMES.tokens.gz --train    # learn the correspondences again

NAMES is a list of `Latin token <tab> Arabic token, letters set apart by spaces <tab> count`. A tenth of the
Latin tokens, chosen by a hash, is never learned from and is what the figures are about.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from indexer.text import normalise
from indexer.text import similarity as similarity_module
from indexer.text.similarity import LONGEST_CHUNK, alignment, latin_units, most_of_later, name_similarity
from indexer.text.skeletons import latin_letters, skeleton, skeletons, without_article

OUTPUT = Path(similarity_module.__file__).with_name("correspondences.json")
ROUNDS = 4  # of EM in each split
SPLITS = 4
LEAST_PROBABILITY = 0.002
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)

Table = dict[str, dict[str, float]]
Pair = tuple[list[str], str, float]  # Latin units, Arabic letters, weight


def read(path: Path) -> list[tuple[str, str, int]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [(latin, normalise(arabic.replace(" ", "")), int(count)) for latin, arabic, count in rows]


def is_held_out(latin: str) -> bool:
    return hashlib.blake2b(latin.encode(), digest_size=1).digest()[0] < 26


def train(rows: list[tuple[str, str, int]]) -> dict[str, Table]:
    """Learn p(Arabic chunk | Latin unit), for Arabic and for foreign names apart.

    EM over all monotone alignments; which model a pair belongs to is guessed from its letters at first and
    then decided by the better alignment.
    """
    pairs: dict[str, list[Pair]] = {"arabic": [], "foreign": []}
    for latin, arabic, count in rows:
        letters = latin_letters(latin)
        # Pairs that share no skeleton are mostly no transliterations (Hungary, المجر).
        if skeleton(arabic) not in skeletons(latin):
            continue
        if arabic.startswith("ال") and len(arabic) > 3:
            letters, arabic = without_article(letters), arabic[2:]
        units = latin_units(letters)
        if units and len(arabic) <= LONGEST_CHUNK * len(units):
            origin = "arabic" if set("عحضصظذ") & set(arabic) else "foreign"
            pairs[origin].append((units, arabic, math.sqrt(count)))
    models: dict[str, Table] = {"arabic": {}, "foreign": {}}
    for number in range(SPLITS):
        if number:
            pairs = split_again(pairs, models)
        for origin in models:
            models[origin] = learn(pairs[origin], models[origin], ROUNDS)
        print(f"split {number + 1}:", {origin: len(found) for origin, found in pairs.items()})
    return models


def split_again(pairs: dict[str, list[Pair]], models: dict[str, Table]) -> dict[str, list[Pair]]:
    logs = {
        origin: {
            unit: {chunk: math.log(value) for chunk, value in chunks.items()}
            for unit, chunks in table.items()
        }
        for origin, table in models.items()
    }
    again: dict[str, list[Pair]] = {origin: [] for origin in models}
    for units, arabic, weight in (pair for found in pairs.values() for pair in found):
        scores = {}
        for origin, table in logs.items():
            chunks = [table.get(unit, {}) for unit in units]
            scores[origin] = alignment(chunks, most_of_later(chunks), arabic, -math.inf)
        again[max(scores, key=lambda origin: scores[origin])].append((units, arabic, weight))
    return again


def learn(pairs: list[Pair], table: Table, rounds: int) -> Table:
    for _ in range(rounds):
        counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for units, arabic, weight in pairs:
            for unit, chunk, share in expectations(units, arabic, table):
                counts[unit][chunk] += share * weight
        table = {}
        for unit, chunks in counts.items():
            total = sum(chunks.values())
            least = total * LEAST_PROBABILITY / 4
            table[unit] = {chunk: count / total for chunk, count in chunks.items() if count > least}
    return table


def expectations(units: list[str], arabic: str, table: Table) -> Iterator[tuple[str, str, float]]:
    """Yield (unit, chunk, posterior probability) of one pair (forward-backward)."""

    def probability(unit: str, chunk: str) -> float:
        if table:
            return table.get(unit, {}).get(chunk, 1e-7 if len(chunk) < 2 else 1e-10)
        return (0.3, 0.6, 0.05, 0.001)[len(chunk)]  # before anything is learned: one letter for one unit

    length = len(arabic)
    forward = [[0.0] * (length + 1) for _ in range(len(units) + 1)]
    backward = [[0.0] * (length + 1) for _ in range(len(units) + 1)]
    steps: dict[tuple[int, int, int], float] = {}
    forward[0][0] = 1.0
    for row, unit in enumerate(units):
        for place in range(length + 1):
            if forward[row][place] == 0.0:
                continue
            for end in range(place, min(length, place + LONGEST_CHUNK) + 1):
                step = probability(unit, arabic[place:end])
                steps[row, place, end] = step
                forward[row + 1][end] += forward[row][place] * step
    backward[len(units)][length] = 1.0
    for (row, place, end), step in reversed(steps.items()):
        backward[row][place] += step * backward[row + 1][end]
    whole = forward[len(units)][length]
    if whole <= 0.0:
        return
    for (row, place, end), step in steps.items():
        share = forward[row][place] * step * backward[row + 1][end] / whole
        if share > 1e-4:
            yield units[row], arabic[place:end], share


def write(models: dict[str, Table]) -> None:
    note = "log p(Arabic letters | Latin unit), from Wikidata labels (CC0), by bench_names.py --train"
    texts = []
    for origin, table in models.items():
        lines = []
        for unit, chunks in sorted(table.items()):
            likely = sorted(chunks.items(), key=lambda item: (-item[1], item[0]))
            logs = {chunk: round(math.log(value), 2) for chunk, value in likely if value >= LEAST_PROBABILITY}
            lines.append(f"  {json.dumps(unit)}: {json.dumps(logs, ensure_ascii=False)}")
        texts.append(f"{json.dumps(origin)}: {{\n" + ",\n".join(lines) + "\n}")
    text = f'{{"note": {json.dumps(note)}, "models": {{\n' + ",\n".join(texts) + "\n}}\n"
    OUTPUT.write_text(text, encoding="utf-8")
    print(f"{OUTPUT.name}: {len(text.encode())} bytes")


def measure(rows: list[tuple[str, str, int]], least_count: int, sample: int) -> dict[str, float]:
    """Return the figures for held-out names seen at least `least_count` times."""
    gold: dict[str, set[str]] = defaultdict(set)
    for latin, arabic, count in rows:
        if is_held_out(latin) and count >= least_count and skeletons(latin):
            gold[latin].add(arabic)
    vocabulary = sorted({arabic for _, arabic, _ in rows})
    by_skeleton: dict[str, list[str]] = defaultdict(list)
    for arabic in vocabulary:
        by_skeleton[skeleton(arabic)].append(arabic)
    chance = random.Random(0)
    names = sorted(gold)
    names = chance.sample(names, min(sample, len(names)))
    found = first = five = compared = 0
    above: dict[float, int] = dict.fromkeys(THRESHOLDS, 0)
    true_scores: list[float] = []
    false_scores: list[float] = []
    seconds = 0.0
    for latin in names:
        candidates = [arabic for key in skeletons(latin) for arabic in by_skeleton[key]]
        compared += len(candidates)
        started = time.perf_counter()
        ranked = sorted(candidates, key=lambda arabic: (-name_similarity(latin, arabic), arabic))
        seconds += time.perf_counter() - started
        for threshold in THRESHOLDS:
            above[threshold] += sum(name_similarity(latin, arabic) >= threshold for arabic in candidates)
        ranks = [place for place, arabic in enumerate(ranked) if arabic in gold[latin]]
        found += bool(ranks)
        first += bool(ranks) and ranks[0] == 0
        five += bool(ranks) and ranks[0] < 5
    shared = 0
    for latin in names:
        true_scores.append(max(name_similarity(latin, arabic) for arabic in gold[latin]))
        other = chance.choice(vocabulary)
        while other in gold[latin]:
            other = chance.choice(vocabulary)
        shared += skeleton(other) in skeletons(latin)
        false_scores.append(name_similarity(latin, other))
    figures = {
        "names": len(names),
        "Arabic tokens": len(vocabulary),
        "recall of skeletons": found / len(names),
        "precision@1": first / len(names),
        "recall@5": five / len(names),
        "candidates per name": compared / len(names),
        "microseconds per comparison": 1e6 * seconds / max(1, compared),
        "random pairs that share a skeleton": shared / len(names),
    }
    for threshold in THRESHOLDS:
        true = sum(score >= threshold for score in true_scores)
        false = sum(score >= threshold for score in false_scores)
        figures[f"true pairs at {threshold}"] = true / len(names)
        figures[f"random pairs at {threshold}"] = false / len(names)
        figures[f"candidates per name at {threshold}"] = above[threshold] / len(names)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", type=Path)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--sample", type=int, default=1_000)
    arguments = parser.parse_args()
    rows = read(arguments.names)
    if arguments.train:
        write(train([row for row in rows if not is_held_out(row[0])]))
        similarity_module._correspondences.cache_clear()
        similarity_module._costs.cache_clear()
    for least_count in (1, 3):
        print(f"\nheld-out names seen at least {least_count} times")
        for name, value in measure(rows, least_count, arguments.sample).items():
            print(f"  {name:38} {value:.4g}")


if __name__ == "__main__":
    main()
