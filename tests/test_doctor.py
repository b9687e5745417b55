"""The doctor names what is wrong, says what to do, and mends what it can."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer import doctor
from indexer.archive import Archive
from indexer.article import Article
from indexer.cli import main
from indexer.doctor import DISTRIBUTION, examine, examine_machine, wrong_versions
from indexer.engines.base import Finding
from indexer.errors import ModelError
from indexer.ingest import unfinished
from indexer.models.cache import FILE_NAME
from indexer.search.background import KIND as BACKGROUND
from indexer.search.background import LEAST
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder, WordlessEncoder

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an archive of two articles."""
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    with Archive.open(settings, encoder=FakeEncoder(codes=True)) as archive:
        archive.add(
            Article(id=name, title="Ships", text="Ships came to the harbour.", language="en") for name in "ab"
        )
    return settings


def findings(settings: Settings, *, repair: bool = False) -> list[Finding]:
    with Archive.open(settings, encoder=FakeEncoder(codes=True)) as archive:
        return examine(archive, repair=repair)


def wrong(settings: Settings, *, repair: bool = False) -> list[Finding]:
    return [finding for finding in findings(settings, repair=repair) if finding.level != "ok"]


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_sound_archive_has_nothing_wrong(settings: Settings) -> None:
    assert wrong(settings) == []
    said = " ".join(finding.what for finding in findings(settings))
    for part in (
        "Python",
        "SQLite",
        "free",
        "model",
        "encode cache",
        "database",
        "views",
        "words",
        "quarantine",
    ):
        assert part in said


def test_every_complaint_has_a_remedy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_FREE_BYTES", 10**18)
    monkeypatch.setattr(doctor, "wrong_versions", lambda requirements: ["numpy is not installed"])
    shutil.rmtree(settings.archive / "views")
    (settings.cache / FILE_NAME).write_bytes(b"not a database" * 1_000)
    complaints = wrong(settings)
    assert len(complaints) >= 4
    assert all(finding.remedy for finding in complaints)


# --- versions -------------------------------------------------------------------------------------


def test_the_installed_versions_are_the_required_ones() -> None:
    assert wrong_versions(metadata.requires(DISTRIBUTION) or []) == []


@pytest.mark.parametrize(
    ("backend", "needed"), [("auto", True), ("sentence-transformers", True), ("onnx", False)]
)
def test_torch_is_needed_but_where_onnx_is_chosen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, backend: str, needed: bool
) -> None:
    version = metadata.version

    def without_torch(name: str) -> str:
        if name == "torch":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without_torch)
    [told] = [finding for finding in examine_machine(settings.model_copy(update={"backend": backend}))
              if "Python" in finding.what or "not installed" in finding.what]  # fmt: skip
    assert ("torch is not installed" in told.what) == needed


def test_what_is_missing_or_too_old_is_named() -> None:
    numpy = metadata.version("numpy")
    assert wrong_versions(["numpy>=2", "numpy", f"numpy=={numpy}", "Flask>=1.0"]) == []
    assert wrong_versions(["numpy>=99.1", "no-such-thing>=1", "numpy==1.0"]) == [
        f"numpy {numpy} is older than 99.1",
        "no-such-thing is not installed",
        f"numpy {numpy} is installed, 1.0 is needed",
    ]


@pytest.mark.parametrize(
    ("installed", "required", "fits"),
    [("2.0", ">=2", True), ("2.10.1", ">=2.9", True), ("2.9", ">=2.10", False), ("3.0rc1", ">=3.0", True),
     ("1.2.3+cpu", ">=1.2.3", True), ("0.3.0", "==0.3", True), ("0.3.1", "==0.3.0", False)],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(
    monkeypatch: pytest.MonkeyPatch, installed: str, required: str, fits: bool
) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: installed)
    assert (wrong_versions([f"library{required}"]) == []) is fits


# --- disk -----------------------------------------------------------------------------------------


def test_a_full_disk_is_named_with_its_folder(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 10**8))
    complaints = wrong(settings)
    assert [finding.level for finding in complaints] == ["warning", "warning"]
    assert str(settings.cache) in complaints[0].what
    assert "NEWSARCHIVE_CACHE" in complaints[0].remedy
    assert "100 MB" in complaints[1].what


def test_a_cache_folder_that_does_not_exist_yet_is_no_fault(tmp_path: Path) -> None:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "not" / "yet")
    (finding,) = wrong(settings)
    assert "There is no archive in" in finding.what
    assert "newsarchive index" in finding.remedy
    assert not (tmp_path / "not").exists()


def test_a_broken_encode_cache_is_named(settings: Settings) -> None:
    (settings.cache / FILE_NAME).write_bytes(b"not a database" * 1_000)
    for leftover in settings.cache.glob(f"{FILE_NAME}-*"):
        leftover.unlink()
    (finding,) = wrong(settings)
    assert finding.level == "error"
    assert "delete it" in finding.remedy
    assert wrong(settings.model_copy(update={"encode_cache": False})) == []


# --- the model ------------------------------------------------------------------------------------


def test_a_model_that_is_not_there_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = invoke_with_model(settings, str(tmp_path / "empty"))
    assert done.exit_code == 3
    (finding,) = [finding for finding in json.loads(done.stdout) if finding["level"] == "error"]
    assert str(tmp_path / "empty") in finding["what"]


@pytest.mark.slow
def test_a_device_that_is_not_there_is_named(settings: Settings) -> None:
    Path(settings.archive).rename(settings.archive.with_name("other"))  # of the fake model
    done = invoke_with_model(settings, "", NEWSARCHIVE_DEVICE="bogus")
    assert done.exit_code == 3
    # The second is that there is no archive.
    finding, _ = [finding for finding in json.loads(done.stdout) if finding["level"] == "error"]
    assert "'bogus'" in finding["what"]
    assert "NEWSARCHIVE_DEVICE" in finding["remedy"]


def invoke_with_model(settings: Settings, model: str, **environment: str) -> Result:
    return CliRunner().invoke(
        main,
        ["--archive", str(settings.archive), "doctor", "--json"],
        env={
            "NEWSARCHIVE_MODEL": model,
            "NEWSARCHIVE_BACKEND": "auto",
            "NEWSARCHIVE_CACHE": str(settings.cache),
            **environment,
        },
    )


class _BrokenEncoder(FakeEncoder):
    def __init__(self, error: Exception) -> None:
        super().__init__(codes=True)
        self._error = error

    def warm_up(self) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ModelError("The model is gone.", remedy="Fetch it."), "Fetch it."),
        (RuntimeError("bad graph"), "Delete"),
    ],
)
def test_whatever_a_model_says_is_a_finding(settings: Settings, error: Exception, remedy: str) -> None:
    with Archive.open(settings, encoder=_BrokenEncoder(error)) as archive:
        (finding,) = [finding for finding in examine(archive) if finding.level != "ok"]
    assert finding.level == "error"
    assert str(error).split(" Fetch")[0].rstrip(".") in finding.what
    assert finding.remedy.startswith(remedy)


def test_a_cache_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = CliRunner().invoke(
        main,
        ["--archive", str(tmp_path / "none"), "doctor", "--json"],
        env={"NEWSARCHIVE_CACHE": str(tmp_path / "file" / "cache")},
    )
    assert done.exit_code == 3
    # The second is that there is no archive.
    finding, _ = [finding for finding in json.loads(done.stdout) if finding["level"] == "error"]
    assert "model cannot be prepared" in finding["what"]
    assert "NEWSARCHIVE_CACHE" in finding["remedy"]


# --- the archive ----------------------------------------------------------------------------------


def test_missing_views_are_named_and_mended(settings: Settings) -> None:
    shutil.rmtree(settings.archive / "views")
    (finding,) = wrong(settings)
    assert "views" in finding.what
    assert "--repair" in finding.remedy
    assert wrong(settings, repair=True) == []
    assert wrong(settings) == []


def test_words_that_are_behind_are_named_and_mended(settings: Settings) -> None:
    with Archive.open(settings, encoder=FakeEncoder(codes=True)) as archive:
        unfinished.begin(archive.engine)
    (finding,) = wrong(settings)
    assert "words" in finding.what
    assert "--repair" in finding.remedy
    assert wrong(settings, repair=True) == []
    assert wrong(settings) == []


def test_what_a_run_that_was_cut_off_has_left_undone_is_done(tmp_path: Path) -> None:
    settings = load_settings(archive=tmp_path / "archive", cache=tmp_path / "cache")
    encoder = WordlessEncoder()
    with Archive.open(settings, encoder=encoder) as archive:
        with pytest.raises(ModelError):
            archive.add(
                Article(id=str(number), title="Ships", text=f"Ship {number} came.", language="en")
                for number in range(LEAST)
            )
        # Killed a step earlier, it would have left no background, either.
        archive.engine.delete_records(BACKGROUND, list(dict(archive.engine.records(BACKGROUND))))
        encoder.broken = False
        with Archive.open(settings, encoder=encoder) as other:
            assert all(finding.level == "ok" for finding in examine(other, repair=True))
        assert archive.stats().words > 0
        assert dict(archive.engine.records(BACKGROUND))
        assert unfinished.articles_before(archive.engine) is None


def test_quarantine_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "x"}\n')
    with Archive.open(settings, encoder=FakeEncoder(codes=True)) as archive:
        archive.index([tmp_path / "bad.jsonl"])
    (finding,) = wrong(settings)
    assert (finding.level, finding.what) == ("warning", "1 record in quarantine.")


def test_an_archive_that_cannot_be_opened_is_a_finding_beside_the_machines(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file, not a folder")
    done = invoke("--archive", tmp_path / "archive", "doctor", "--json")
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    assert found[-1]["level"] == "error"
    assert "not a folder" in found[-1]["what"]
    assert any("Python" in finding["what"] for finding in found)


def test_another_model_is_named_with_the_command_that_mends_it(settings: Settings) -> None:
    done = invoke("--archive", settings.archive, "doctor")  # the fake encoder made it
    assert done.exit_code == 3
    assert "another model" in done.stdout
    assert "newsarchive rebuild" in done.stdout


def test_a_wrong_setting_is_the_error_of_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARCHIVE_THREADS", "many")
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "'threads'" in done.stderr
