"""Models are found as Argos and CTranslate2's converters leave them; what is none is named with the reason."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from indexer.doctor import examine_machine
from indexer.errors import SettingsError
from indexer.settings import load_settings
from indexer.translation.ctranslate import CTranslate2Translator
from indexer.translation.folders import find_models


def package(folder: Path, files: tuple[str, ...], **metadata: str) -> Path:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    if metadata:
        (folder / "metadata.json").write_bytes(orjson.dumps(metadata))
    return folder


ARGOS = ("model/model.bin", "sentencepiece.model")
OPUS = ("model.bin", "source.spm", "target.spm")


def test_both_layouts_are_found(models: Path) -> None:
    found, unusable = find_models(models)
    assert [(item.model.name, item.model.source) for item in found] == [
        ("Argos Translate ar → en 1.0", "ar"),
        ("opus-mt-fr-en", "fr"),
    ]
    assert [item.adds_end for item in found] == [False, True]
    assert not unusable


def test_a_folder_may_itself_be_a_model(models: Path) -> None:
    assert [item.model.source for item in find_models(models / "ar_en")[0]] == ["ar"]
    assert [item.model.source for item in find_models(models / "opus-mt-fr-en")[0]] == ["fr"]


@pytest.mark.parametrize(
    ("name", "source"),
    [("opus-mt-ar-en", "ar"), ("opus-mt-tc-big-ar-en", "ar"), ("ar_en", "ar"), ("opus-mt-mul-en", "mul")],
)
def test_the_name_tells_the_language(tmp_path: Path, name: str, source: str) -> None:
    package(tmp_path / name, OPUS)
    assert find_models(tmp_path)[0][0].model.source == source


@pytest.mark.parametrize(
    ("files", "metadata", "reason"),
    [
        (OPUS, {}, "does not end in a language"),
        (OPUS[:2], {}, "target.spm is missing"),
        (ARGOS[:1], {"from_code": "ar", "to_code": "en"}, "no sentencepiece.model"),
        (("model/config.json", ARGOS[1]), {"from_code": "ar", "to_code": "en"}, "no model.bin"),
        (ARGOS, {"to_code": "en"}, "names no from_code"),
    ],
)
def test_what_cannot_be_used_has_a_reason(
    tmp_path: Path, files: tuple[str, ...], metadata: dict[str, str], reason: str
) -> None:
    package(tmp_path / "something", files, **metadata)
    found, [unusable] = find_models(tmp_path)
    assert not found
    assert reason in unusable.reason
    with pytest.raises(SettingsError, match="holds no translation model"):
        CTranslate2Translator(tmp_path)


def test_a_packed_package_and_broken_metadata_are_named(tmp_path: Path) -> None:
    (tmp_path / "translate-ar_en-1_0.argosmodel").write_bytes(b"PK")
    package(tmp_path / "broken", ARGOS)
    (tmp_path / "broken" / "metadata.json").write_text("[1, 2")
    assert {item.path.name for item in find_models(tmp_path)[1]} == {
        "translate-ar_en-1_0.argosmodel",
        "broken",
    }


def test_other_directions_and_other_folders_are_passed_over(tmp_path: Path) -> None:
    package(tmp_path / "en_ar", ARGOS, from_code="en", to_code="ar")
    package(tmp_path / "pictures", ("cat.png",))
    assert find_models(tmp_path) == ([], [])
    assert find_models(tmp_path / "nowhere")[1][0].reason == "there is no such folder"


def test_another_model_has_another_fingerprint(models: Path, tmp_path: Path) -> None:
    package(tmp_path / "ar_en", ARGOS, from_code="ar", to_code="en")
    first = find_models(models)[0][0].model.fingerprint
    assert find_models(tmp_path)[0][0].model.fingerprint != first
    assert find_models(models)[0][0].model.fingerprint == first


def test_doctor_tells_what_translates(models: Path, tmp_path: Path) -> None:
    def said(folder: Path) -> list[tuple[str, str]]:
        findings = examine_machine(load_settings(translation_models=folder, cache=tmp_path))
        return [(finding.level, finding.what) for finding in findings if "translat" in finding.what]

    assert said(models) == [("ok", "Articles are translated by Argos Translate ar → en 1.0, opus-mt-fr-en.")]
    assert [level for level, _ in said(tmp_path / "nowhere")] == ["warning", "error"]
