"""The name workbench: which spellings are ticked from the start."""

from __future__ import annotations

import pytest

from indexer.search.spellings import NameSpellings, Spelling
from webapp.names import _is_ticked


@pytest.mark.parametrize(
    ("spellings", "ticked"),
    [
        (
            [("ar", 1.0), ("ar", 0.7), ("ar", 0.55)],
            [True, True, False],
        ),  # صلاح is listed, السلاح (weapons) no Salah
        ([("ar", 0.62), ("ar", 0.45), ("ar", 0.3)], [True, True, False]),
        ([("ar", 1.0), ("en", 0.5), ("en", 0.3)], [True, True, False]),  # Latin ones are judged by the Arabic
        ([], []),
    ],
)
def test_beside_a_listed_spelling_others_have_to_be_more_alike(
    spellings: list[tuple[str, float]], ticked: list[bool]
) -> None:
    part = NameSpellings(
        "Salah", tuple(Spelling("س", "س", language, 1, like) for language, like in spellings)
    )
    assert [_is_ticked(part, spelling) for spelling in part.spellings] == ticked
