"""Language names and codes."""

from __future__ import annotations

import pytest

from indexer.readers.languages import language_code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ar", "ar"),
        ("AR", "ar"),
        ("ar-EG", "ar"),
        ("ar_SA", "ar"),
        ("ara", "ar"),
        ("arz", "ar"),
        ("Arabic", "ar"),
        ("العربية", "ar"),
        ("عربي", "ar"),
        ("اللغة العربية", "ar"),
        ("arabe", "ar"),
        ("árabe", "ar"),
        ("zh-cn", "zh"),
        ("zh-Hans-CN", "zh"),
        ("chi", "zh"),
        ("Chinese", "zh"),
        ("en-US", "en"),
        ("eng", "en"),
        ("English", "en"),
        ("anglais", "en"),
        ("الإنجليزية", "en"),
        ("إنجليزي", "en"),
        ("iw", "he"),
        ("fre", "fr"),
        ("français", "fr"),
        ("Русский", "ru"),
        ("farsi", "und"),
        ("fa", "fa"),
        ("ur", "ur"),
        ("tr", "tr"),
        ("hi", "hi"),
        ("", "und"),
        ("und", "und"),
        ("xx", "und"),
        ("mul", "und"),
        ("123", "und"),
        ("?", "und"),
        ("a" * 10_000, "und"),
    ],
)
def test_codes_and_names(written: str, code: str) -> None:
    assert language_code(written) == code
