"""Where articles are stored and looked up. `base` is the contract, the packages beside it keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import SettingsError

if TYPE_CHECKING:
    from indexer.engines.base import Engine
    from indexer.settings import Settings

EMBEDDED = "embedded"


def open_engine(settings: Settings) -> Engine:
    """Open the engine that the settings name; each is imported only when it is used."""
    if settings.engine == EMBEDDED:
        from indexer.engines.embedded import EmbeddedEngine

        return EmbeddedEngine.open(settings.archive)
    if settings.engine.startswith(("http://", "https://")):
        from indexer.engines.opensearch import OpenSearchEngine

        return OpenSearchEngine.open(settings.engine, settings)
    raise SettingsError(
        f"The engine {settings.engine!r} is neither `embedded` nor an address such as https://localhost:9200."
    )
