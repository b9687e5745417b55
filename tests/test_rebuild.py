"""An archive made anew from its own articles: nothing is lost, whatever the moment at which it is cut off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.article import Article, Published
from indexer.errors import SchemaMismatch, SettingsError
from indexer.ingest.pipeline import Progress
from indexer.ingest.report import IngestReport
from indexer.rebuild import rebuild
from indexer.search.background import KIND as BACKGROUND
from indexer.search.lexicon import KIND as LEXICON
from indexer.search.request import SearchRequest
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder

SENTENCE = "The harbour was opened and the ships came in the same day. "
RECORDS = {
    "quarantine": {"a": {"file": "a.jsonl", "line": 3, "reason": "no text"}},
    "judgement": {"q/1": {"grade": 2}},
    "saved-search": {"s": {"query": "oil"}},
    "saved-run": {"s": {"sent_at": "2026-01-01", "problem": ""}},
    "saved-read": {"s": {"read_at": "2026-01-02"}},
    "any other kind": {"ب/1": {"x": [1, None]}},
}


def settings(tmp_path: Path, **changes: object) -> Settings:
    return load_settings(
        archive=tmp_path / "archive", cache=tmp_path / "cache", encode_cache=False, **changes
    )  # type: ignore[arg-type]


def articles(count: int) -> list[Article]:
    return [
        Article(
            f"{number:03}/\"x\"",
            f"Harbour {number}",
            SENTENCE * (5 + number % 20) + f"Number{number}.",
            language="en",
            language_confidence=1.0,
            source="BBC" if number % 2 else "CNN",
            published=Published(datetime(2018, 1, 1 + number % 28, tzinfo=UTC)) if number % 3 else None,
            extra={"tag": str(number)},
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Settings:
    """The settings of an archive of 40 articles, with records of every kind."""
    made_with = settings(tmp_path)
    with Archive.open(made_with, encoder=FakeEncoder()) as archive:
        archive.add(articles(40))
        for kind, records in RECORDS.items():
            archive.engine.put_records(kind, records)
    return made_with


def stopper(after: int) -> Progress:
    """Return a progress that interrupts the run once, as Ctrl-C would, when so many articles are stored."""
    left = [KeyboardInterrupt]

    def progress(report: IngestReport) -> None:
        if left and report.stored >= after:
            raise left.pop()

    return progress


@pytest.mark.parametrize(
    ("changes", "encoder"),
    [({"passage_tokens": 60}, FakeEncoder()), ({}, FakeEncoder(32, name="another model"))],
    ids=["passages", "model"],
)
def test_the_archive_is_made_anew_with_the_settings_of_now(
    tmp_path: Path, made: Settings, changes: dict[str, object], encoder: FakeEncoder
) -> None:
    now = settings(tmp_path, **changes)
    with pytest.raises(SchemaMismatch, match="newsarchive rebuild"):
        Archive.open(now, encoder=encoder)
    rebuilt = rebuild(now, encoder=encoder)
    assert rebuilt.report.stored == 40
    assert rebuilt.before == tmp_path / "archive.before-1"
    with Archive.open(now, encoder=encoder) as archive:
        assert list(archive.scan()) == articles(40)
        assert archive.search(SearchRequest("number7")).results[0].article.id == articles(8)[7].id
        for kind, records in RECORDS.items():
            assert dict(archive.engine.records(kind)) == records
        assert archive.stats().words > 0
        assert LEXICON in archive.engine.record_kinds()
        background = dict(archive.engine.records(BACKGROUND))
        assert not [finding for finding in archive.engine.check() if finding.level == "error"]
    with Archive.open(made.model_copy(update={"archive": rebuilt.before}), encoder=FakeEncoder()) as kept:
        assert list(kept.scan()) == articles(40)
        # What is made from the passages is of the new ones.
        assert background
        assert background != dict(kept.engine.records(BACKGROUND))
    assert sorted(path.name for path in tmp_path.glob("archive*")) == ["archive", "archive.before-1"]


def test_every_rebuild_keeps_what_was_before(tmp_path: Path, made: Settings) -> None:
    for number, tokens in enumerate((60, 90), 1):
        rebuilt = rebuild(settings(tmp_path, passage_tokens=tokens), encoder=FakeEncoder())
        assert rebuilt.before == tmp_path / f"archive.before-{number}"


def test_where_articles_were_read_is_kept(tmp_path: Path) -> None:
    """Reading the same folder again afterwards encodes nothing, and knows which files are gone."""
    source = tmp_path / "source"
    source.mkdir()
    for number in range(4):
        (source / f"{number}.txt").write_text(f"Harbour {number}\n\n{SENTENCE * 5}", encoding="utf-8")
    with Archive.open(settings(tmp_path), encoder=FakeEncoder()) as archive:
        assert archive.index([source]).stored == 4
    now = settings(tmp_path, passage_tokens=60)
    rebuild(now, encoder=FakeEncoder())
    (source / "0.txt").unlink()
    encoder = FakeEncoder()
    with Archive.open(now, encoder=encoder) as archive:
        report = archive.index([source], delete_missing=True)
        assert (report.unchanged, report.stored, report.deleted) == (3, 0, 1)
        assert encoder.passages_encoded == 0


def test_an_interrupted_rebuild_leaves_the_archive_and_goes_on(tmp_path: Path, made: Settings) -> None:
    now = settings(tmp_path, passage_tokens=60)
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        archive.add(
            Article(f"more-{number:04}", "More", f"{SENTENCE} {number}", language="en")
            for number in range(600)
        )
    interrupted = rebuild(now, encoder=FakeEncoder(), progress=stopper(after=64))
    assert interrupted.report.interrupted
    assert interrupted.before is None
    with Archive.open(made, encoder=FakeEncoder()) as archive:  # as it was, and in use
        assert archive.stats().articles == 640
        assert archive.delete([articles(1)[0].id, "more-0001"]) == 2
        archive.add([Article("newer", "Newer", SENTENCE, language="en")])
    encoder = FakeEncoder()
    finished = rebuild(now, encoder=encoder)
    assert finished.report.unchanged >= 64 - 2
    assert finished.report.stored + finished.report.unchanged == 639
    with Archive.open(now, encoder=encoder) as archive:
        ids = [article.id for article in archive.scan()]
        assert len(ids) == 639
        assert "newer" in ids
        assert not {articles(1)[0].id, "more-0001"} & set(ids)


def test_what_another_rebuild_has_left_is_not_used(tmp_path: Path, made: Settings) -> None:
    left = settings(tmp_path, passage_tokens=60).model_copy(
        update={"archive": tmp_path / "archive.rebuilding"}
    )
    with Archive.open(left, encoder=FakeEncoder()) as archive:
        archive.add([Article("left", "Left over", SENTENCE, language="en")])
    now = settings(tmp_path, passage_tokens=90)
    assert rebuild(now, encoder=FakeEncoder()).report.stored == 40
    with Archive.open(now, encoder=FakeEncoder()) as archive:
        assert list(archive.scan()) == articles(40)


def test_a_rebuild_that_died_between_its_two_renamings_is_finished(tmp_path: Path, made: Settings) -> None:
    now = settings(tmp_path, passage_tokens=60)
    _die_at_the_renaming_of("archive.rebuilding", now)
    finished = rebuild(now, encoder=FakeEncoder())
    assert finished.before == tmp_path / "archive.before-1"
    with Archive.open(now, encoder=FakeEncoder()) as archive:
        assert list(archive.scan()) == articles(40)
        for kind, records in RECORDS.items():
            assert dict(archive.engine.records(kind)) == records
    assert not list(now.archive.glob("rebuild*"))


def _die_at_the_renaming_of(name: str, now: Settings) -> None:
    rename = Path.rename

    def dying(path: Path, target: Path) -> Path:
        if path.name == name:
            raise KeyboardInterrupt
        return rename(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            rebuild(now, encoder=FakeEncoder())


def test_an_unfinished_rebuild_is_not_taken_for_the_archive(tmp_path: Path, made: Settings) -> None:
    now = settings(tmp_path, passage_tokens=60)
    assert rebuild(now, encoder=FakeEncoder(), progress=stopper(after=1)).report.interrupted
    made.archive.rename(tmp_path / "elsewhere")
    with pytest.raises(
        SettingsError, match=r"no archive in .*archive\. .*archive\.rebuilding is an unfinished"
    ):
        rebuild(now, encoder=FakeEncoder())
    assert not made.archive.exists()
    (tmp_path / "elsewhere").rename(made.archive)
    rebuild(now, encoder=FakeEncoder())
    with Archive.open(now, encoder=FakeEncoder()) as archive:
        assert list(archive.scan()) == articles(40)


def test_a_finished_rebuild_that_is_gone_on_with_is_unfinished_again(tmp_path: Path, made: Settings) -> None:
    """It died before its first renaming, and the archive has gained articles since."""
    now = settings(tmp_path, passage_tokens=60)
    _die_at_the_renaming_of("archive", now)
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        archive.add([Article(f"more-{number}", "More", SENTENCE, language="en") for number in range(600)])
    interrupted = rebuild(now, encoder=FakeEncoder(), progress=stopper(after=1))
    assert interrupted.report.interrupted
    made.archive.rename(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="unfinished rebuild"):
        rebuild(now, encoder=FakeEncoder())


def test_there_must_be_something_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no archive"):
        rebuild(settings(tmp_path), encoder=FakeEncoder())
    assert not list(tmp_path.glob("archive*"))
    with pytest.raises(SettingsError, match="newsarchive generations build"):
        rebuild(settings(tmp_path, engine="http://127.0.0.1:9200"))


def test_a_link_to_the_archive_stays_one(tmp_path: Path, made: Settings) -> None:
    (tmp_path / "disk").mkdir()
    made.archive.rename(tmp_path / "disk" / "archive")
    made.archive.symlink_to(tmp_path / "disk" / "archive")
    rebuilt = rebuild(made, encoder=FakeEncoder())
    assert made.archive.is_symlink()
    assert rebuilt.before == tmp_path / "disk" / "archive.before-1"
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        assert list(archive.scan()) == articles(40)


def test_a_mount_point_is_refused_before_anything_is_encoded(
    made: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda path: path == made.archive)
    encoder = FakeEncoder()
    with pytest.raises(SettingsError, match="mount point"):
        rebuild(made, encoder=encoder)
    assert encoder.passages_encoded == 0
