"""What a ranking is worth: nDCG@10, MRR@10 and recall, a value for each query, by `ir-measures`.

A judged query for which nothing was found counts as 0 in every measure. A query without a relevant
article cannot be scored and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import ir_measures
import numpy as np
import numpy.typing as npt

from indexer.errors import SettingsError
from indexer.evaluate.datasets import Qrels, Run

#: The measures that are always reported, best-known name first; `ir-measures` calls MRR@10 RR@10.
MEASURES = ("nDCG@10", "MRR@10", "R@1", "R@10", "R@100")

FloatArray = npt.NDArray[np.float64]


def score(qrels: Qrels, run: Run, queries: Sequence[str], measures: Sequence[str] = MEASURES) -> FloatArray:
    """Return (n_queries, n_measures), each value between 0 and 1.

    Raises `SettingsError` for the name of a measure that `ir-measures` does not know.
    """
    parsed = {_parse(name): column for column, name in enumerate(measures)}
    rows = {query_id: row for row, query_id in enumerate(queries)}
    values = np.zeros((len(rows), len(measures)))
    judged = {query_id: dict(qrels[query_id]) for query_id in queries if query_id in qrels}
    ranked = {query_id: dict(_by_rank(run[query_id])) for query_id in queries if run.get(query_id)}
    if not judged or not ranked:
        return values
    for metric in ir_measures.iter_calc(list(parsed), judged, ranked):
        values[rows[metric.query_id], parsed[metric.measure]] = metric.value
    return values


def check_measures(measures: Sequence[str]) -> None:
    """Raise `SettingsError` for a measure that cannot be told, before queries are asked for it."""
    for name in measures:
        try:
            score({"q": {"a": 1}}, {"q": [("a", 1.0)]}, ["q"], [name])
        except SettingsError:
            raise
        except Exception as error:
            # Each provider of `ir-measures` has its own words for parameters and programs that it lacks.
            raise SettingsError(
                f"The measure {name!r} cannot be told: {error}.", remedy="Leave it out, or take another."
            ) from None


def means(values: FloatArray, measures: Sequence[str] = MEASURES) -> dict[str, float]:
    """Return measure -> mean over the queries (0 where there are none)."""
    columns = values.mean(axis=0) if len(values) else np.zeros(len(measures))
    return {name: float(column) for name, column in zip(measures, columns, strict=True)}


def first_relevant(qrels: Qrels, run: Run, queries: Sequence[str]) -> dict[str, int]:
    """Return the rank from 1 of each query's first relevant article; queries without one are left out."""
    ranks: dict[str, int] = {}
    for query_id in queries:
        judged: Mapping[str, int] = qrels.get(query_id, {})
        for rank, (article_id, _) in enumerate(run.get(query_id, ()), 1):
            if judged.get(article_id, 0) > 0:
                ranks[query_id] = rank
                break
    return ranks


def _by_rank(articles: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield the articles with scores that fall with the rank.

    trec_eval sorts by score and breaks ties by descending id; ours are broken by ascending id, and equal
    scores must not be judged in an order that nobody was shown.
    """
    for rank, (article_id, _) in enumerate(articles):
        yield article_id, float(-rank)


def _parse(name: str) -> ir_measures.Measure:
    try:
        measure = ir_measures.parse_measure(f"RR{name[3:]}" if name.startswith("MRR") else name)
    except (NameError, ValueError, SyntaxError):
        raise SettingsError(
            f"{name!r} is no measure.", remedy="Write it as ir-measures does: nDCG@10, R@20, AP@100."
        ) from None
    cutoff = measure.params.get("cutoff", 1)
    if isinstance(cutoff, int | float) and cutoff < 1:
        # The library that counts would end the whole process for it.
        raise SettingsError(f"{name!r} is no measure: it looks at no article.", remedy="Begin with @1.")
    return measure
