"""The HTTP API, version 1: searches, articles, facets and exports as JSON, described by OpenAPI."""

from __future__ import annotations

from webapp.api import description, saved, views  # noqa: F401 (the views register themselves)
from webapp.api.operations import blueprint

__all__ = ["blueprint", "description"]
