"""The bundled encoder: its promises, and that its quick graphs agree with float32."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.models import onnx_encoder as module
from indexer.models.base import PassageText
from indexer.models.load import load_encoder
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.models.onnx_graph import Precision
from indexer.models.words import word_spans
from indexer.settings import load_settings

PASSAGES = [
    PassageText(
        "", "قال مصدر في وزارة الخارجية الروسية إن موسكو تتخذ خطوات لوقف إطلاق النار في ليبيا.", "ar"
    ),
    PassageText("أسعار النفط", "ارتفعت أسعار النفط يوم الثلاثاء بعد اجتماع أوبك في فيينا.", "ar"),
    PassageText("", "The football World Cup begins in Moscow.", "en"),
    PassageText("", "x", "en"),
]


def test_vectors_are_unit_and_English_finds_Arabic(onnx_encoder: OnnxEncoder) -> None:
    passages = np.stack([encoding.vector for encoding in onnx_encoder.encode_passages(PASSAGES)])
    query = onnx_encoder.encode_query("Russia calls for a ceasefire in Libya").vector
    np.testing.assert_allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    assert query.dtype == np.float32
    assert (passages @ query).argmax() == 0


@pytest.mark.parametrize(("precision", "bound"), [(Precision.Q4, 0.9998), (Precision.INT8, 0.998)])
@pytest.mark.slow
def test_quick_graphs_agree_with_float32(
    onnx_encoder: OnnxEncoder, precision: Precision, bound: float, float32_vectors: np.ndarray
) -> None:
    if precision is Precision.INT8 and not module.cpu_multiplies_int8():
        pytest.skip("the int8 graph is not used on this CPU")
    inputs = [module.PASSAGE_PREFIX + passage.input() for passage in PASSAGES]
    vectors = onnx_encoder._forward(inputs, precision)[1]
    assert (vectors * float32_vectors).sum(axis=1).min() >= bound


@pytest.mark.slow
def test_bfloat16_agrees_with_float32(float32_vectors: np.ndarray) -> None:
    from indexer.models.sentence_encoder import SentenceEncoder

    settings = load_settings(backend="sentence-transformers", device="cpu")
    encoder = SentenceEncoder.from_settings(settings, settings.cache / "models", dtype="bfloat16")
    vectors = np.stack([encoding.vector for encoding in encoder.encode_passages(PASSAGES)])
    assert (vectors * float32_vectors).sum(axis=1).min() >= 0.9998


@pytest.fixture(scope="module")
def float32_vectors() -> np.ndarray:
    from indexer.models.sentence_encoder import SentenceEncoder

    settings = load_settings(backend="sentence-transformers", device="cpu")
    encoder = SentenceEncoder.from_settings(settings, settings.cache / "models", dtype="float32")
    return np.stack([encoding.vector for encoding in encoder.encode_passages(PASSAGES)])


def test_a_vector_does_not_depend_on_its_batch(onnx_encoder: OnnxEncoder) -> None:
    together = onnx_encoder.encode_passages(PASSAGES)
    alone = [onnx_encoder.encode_passages([passage])[0] for passage in PASSAGES]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-4)


def test_codes_have_one_word_each(onnx_encoder: OnnxEncoder) -> None:
    for passage, encoding in zip(PASSAGES, onnx_encoder.encode_passages(PASSAGES), strict=True):
        assert encoding.codes is not None
        assert len(encoding.codes) == 48 * len(word_spans(passage.input()))


def test_query_words_align_across_languages(onnx_encoder: OnnxEncoder) -> None:
    query = onnx_encoder.encode_query("ceasefire in Libya", words=True)
    assert query.words is not None
    assert query.spans == ((0, 9), (10, 12), (13, 18))
    (encoding,) = onnx_encoder.encode_passages(PASSAGES[:1])
    coder = onnx_encoder.coder
    assert coder is not None
    assert encoding.codes is not None
    similarities = coder.similarities(coder.rotate_query(query.words), encoding.codes)
    text = PASSAGES[0].input()
    start, end = word_spans(text)[similarities[2].argmax()]
    assert text[start:end] == "ليبيا."


def test_long_and_empty_texts(onnx_encoder: OnnxEncoder) -> None:
    long = PassageText("", "كلمة " * 5_000, "ar")
    encodings = onnx_encoder.encode_passages([long, PassageText("", "")])
    assert encodings[0].tokens == 512
    assert encodings[1].codes == b""
    assert np.isfinite(encodings[1].vector).all()
    assert onnx_encoder.encode_passages([]) == []
    assert onnx_encoder.encode_words([]).shape == (0, 384)


def test_a_text_that_is_cut_ends_as_others_do(onnx_encoder: OnnxEncoder) -> None:
    """A piece a word, after those of the prefix: the model is told that the text ends behind the last that it takes."""
    (most,) = onnx_encoder.count_tokens(["passage: " + "كلمة " * 508])
    assert most == 512 - 2  # and the two signs around it
    whole, longer = onnx_encoder.encode_passages([PassageText("", "كلمة " * count) for count in (508, 900)])
    assert (whole.tokens, longer.tokens) == (512, 512)
    assert whole.vector == pytest.approx(longer.vector, abs=1e-6)


def test_token_starts_count_pieces(onnx_encoder: OnnxEncoder) -> None:
    text = PASSAGES[0].text
    starts = onnx_encoder.token_starts(text)
    assert len(starts) == onnx_encoder.count_tokens([text])[0]
    assert (np.diff(starts) >= 0).all()
    assert starts[0] == 0


def test_preparing_twice_at_once_and_over_a_broken_folder(tmp_path: Path) -> None:
    broken = tmp_path / f"{module.NAME}-{module.weights.PACKED_SHA256[:8]}-{module.GRAPH_LAYOUT}"
    broken.mkdir()
    (broken / "stamp.json").write_text("{")
    threads = [threading.Thread(target=module.prepare, args=(tmp_path,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folder = module.prepare(tmp_path)
    assert json.loads((folder / "stamp.json").read_text()) == module._STAMP
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize("device", ["cuda", "mps", "bogus"])
def test_a_device_that_onnx_does_not_run_on_is_refused(device: str) -> None:
    with pytest.raises(ModelError, match=f"not on the device '{device}'") as raised:
        load_encoder(load_settings(backend="onnx", device=device))
    assert "NEWSARCHIVE_BACKEND=sentence-transformers" in raised.value.remedy


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_the_processor_may_be_named(device: str) -> None:
    assert type(load_encoder(load_settings(backend="onnx", device=device))) is OnnxEncoder
