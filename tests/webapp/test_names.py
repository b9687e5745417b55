"""The name workbench: which spellings are ticked from the start."""

from __future__ import annotations

import pytest

from indexer.search.spellings import NameSpellings, Spelling
from webapp.names import _least


@pytest.mark.parametrize(
    ("similarities", "ticked"),
    [
        ((1.0, 0.7, 0.55, 0.3), [1.0, 0.7]),  # صلاح is listed, and السلاح (weapons) half as like Salah
        ((0.62, 0.45, 0.3), [0.62, 0.45]),
        ((), []),
    ],
)
def test_beside_a_listed_spelling_others_have_to_be_more_alike(
    similarities: tuple[float, ...], ticked: list[float]
) -> None:
    part = NameSpellings("Salah", tuple(Spelling("س", "س", "ar", 1, one) for one in similarities))
    assert [one for one in similarities if one >= _least(part)] == ticked
