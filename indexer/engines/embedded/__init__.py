"""The embedded engine: one folder, no server. SQLite is the truth; tantivy and a vector matrix are views of it."""

from indexer.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
