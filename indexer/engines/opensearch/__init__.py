"""The engine for archives on an OpenSearch cluster."""

from indexer.engines.opensearch.engine import OpenSearchEngine

__all__ = ["OpenSearchEngine"]
