"""Words, the vocabulary that they are made from, small records, and what `doctor` is told."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.engines.base import Engine, Word
from indexer.text import analyse
from tests.engines.builders import MANIFEST, article, entries, stored, vector
from tests.engines.conftest import Opener
from tests.engines.library import LIBRARY
from tests.engines.reference import Reference

# -- vocabulary


@pytest.mark.parametrize("least", [1, 2, 3])
def test_the_vocabulary_counts_articles(engine: Engine, least: int) -> None:
    engine.write(LIBRARY)
    engine.refresh()
    counted = list(engine.vocabulary(min_articles=least))
    expected = Reference(LIBRARY).vocabulary(least)
    assert [(one.language, one.form, one.articles) for one in counted] == expected
    for one in counted:
        (token,) = analyse(one.form, one.language)
        assert one.stem == token.stem


def test_the_vocabulary_leaves_out_rare_words_unless_told(engine: Engine) -> None:
    engine.write([stored(article("a", "often once")), stored(article("b", "often", title="often"))])
    engine.refresh()
    assert [(one.form, one.articles) for one in engine.vocabulary()] == [("often", 2)]
    assert [(one.form, one.articles) for one in engine.vocabulary(min_articles=1)] == [
        ("often", 2),
        ("once", 1),
    ]


def test_the_vocabulary_follows_changes(engine: Engine) -> None:
    reference = Reference(entries(range(12)))
    engine.write(entries(range(12)))
    changed = entries(range(0, 12, 2), version=1)
    engine.write(changed)
    engine.delete(["article-00003", "article-00004"])
    engine.refresh()
    reference.write(changed)
    reference.delete(["article-00003", "article-00004"])
    found = [(one.language, one.form, one.articles) for one in engine.vocabulary(min_articles=1)]
    assert found == reference.vocabulary(1)


# -- words


def word(stem: str, language: str = "en", near: int | None = 1, **changes: object) -> Word:
    values = {"surface": f"{stem}s", "articles": 3, "skeleton": "wrd"} | changes
    return Word(stem, language, **values, vector=None if near is None else vector(near))  # type: ignore[arg-type]


def test_words_come_back_by_language_and_stem(engine: Engine) -> None:
    written = [
        word("b"),
        word("a", near=2),
        word("ب", "ar", 3, skeleton=""),
        word("a", "ar", None),
        word("A"),
    ]
    engine.write_words(written[:3])
    engine.write_words(written[3:])
    found = list(engine.words())
    assert [(one.language, one.stem) for one in found] == [
        ("ar", "a"), ("ar", "ب"), ("en", "A"), ("en", "a"), ("en", "b"),
    ]  # fmt: skip
    by_key = {(one.language, one.stem): one for one in written}
    for one in found:
        expected = by_key[one.language, one.stem]
        assert (one.surface, one.articles, one.skeleton) == (
            expected.surface, expected.articles, expected.skeleton,
        )  # fmt: skip
        if expected.vector is None:
            assert one.vector is None
        else:
            assert one.vector is not None
            assert one.vector.dtype == np.float32
            np.testing.assert_allclose(one.vector, expected.vector, atol=1e-3)
    assert [one.vector for one in engine.words(vectors=False)] == [None] * 5
    assert engine.stats().words == 5


def test_words_replace_those_of_the_same_key(engine: Engine) -> None:
    engine.write_words([word("a"), word("b")])
    engine.write_words([word("a", surface="new", articles=9), word("a", "de")])
    found = {(one.language, one.stem): (one.surface, one.articles) for one in engine.words()}
    assert found == {("en", "a"): ("new", 9), ("en", "b"): ("bs", 3), ("de", "a"): ("as", 3)}
    engine.write_words([])


def test_thousands_of_words_are_read_in_order(engine: Engine) -> None:
    engine.write_words([word(f"w{number:05}") for number in range(4_500)])
    assert [one.stem for one in engine.words(vectors=False)] == [f"w{number:05}" for number in range(4_500)]


# -- records


def test_records_come_back_by_key(engine: Engine) -> None:
    records = {
        "b/1": {"reason": "no text", "line": 3, "nested": {"a": [1, 2.5, None, True], "": ""}},
        "a": {},
        'ب "quoted"\n': {"نص": "خبر 🕊"},
    }
    engine.put_records("quarantine", records)
    engine.put_records("other", {"a": {"x": 1}})
    assert list(engine.records("quarantine")) == [(key, records[key]) for key in sorted(records)]
    assert list(engine.records("other")) == [("a", {"x": 1})]
    assert list(engine.records("none")) == []
    assert engine.record_kinds() == ["other", "quarantine"]


def test_records_are_replaced_and_deleted(engine: Engine) -> None:
    engine.put_records("kind", {"a": {"v": 1, "old": True}, "b": {"v": 2}})
    engine.put_records("kind", {"a": {"v": 3}})
    assert dict(engine.records("kind")) == {"a": {"v": 3}, "b": {"v": 2}}
    assert engine.delete_records("kind", iter(["a", "unknown"])) == 1
    assert engine.delete_records("other", ["b"]) == 0
    assert dict(engine.records("kind")) == {"b": {"v": 2}}
    engine.put_records("kind", {})
    engine.put_records("gone", {"a": {}})
    engine.delete_records("gone", ["a"])
    assert engine.record_kinds() == ["kind"]
    assert engine.delete_records("kind", []) == 0


def test_records_do_not_need_an_archive(opener: Opener) -> None:
    """What could not be indexed is noted even when nothing could."""
    with opener() as engine:
        engine.put_records("quarantine", {"a": {"reason": "no text"}})
    with opener() as engine:
        assert dict(engine.records("quarantine")) == {"a": {"reason": "no text"}}
        assert engine.manifest() is None
        engine.create(MANIFEST)
        assert dict(engine.records("quarantine")) == {"a": {"reason": "no text"}}


def test_thousands_of_records_are_read_in_order(engine: Engine) -> None:
    records = {f"key-{number:05}": {"number": number} for number in range(2_300)}
    engine.put_records("kind", records)
    assert list(engine.records("kind")) == sorted(records.items())


def test_writing_goes_on_while_records_and_words_are_read(engine: Engine) -> None:
    engine.put_records("kind", {f"{number:04}": {} for number in range(1_200)})
    engine.write_words([word(f"w{number:05}") for number in range(1_200)])
    records, words = engine.records("kind"), engine.words(vectors=False)
    next(records), next(words)
    engine.put_records("kind", {"zzzz": {}})
    engine.delete_records("kind", ["0900"])
    engine.write_words([word("zzzz")])
    assert len(list(records)) == len(list(words)) == 1_199


# -- check


def test_a_sound_archive_has_no_findings_but_good_ones(engine: Engine) -> None:
    engine.write(entries(range(5)))
    engine.refresh()
    for repair in (False, True):
        for finding in engine.check(repair=repair):
            assert finding.what
            assert finding.level != "error", finding
            assert finding.level == "ok" or finding.remedy, finding
    assert engine.stats().articles == 5
