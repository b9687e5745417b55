"""The real encoder, loaded once a session for all the commands that a test runs in its own process."""

from __future__ import annotations

from indexer.models.base import Encoder
from indexer.models.load import load_encoder
from indexer.settings import Settings

_encoders: dict[tuple[object, ...], Encoder] = {}


def load_encoder_once(settings: Settings) -> Encoder:
    """Return what `load_encoder` returns; a command of its own process would load it each time."""
    key = (settings.cache, settings.model, settings.backend, settings.device, settings.threads)
    if key not in _encoders:
        _encoders[key] = load_encoder(settings)
    return _encoders[key]
