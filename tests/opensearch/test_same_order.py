"""Both engines give the same answers: fusion and everything above it is one code, fed with the same numbers."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from indexer.article import Article
from indexer.commands.demo import SAMPLE
from indexer.evaluate.datasets import read_queries
from indexer.models.load import load_encoder
from indexer.readers import read
from indexer.settings import Settings
from tests.fakes import FakeEncoder
from tests.opensearch.same_order import both, compare, requests


def articles_of(path: Path, count: int | None = None) -> list[Article]:
    found = (record.article for record in read([path]) if record.article is not None)
    return list(islice(found, count))


@pytest.mark.slow
def test_both_engines_give_the_same_order(opensearch_settings: Settings, tmp_path: Path) -> None:
    ntrex = articles_of(SAMPLE / "ntrex.jsonl.gz")
    articles = [*ntrex, *articles_of(SAMPLE / "jawhara.jsonl.gz", 100)]
    questions = [article.title for article in ntrex if article.language == "en"]
    settings = opensearch_settings.model_copy(update={"encode_cache": False, "search_timeout": 60.0})
    encoder = FakeEncoder(64, codes=True)
    with both(articles, encoder, settings, tmp_path / "archive") as (embedded, cluster):
        agreement = compare(embedded, cluster, requests(articles, questions, 200))
    print(agreement)
    assert agreement.queries == 200
    assert agreement.mean_overlap >= 0.99, agreement
    assert min(agreement.same_order, agreement.same_total, agreement.same_facets) >= 198, agreement


@pytest.mark.nightly
@pytest.mark.timeout(7_200)
def test_3000_articles_with_the_real_encoder(
    opensearch_settings: Settings, tmp_path: Path, shared_data: Path
) -> None:
    """Real vectors, of which an approximate search misses some; encoding takes minutes unless the cache has it.

    Measured: the cluster's graph finds all of the 200 nearest, the folder's look at signs 87 % of them.
    """
    articles = articles_of(shared_data / "ant" / "articles.jsonl.gz", 3_000)
    known = {article.id for article in articles}
    asked = read_queries(shared_data / "ant" / "queries.dev.tsv")
    questions = [query.text for query in asked if query.id.removeprefix("q-") in known]
    questions += [query.text for query in asked[: 100 - len(questions)]]
    settings = opensearch_settings.model_copy(update={"search_timeout": 60.0})
    with both(articles, load_encoder(settings), settings, tmp_path / "archive") as (embedded, cluster):
        agreement = compare(embedded, cluster, requests(articles, questions, 200))
    print(agreement)
    assert agreement.mean_overlap >= 0.99, agreement
    assert agreement.same_order >= 170, agreement
