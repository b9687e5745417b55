"""A real CTranslate2 model and real SentencePiece models, small enough to be made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.translation import ctranslate
from indexer.translation.base import Model
from indexer.translation.ctranslate import CTranslate2Translator
from tests.translation.handmade import write_argos, write_opus


@pytest.fixture(scope="module")
def translator(models: Path) -> CTranslate2Translator:
    return CTranslate2Translator(models, threads=1)


def model(translator: CTranslate2Translator, language: str) -> Model:
    found = translator.model_for(language)
    assert found is not None
    return found


def test_a_language_has_its_model(translator: CTranslate2Translator) -> None:
    assert model(translator, "ar-EG").source == "ar"
    assert model(translator, "fr").name == "opus-mt-fr-en"
    for language in ("en", "en-GB", "de", "", "und"):
        assert translator.model_for(language) is None


def test_an_argos_package_translates(translator: CTranslate2Translator) -> None:
    arabic = ["روسيا تدعو إلى هدنة في ليبيا", "", "هدنة في روسيا"]
    assert translator.translate(arabic, model(translator, "ar")) == [
        "Russia calls for ceasefire in Libya", "", "ceasefire in Russia",
    ]  # fmt: skip


@pytest.mark.parametrize("add_end", [False, True], ids=["from Transformers", "from OPUS-MT"])
def test_an_opus_model_translates_whoever_converted_it(tmp_path: Path, add_end: bool) -> None:
    write_opus(tmp_path / "ar-en", words={"هدنة": "truce", "ليبيا": "Libya"}, add_end=add_end)
    opus = CTranslate2Translator(tmp_path, threads=1)
    assert opus.translate(["هدنة ليبيا"], model(opus, "ar")) == ["truce Libya"]


def test_what_the_model_does_not_know_stays_as_it_is(translator: CTranslate2Translator) -> None:
    [said] = translator.translate(["هدنة <script>alert(1)</script> لافروف"], model(translator, "ar"))
    assert said == "ceasefire <script>alert(1)</script> لافروف"


def test_long_sentences_lose_nothing(translator: CTranslate2Translator) -> None:
    words = ["هدنة", "في", "ليبيا"] * 150
    [said] = translator.translate([" ".join(words)], model(translator, "ar"))
    assert said.split() == ["ceasefire", "in", "Libya"] * 150


def test_a_lone_surrogate_is_no_error(translator: CTranslate2Translator) -> None:
    assert "ceasefire" in translator.translate(["\ud800 هدنة"], model(translator, "ar"))[0]


def test_long_sentences_are_cut_at_pauses_then_words() -> None:
    longest = ctranslate.LONGEST
    pieces = [f"▁{number}" for number in range(longest + 50)]
    assert [len(chunk) for chunk in ctranslate._chunks(pieces)] == [longest, 50]
    pieces[150] += "،"
    assert [len(chunk) for chunk in ctranslate._chunks(pieces)] == [151, longest + 50 - 151]
    runaway = ["x"] * (2 * longest + 1)
    assert [len(chunk) for chunk in ctranslate._chunks(runaway)] == [longest, longest, 1]
    assert list(ctranslate._chunks([])) == []


def test_damaged_models_say_so(tmp_path: Path) -> None:
    for name, damaged in (("a", "model/model.bin"), ("b", "sentencepiece.model")):
        write_argos(tmp_path / name / "ar_en", words={"هدنة": "truce"})
        (tmp_path / name / "ar_en" / damaged).write_bytes(b"no model")
        broken = CTranslate2Translator(tmp_path / name)
        with pytest.raises(ModelError, match="cannot be loaded"):
            broken.translate(["هدنة"], model(broken, "ar"))
