"""An evaluation as one HTML page: no script, nothing loaded from elsewhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from indexer.evaluate.datasets import Qrels
from indexer.evaluate.measures import first_relevant
from indexer.evaluate.plots import Bar, bars, columns, differences
from indexer.evaluate.report import worst_and_best
from indexer.evaluate.runner import Change, Comparison, Evaluation, Scores
from indexer.wording import counted

_RANKS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 100))

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf8; --rule: #d9d5cc; --soft: #626a76;
  --whole: #2f6f9f; --dense: #8a6fb3; --lexical: #5c9468; --baseline: #b3aea4; --gain: #3f8a55;
  --loss: #b5533c }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e3dc; --paper: #16191f; --rule: #343a44;
  --soft: #9aa2ae; --whole: #6aa9d8; --dense: #b39ddb; --lexical: #86c291; --baseline: #6b6f77;
  --gain: #7cc48f; --loss: #e08b73 } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
p.note, td.quiet { color: var(--soft) }
div.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: end; padding: .25rem .75rem; border-bottom: 1px solid var(--rule); white-space: nowrap }
th:first-child, td:first-child, td.text { text-align: start }
td.text { white-space: normal }
small { color: var(--soft) }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor }
.whisker { stroke: currentColor; fill: none } .axis { stroke: var(--rule) }
"""


def to_html(
    evaluation: Evaluation, qrels: Qrels, comparison: Comparison | None = None, *, title: str = "Evaluation"
) -> str:
    """Return the report. *qrels* tell at which rank the first relevant article of each query came."""
    parts = (
        f"<h1>{escape(title)}</h1>",
        *_summary(evaluation),
        *_measures(evaluation, comparison),
        *_ranks(evaluation, qrels),
        *(_comparison(evaluation, comparison) if comparison else ()),
        *_latency(evaluation),
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _summary(evaluation: Evaluation) -> Iterator[str]:
    yield f"<p>{counted(len(evaluation.queries), 'query', 'queries')}, each ranked to a depth of 100 articles."
    if evaluation.unjudged:
        yield f"{evaluation.unjudged:,} more have no relevant article and were left out."
    if evaluation.refused:
        yield f"{len(evaluation.refused):,} could not be asked and count as 0."
    yield "Brackets and whiskers are 95 % confidence intervals (bootstrap over the queries).</p>"


def _measures(evaluation: Evaluation, comparison: Comparison | None) -> Iterator[str]:
    rankings = {"whole": evaluation.whole, **evaluation.legs}
    if comparison:
        rankings["baseline"] = comparison.baseline
    measures = evaluation.whole.measures
    yield "<h2>Measures</h2>"
    yield _table(["", *measures], ([name, *_cells(scores)] for name, scores in rankings.items()))
    for column, measure in enumerate(measures):
        rows = [
            Bar(name, scores.means[measure], float(low), float(high), kind=name)
            for name, scores in rankings.items()
            for low, high in (scores.intervals[column],)
        ]
        yield f"<h3>{escape(measure)}</h3>{bars(measure, rows)}"


def _ranks(evaluation: Evaluation, qrels: Qrels) -> Iterator[str]:
    ids = [query.id for query in evaluation.queries]
    ranks = list(first_relevant(qrels, evaluation.run, ids).values())
    counts = [
        (f"{first}" if first == last else f"{first}-{last}", sum(first <= rank <= last for rank in ranks))
        for first, last in _RANKS
    ]
    counts.append(("not found", len(ids) - len(ranks)))
    yield "<h2>Rank of the first relevant article</h2>"
    yield columns("Queries by the rank of their first relevant article", counts)


def _comparison(evaluation: Evaluation, comparison: Comparison) -> Iterator[str]:
    yield f"<h2>Against {escape(comparison.name)}</h2>"
    yield _table(
        ["", "difference", "95 % interval", "p", "better", "worse", "equal"],
        (
            [
                escape(measure),
                f"{difference.mean:+.4f}",
                f"{difference.low:+.4f} to {difference.high:+.4f}",
                f"{difference.p:.4f}",
                f"{difference.wins:,}",
                f"{difference.losses:,}",
                f"{difference.ties:,}",
            ]
            for measure, difference in comparison.differences.items()
        ),
    )
    yield '<p class="note">p by a paired randomisation test, two-sided.</p>'
    measure = evaluation.whole.measures[0]
    if comparison.changes:
        changes = [(change.query.text, change.value - change.baseline) for change in comparison.changes]
        yield f"<h3>{escape(measure)}, one column for each query that changed</h3>"
        yield differences(f"Differences in {measure} by query", changes)
    for title, listed in zip(("Lost most", "Gained most"), worst_and_best(comparison), strict=True):
        if listed:
            yield f"<h3>{title}</h3>"
            yield _table(["query", "before", "now"], map(_change_cells, listed))


def _latency(evaluation: Evaluation) -> Iterator[str]:
    top = max([evaluation.latency.p95, *(latency.p95 for latency in evaluation.stages.values())])
    rows = [Bar("whole", evaluation.latency.p50, evaluation.latency.p50, evaluation.latency.p95)]
    rows += [
        Bar(stage, latency.p50, latency.p50, latency.p95, kind="baseline")
        for stage, latency in evaluation.stages.items()
    ]
    yield "<h2>Latency</h2>"
    yield '<p class="note">Milliseconds: bars to the 50th percentile, whiskers to the 95th.</p>'
    yield bars("Latency by stage", rows, top=top, digits=1, unit=" ms")


def _cells(scores: Scores) -> list[str]:
    return [
        f"{mean:.3f} <small>[{low:.3f}, {high:.3f}]</small>"
        for mean, (low, high) in zip(scores.means.values(), scores.intervals.tolist(), strict=True)
    ]


def _change_cells(change: Change) -> list[str]:
    return [
        f'<span dir="auto">{escape(change.query.text)}</span> <small>{escape(change.query.id)}</small>',
        f"{change.baseline:.3f}",
        f"{change.value:.3f}",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are HTML already, the headings are text."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
