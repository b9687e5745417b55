"""The analyst's desk: a Flask application over `indexer.archive.Archive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from webapp import (
    api,
    article,
    compression,
    coverage,
    discovery,
    display,
    errors,
    export,
    health,
    home,
    judgements,
    language,
    metrics,
    names,
    plan,
    public,
    quality,
    reading,
    results,
    saved,
    security,
    underway,
    unread,
)
from webapp.context import EXTENSION

if TYPE_CHECKING:
    from indexer.archive import Archive

MAX_FORM_BYTES = 64 * 1024
STATIC_SECONDS = 7 * 24 * 3600  # addresses of static files change with their content


def create_app(archive: Archive) -> Flask:
    """Return the web app of an open archive, which stays the caller's to close."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions[EXTENSION] = archive
    metrics.init_app(app, archive)  # first, so that the time of all the rest is measured
    security.init_app(app, archive.settings)
    compression.init_app(app)
    language.init_app(app, archive.settings.web_language)
    display.init_app(app)
    judgements.init_app(app)
    unread.init_app(app, archive)
    errors.init_app(app)
    underway.init_app(app, archive.search, archive.settings.web_threads)
    export.init_app(app, archive.settings.web_threads)
    for feature in (
        home,
        results,
        plan,
        names,
        article,
        coverage,
        reading,
        export,
        health,
        api,
        metrics,
        discovery,
        judgements,
        quality,
        saved,
    ):
        app.register_blueprint(feature.blueprint)
    public.init_app(app, archive.settings.web_url)
    return app
