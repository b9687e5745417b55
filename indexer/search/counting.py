"""The counts of a page: everything that was found, by facets and by dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from indexer.engines.base import FACETS, Count, Engine, Gathered, GatherRequest, Union
from indexer.search.facets import filtered_facets
from indexer.search.filters import without
from indexer.search.found import Found
from indexer.search.timing import Stopwatch

#: Values of a facet that a page counts.
FACET_SIZE = 30
#: Values of a facet that is asked for as a whole.
WHOLE_FACET_SIZE = 2_000


def begin_counting(
    engine: Engine, found: Found, whole: Union, clock: Stopwatch, whole_facet: str
) -> Callable[[], tuple[Gathered, Mapping[str, tuple[Count, ...]]]]:
    """Have everything that was found counted; a facet that filters as if it did not, to offer others."""
    lifted = filtered_facets(whole.filters)
    sizes = {facet: WHOLE_FACET_SIZE if facet == whole_facet else FACET_SIZE for facet in FACETS}
    requests = [
        GatherRequest(
            whole,
            facets={facet: size for facet, size in sizes.items() if facet not in lifted},
            histogram="auto",
        )
    ]
    for facet in lifted:
        wider = Union(
            whole.lexical,
            found.lifted.get(facet, ()) if whole.ids is not None else None,
            without(whole.filters, facet),
        )
        requests.append(GatherRequest(wider, facets={facet: sizes[facet]}))
    waiting = [engine.begin(partial(_gathered, request=request, clock=clock)) for request in requests]

    def counted() -> tuple[Gathered, Mapping[str, tuple[Count, ...]]]:
        whole, *wider = [wait() for wait in waiting]
        facets = dict(whole.facets)
        for one in wider:
            facets.update(one.facets)
        return whole, {facet: facets[facet] for facet in FACETS if facet in facets}

    return counted


def _gathered(engine: Engine, request: GatherRequest, clock: Stopwatch) -> Gathered:
    return engine.gather(request, timeout=clock.remaining())
