"""A clock that runs ahead, for what is looked at again after a while."""

from __future__ import annotations

from itertools import count
from time import monotonic

import pytest


def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever was looked at be stale: an hour passes from one look at the clock to the next."""
    monkeypatch.setattr("indexer.fresh.monotonic", count(monotonic() + 3600, 3600).__next__)
