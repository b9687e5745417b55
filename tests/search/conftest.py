"""A small archive with known answers, in a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.article import Article, Passage, Published
from indexer.engines.base import EncodedPassage, Engine, Entry, Manifest
from indexer.engines.embedded import EmbeddedEngine
from indexer.models.base import PassageText
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.search.searcher import Searcher
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder

#: What makes English questions near to Arabic articles here.
SYNONYMS = {"هدنة": "ceasefire", "ليبيا": "libya", "نفط": "oil", "انتخابات": "election"}


def article(
    name: str,
    title: str,
    text: str,
    *,
    day: str = "",
    language: str = "en",
    source: str = "",
    section: str = "",
) -> Article:
    return Article(
        id=name,
        title=title,
        text=text,
        language=language,
        source=source,
        section=section,
        published=Published(datetime.fromisoformat(day).replace(tzinfo=UTC)) if day else None,
    )


#: What an English reader asks for, in two languages, in an order that tests know by heart.
ARTICLES = (
    article(
        "libya-en", "Ceasefire in Libya", "The ceasefire holds. Oil flows again.",
        day="2018-02-01", section="world", source="BBC News",
    ),
    article(
        "oil-en", "Oil price", "The price of crude oil fell. Libya pumps oil.",
        day="2018-03-01", section="economy", source="BBC News",
    ),
    article(
        "vote-en", "Elections", "The election is near. Voters wait.",
        day="2017-05-01", section="world", source="CNN",
    ),
    article(
        "libya-ar", "هدنة ليبيا", "بدأت هدنة في ليبيا. وقف إطلاق النار ساري.",
        day="2018-04-01", section="world", source="BBC Arabic", language="ar",
    ),
    article(
        "oil-ar", "نفط", "سعر نفط ليبيا هبط.",
        day="2016-01-01", section="economy", source="CNN", language="ar",
    ),
    article("undated", "Cats", "Cats sleep all day."),
)  # fmt: skip


def entry(encoder: FakeEncoder, item: Article, size: int = 400) -> Entry:
    """Return an article with its passages, *size* characters each."""
    spans = [(start, min(start + size, len(item.text))) for start in range(0, len(item.text), size)]
    passages = [Passage(number, *span, item.language) for number, span in enumerate(spans)]
    encoded = encoder.encode_passages(
        [PassageText(item.title, passage.text_of(item)) for passage in passages]
    )
    return Entry(
        item,
        item.content_hash(),
        tuple(EncodedPassage(p, e.vector, e.codes) for p, e in zip(passages, encoded, strict=True)),
    )


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder(synonyms=SYNONYMS)


@pytest.fixture
def engine(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Engine]:
    with EmbeddedEngine.open(tmp_path / "archive") as opened:
        opened.create(Manifest(encoder.fingerprint.to_dict(), {}, 1))
        opened.write([entry(encoder, item) for item in ARTICLES])
        opened.refresh()
        yield opened


@pytest.fixture
def searcher(engine: Engine, encoder: FakeEncoder) -> Searcher:
    return Searcher(engine, encoder, Settings())


@pytest.fixture(scope="session")
def real_encoder() -> OnnxEncoder:
    """The real bundled encoder: glosses are chosen by what it says."""
    return OnnxEncoder(load_settings().cache / "models")
