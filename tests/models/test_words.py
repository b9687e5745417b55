"""Words of a text, and the mean of their pieces."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.words import pool_words, word_spans


def test_words_are_runs_with_a_letter_or_digit() -> None:
    text = "قال «لافروف»: 3 - نعم!"
    assert [text[start:end] for start, end in word_spans(text)] == ["قال", "«لافروف»:", "3", "نعم!"]


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    text = "停火協議 in 利比亞"
    assert [text[start:end] for start, end in word_spans(text)] == ["停火", "協議", "in", "利比", "亞"]


@given(st.text())
def test_spans_ascend_and_hold_no_white_space(text: str) -> None:
    last = 0
    for start, end in word_spans(text):
        assert last <= start < end
        assert not any(character.isspace() for character in text[start:end])
        last = end


def test_a_word_is_the_mean_of_its_pieces() -> None:
    pieces = np.array([[9, 9], [1, 0], [3, 0], [0, 5], [7, 7], [9, 9]], np.float32)
    # <s>, "cease", "fire", " now", "." and </s>; the full stop speaks of no word
    offsets = [(-1, -1), (0, 5), (5, 9), (9, 13), (13, 14), (-1, -1)]
    text = "ceasefire now."
    pooled = pool_words(pieces, offsets, text, word_spans(text))
    np.testing.assert_allclose(pooled, [[2, 0], [0, 5]])


def test_words_beyond_what_the_model_reads_are_left_out() -> None:
    text = "one two three"
    pooled = pool_words(np.ones((1, 2), np.float32), [(0, 3)], text, word_spans(text))
    assert pooled.shape == (1, 2)


def test_a_word_without_a_piece_is_zero() -> None:
    text = "one two three"
    pooled = pool_words(np.ones((2, 2), np.float32), [(0, 3), (8, 13)], text, word_spans(text))
    np.testing.assert_allclose(pooled, [[1, 1], [0, 0], [1, 1]])


def test_nothing_to_pool() -> None:
    assert pool_words(np.ones((1, 2), np.float32), [(-1, -1)], "", []).shape == (0, 2)
