"""Metrics for Prometheus: requests, how long they and the stages of searches take, how large the archive is.

Label values are those of our own code (endpoints, known methods, statuses, stages), never of an address, a
query or an article: their number is bounded, and nothing of what people search for is told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

import indexer
from indexer.errors import ArchiveError
from webapp.context import search_timings

if TYPE_CHECKING:
    from indexer.archive import Archive

blueprint = Blueprint("metrics", __name__)

EXTENSION = "newsarchive-metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one application: each has its own, so that two may live in one process."""

    def __init__(self, archive: Archive) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.requests = Counter(
            "newsarchive_http_requests",
            "Requests answered.",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "newsarchive_http_request_seconds",
            "Time until an answer begins.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.stages = Histogram(
            "newsarchive_search_stage_seconds",
            "Time that a stage of a search takes; `total` is the whole.",
            ("stage",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        Gauge(
            "newsarchive_info", "The version that is running.", ("version",), registry=self.registry
        ).labels(indexer.__version__).set(1)
        ProcessCollector(registry=self.registry)
        self.registry.register(_ArchiveCollector(archive))


class _ArchiveCollector(Collector):
    """The archive's size, asked for when Prometheus asks."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            stats = self._archive.stats()
        except ArchiveError:
            stats = None
        yield GaugeMetricFamily(
            "newsarchive_up", "1 where the store can be reached.", value=0 if stats is None else 1
        )
        if stats is None:
            return
        for name, what, value in (
            ("articles", "Articles stored.", stats.articles),
            ("passages", "Passages stored.", stats.passages),
            ("words", "Words of the lexicon.", stats.words),
            ("store_bytes", "Bytes that the store takes.", stats.bytes_on_disk),
        ):
            yield GaugeMetricFamily(f"newsarchive_{name}", what, value=value)


def init_app(app: Flask, archive: Archive) -> None:
    metrics = Metrics(archive)
    app.extensions[EXTENSION] = metrics

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        metrics.requests.labels(endpoint, method, str(response.status_code)).inc()
        if "started" in g:
            metrics.seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        for stage, milliseconds in search_timings().items():
            metrics.stages.labels(stage).observe(milliseconds / 1000)
        return response


@blueprint.get("/metrics")
def show() -> Response:
    """Answer with all figures, in the text format of Prometheus."""
    metrics: Metrics = current_app.extensions[EXTENSION]
    return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)
