"""Open the translator that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.translation.articles import Translations
from indexer.translation.cache import TranslationCache
from indexer.translation.ctranslate import CTranslate2Translator

if TYPE_CHECKING:
    from indexer.settings import Settings


def load_translations(settings: Settings) -> Translations:
    """Return what translates articles. Raises `SettingsError` where the folder holds no model."""
    assert settings.translation_models is not None
    return Translations(
        CTranslate2Translator(settings.translation_models, device=settings.device, threads=settings.threads),
        TranslationCache(settings.cache),
        timeout=settings.translation_timeout,
        characters=settings.translation_characters,
    )
