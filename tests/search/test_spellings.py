"""Name spellings: what the archive holds of a name, whichever script it is asked in."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import load_settings
from tests.fakes import FakeEncoder

TEXTS = (
    ("ar", "التقى القذافي الوفد في طرابلس"),
    ("ar", "قال القذافي إن الوفد غادر"),
    ("ar", "والقذافي لم يحضر، وحضر حفتر"),
    ("ar", "خليفة حفتر في بنغازي"),
    ("en", "Gaddafi met the delegation"),
    ("en", "The delegation left Gaddafi"),
    ("en", "Qaddafi was not seen"),
    ("en", "Nobody has seen Qaddafi since"),
)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False)
    opened = Archive.open(settings, encoder=FakeEncoder(codes=True))
    opened.add(
        Article(str(number), f"{number}", text, language=language)
        for number, (language, text) in enumerate(TEXTS)
    )
    return opened


def counts(archive: Archive, name: str) -> dict[str, dict[str, int]]:
    return {
        part.part: {spelling.surface: spelling.articles for spelling in part.spellings}
        for part in archive.spellings(name)
    }


def test_a_latin_name_is_found_in_both_scripts_with_exact_counts(archive: Archive) -> None:
    with archive:
        assert counts(archive, "Kadhafi") == {"Kadhafi": {"القذافي": 3, "gaddafi": 2, "qaddafi": 2}}


def test_an_arabic_name_is_found_in_both_scripts(archive: Archive) -> None:
    with archive:
        assert counts(archive, "القذافي")["القذافي"] == {"القذافي": 3, "gaddafi": 2, "qaddafi": 2}


def test_each_part_of_a_name_is_looked_up(archive: Archive) -> None:
    with archive:
        found = counts(archive, "Khalifa Haftar")
        assert found["Haftar"] == {"حفتر": 2}
        # In one article only, and so not in the lexicon: known by the names list.
        assert list(found["Khalifa"].values()) == [1]


@pytest.mark.parametrize("name", ["al-Qaddafi", "Al Qaddafi", "Muammar el-Qaddafi", "as-Qaddafi"])
def test_the_arabic_article_is_no_part_of_its_own(archive: Archive, name: str) -> None:
    with archive:
        found = counts(archive, name)
        assert found.pop("Qaddafi")["القذافي"] == 3
        assert set(found) <= {"Muammar"}
        assert set(counts(archive, "al")) == {"al"}


def test_a_misspelled_name_has_the_spellings_of_what_is_meant(archive: Archive) -> None:
    with archive:
        assert counts(archive, "Gaddafy") == {"Gaddafy": {"القذافي": 3, "gaddafi": 2, "qaddafi": 2}}


def test_of_a_short_part_only_what_is_listed_is_a_spelling(archive: Archive) -> None:
    """bin sounds like Ben, been and bien, and the person بين is "between" everywhere else."""
    texts = [
        ("ar", "محمد بن سلمان بين الرياض وجدة"),
        ("en", "Ben has been in Puan"),
        ("fr", "bien sûr, un bain"),
    ]
    with archive:
        archive.add(
            Article(f"{number}-{copy}", "", text, language=language)
            for number, (language, text) in enumerate(texts, 20)
            for copy in range(3)
        )
        assert set(counts(archive, "Mohammed bin Salman")["bin"]) <= {"بن", "ابن", "بنت"}


@pytest.mark.parametrize("name", ["", "  ", "!!!", "Zzyzx", "習近平"])
def test_what_is_no_name_of_this_archive_has_no_spellings(archive: Archive, name: str) -> None:
    with archive:
        assert not any(part.spellings for part in archive.spellings(name))
