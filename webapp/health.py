"""Two addresses for whoever watches over the process: alive, and ready to answer."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from indexer.errors import ArchiveError
from webapp.context import the_archive

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """Answer as long as the process does."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Answer 200 when searches can be answered, 503 when the store cannot be reached or is of another model by now."""
    archive = the_archive()
    try:
        archive.check_manifest(timeout=archive.settings.search_timeout)
        articles = archive.count()
    except ArchiveError:
        return jsonify(ready=False), 503
    return jsonify(ready=True, articles=articles), 200
