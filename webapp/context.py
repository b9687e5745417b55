"""What a view needs from its application: the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from indexer.archive import Archive

EXTENSION = "newsarchive"


def the_archive() -> Archive:
    """Return the archive that the running application was made for."""
    return cast("Archive", current_app.extensions[EXTENSION])
