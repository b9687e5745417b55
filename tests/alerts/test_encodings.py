"""Saved searches are encoded once, and what is remembered is what the encoder says."""

from __future__ import annotations

import numpy as np

from indexer.alerts.encodings import KIND, StoredEncodings
from indexer.alerts.run import run_alerts
from indexer.alerts.saved import SavedSearches
from indexer.archive import Archive
from indexer.models.base import Encoding
from indexer.settings import Settings
from tests.alerts.conftest import article, save
from tests.fakes import FakeEncoder


class Counting(FakeEncoder):
    """Notes the queries that it encodes."""

    def __init__(self) -> None:
        super().__init__(64, codes=True)
        self.queries: list[str] = []

    def encode_query(self, text: str, *, words: bool = False, language: str = "en") -> Encoding:
        self.queries.append(text)
        return super().encode_query(text, words=words, language=language)


def test_a_saved_search_is_encoded_once(settings: Settings) -> None:
    encoder = Counting()
    with Archive.open(settings, encoder=encoder) as archive:
        archive.add([article("old", "A ceasefire in Libya was agreed.")])
        store = SavedSearches(archive.engine)
        save(store, "Libya ceasefire")
        oil = save(store, "oil price")
        archive.add([article("new", "The ceasefire in Libya holds.")])
        encoder.queries.clear()  # this encoder makes passages' vectors so, too
        assert run_alerts(archive).alerts == 1
        assert sorted(encoder.queries) == ["Libya ceasefire", "oil price"]
        archive.add([article("newer", "Another ceasefire for Libya, and the price of oil.")])
        encoder.queries.clear()
        assert run_alerts(archive).alerts == 2
        assert encoder.queries == []
        store.delete(oil.id)
        run_alerts(archive)
        assert len(list(archive.engine.records(KIND))) == 1


def test_what_is_remembered_is_exact(archive: Archive) -> None:
    encoder = Counting()
    for text in ("Libya ceasefire", "هدنة في ليبيا", "one", "\ud800 broken"):
        first = StoredEncodings(archive.engine, encoder)
        fresh = first.encode(text, "en")
        first.keep()
        second = StoredEncodings(archive.engine, encoder)
        known = len(encoder.queries)
        stored = second.encode(text, "en")
        assert len(encoder.queries) == known
        assert fresh.words is not None
        assert stored.words is not None
        np.testing.assert_array_equal(stored.vector, fresh.vector)
        np.testing.assert_array_equal(stored.words, fresh.words)
        assert stored.spans == fresh.spans
        second.encode(text, "ar")  # another language is another encoding
        assert len(encoder.queries) == known + 1
