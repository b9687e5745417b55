"""The archive as a library: articles in, pages of ranked results out. Start at `indexer.archive`."""

__version__ = "0.1.0"
