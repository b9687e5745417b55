"""An evaluation as JSON for scripts and as text for a terminal; `indexer.evaluate.page` makes the HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from indexer.evaluate.crossvalidation import MEASURE, CrossValidation
from indexer.evaluate.runner import Change, Comparison, Evaluation, Scores, Standing
from indexer.wording import counted

#: Per-query differences that are listed on either side.
CHANGES_SHOWN = 10
_SIGNIFICANT = 0.05


def to_json(evaluation: Evaluation, comparison: Comparison | None = None) -> dict[str, Any]:
    """Return the figures in the form that `newsarchive evaluate --json` prints."""
    data: dict[str, Any] = {
        "queries": len(evaluation.queries),
        "unjudged": evaluation.unjudged,
        "refused": dict(evaluation.refused),
        "measures": evaluation.whole.means,
        "intervals": _intervals(evaluation.whole),
        "legs": {leg: scores.means for leg, scores in evaluation.legs.items()},
        "leg_intervals": {leg: _intervals(scores) for leg, scores in evaluation.legs.items()},
        "latency_ms": {
            "p50": evaluation.latency.p50,
            "p95": evaluation.latency.p95,
            "stages": {
                stage: {"p50": latency.p50, "p95": latency.p95}
                for stage, latency in evaluation.stages.items()
            },
        },
        "seconds": evaluation.seconds,
    }
    if evaluation.standing:
        data["stands_out"] = {
            "answerable": evaluation.standing.answerable,
            "unanswerable": evaluation.standing.unanswerable,
        }
    if comparison:
        data["baseline"] = {
            "run": comparison.name,
            "measures": comparison.baseline.means,
            "differences": {
                measure: {
                    "mean": difference.mean,
                    "interval": [difference.low, difference.high],
                    "p": difference.p,
                    "wins": difference.wins,
                    "losses": difference.losses,
                    "ties": difference.ties,
                }
                for measure, difference in comparison.differences.items()
            },
            "queries": [_change(change) for change in comparison.changes],
        }
    return data


def to_text(evaluation: Evaluation, comparison: Comparison | None = None) -> str:
    """Return the figures as a table for people, with 95 % confidence intervals."""
    return "\n".join(_lines(evaluation, comparison))


def _lines(evaluation: Evaluation, comparison: Comparison | None) -> Iterator[str]:
    measures = evaluation.whole.measures
    yield f"{counted(len(evaluation.queries), 'query', 'queries')} in {evaluation.seconds:.1f} s"
    if evaluation.unjudged:
        yield f"{evaluation.unjudged:,} more have no relevant article and were left out"
    if evaluation.refused:
        yield f"{len(evaluation.refused):,} could not be asked and count as 0"
    yield ""
    yield " " * 10 + "".join(f"{measure:>22}" for measure in measures)
    for name, scores in (("whole", evaluation.whole), *evaluation.legs.items()):
        yield f"{name:10}" + "".join(f"{cell:>22}" for cell in _cells(scores))
    if comparison:
        yield f"{'baseline':10}" + "".join(f"{cell:>22}" for cell in _cells(comparison.baseline))
        yield ""
        yield f"Against {comparison.name}:"
        for measure, difference in comparison.differences.items():
            sure = "" if difference.p < _SIGNIFICANT else "  (may be chance)"
            yield (
                f"  {measure:8} {difference.mean:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
                f"  p = {difference.p:.4f}  {difference.wins} better, {difference.losses} worse{sure}"
            )
        losses, gains = worst_and_best(comparison)
        for title, changes in (("Worse", losses), ("Better", gains)):
            if changes:
                yield f"{title} ({measures[0]}):"
            for change in changes:
                yield f"  {change.baseline:.3f} -> {change.value:.3f}  {change.query.id}  {change.query.text}"
    yield ""
    yield from _standing_out(evaluation.standing)
    yield f"Latency: p50 {evaluation.latency.p50:.1f} ms, p95 {evaluation.latency.p95:.1f} ms"
    for stage, latency in evaluation.stages.items():
        yield f"  {stage:14} p50 {latency.p50:7.2f} ms, p95 {latency.p95:7.2f} ms"


def _standing_out(standing: Standing | None) -> Iterator[str]:
    if standing and standing.answerable is not None:
        yield f"Something stands out for {standing.answerable:.1%} of the queries"
    if standing and standing.unanswerable is not None:
        yield f"Nothing stands out for {1 - standing.unanswerable:.1%} of the queries without an answer"


def validation_to_json(validation: CrossValidation) -> dict[str, Any]:
    """Return the figures in the form that `newsarchive evaluate --cross-validate --json` prints."""
    return asdict(validation)


def validation_to_text(validation: CrossValidation) -> str:
    """Return a table of folds, then the held-out figure beside that of the weights in use."""
    low, high = validation.interval
    difference = validation.difference
    lines = [
        f"{validation.queries:,} queries, {validation.combinations} combinations of weights, {MEASURE}",
        "",
        "fold row       queries  held out  in use  chosen without the fold",
    ]
    for fold in validation.folds:
        weights = ", ".join(f"{name} {value:.2g}" for name, value in asdict(fold.chosen).items())
        lines.append(
            f"{fold.number:4} {fold.row:9} {fold.queries:7}  {fold.mean:8.4f}  {fold.in_use:.4f}  {weights}"
        )
    chance = "" if difference.p < _SIGNIFICANT else " (may be chance)"
    lines += [
        "",
        f"held out {validation.mean:.4f} [{low:.4f}, {high:.4f}], weights in use {validation.in_use:.4f}",
        f"difference {difference.mean:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
        f"  p = {difference.p:.4f}{chance}",
    ]
    return "\n".join(lines)


def worst_and_best(comparison: Comparison) -> tuple[list[Change], list[Change]]:
    """Return the queries that lost most, worst first, and those that gained most, best first."""
    losses = [change for change in comparison.changes if change.value < change.baseline]
    gains = [change for change in comparison.changes if change.value > change.baseline]
    return losses[:CHANGES_SHOWN], gains[::-1][:CHANGES_SHOWN]


def _cells(scores: Scores) -> list[str]:
    return [
        f"{mean:.3f} [{low:.3f}, {high:.3f}]"
        for mean, (low, high) in zip(scores.means.values(), scores.intervals.tolist(), strict=True)
    ]


def _intervals(scores: Scores) -> dict[str, list[float]]:
    return dict(zip(scores.measures, scores.intervals.tolist(), strict=True))


def _change(change: Change) -> dict[str, Any]:
    return {"id": change.query.id, "baseline": change.baseline, "value": change.value}
