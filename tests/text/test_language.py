"""Languages: found alike every time, on short own sentences and on the judged articles."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from langdetect import DetectorFactory  # type: ignore[import-untyped]

from indexer.text import detect_language, direction, load_detector, script_of
from indexer.text.language import _factory

from .strategies import texts

SENTENCES = [
    ("ar", "أعلنت الحكومة أمس أنها ستبدأ محادثات جديدة مع المعارضة"),
    ("fa", "دولت دیروز اعلام کرد که گفتگوهای تازه‌ای را با مخالفان آغاز می‌کند"),
    ("ur", "حکومت نے کل اعلان کیا کہ وہ حزب اختلاف کے ساتھ نئی بات چیت شروع کرے گی"),
    ("he", "הממשלה הודיעה אתמול כי תפתח בשיחות חדשות עם האופוזיציה"),
    ("en", "The government announced yesterday that it would start new talks with the opposition"),
    ("fr", "Le gouvernement a annoncé hier qu'il allait entamer de nouvelles discussions avec l'opposition"),
    ("de", "Die Regierung kündigte gestern an, neue Gespräche mit der Opposition aufzunehmen"),
    ("es", "El gobierno anunció ayer que iniciará nuevas conversaciones con la oposición"),
    ("tr", "Hükümet dün muhalefetle yeni görüşmelere başlayacağını açıkladı"),
    ("ru", "Правительство объявило вчера о начале новых переговоров с оппозицией"),
    ("hi", "सरकार ने कल घोषणा की कि वह विपक्ष के साथ नई बातचीत शुरू करेगी"),
    ("zh-cn", "政府昨天宣布将与反对派开始新的会谈"),
    ("zh-tw", "政府昨天宣布將與反對派開始新的會談"),
    ("ja", "政府は昨日、野党と新たな協議を始めると発表した"),
    ("ko", "정부는 어제 야당과 새로운 회담을 시작하겠다고 발표했다"),
    ("el", "Η κυβέρνηση ανακοίνωσε χθες νέες συνομιλίες με την αντιπολίτευση"),
    ("th", "รัฐบาลประกาศเมื่อวานนี้ว่าจะเริ่มการเจรจาใหม่กับฝ่ายค้าน"),
]


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_sentences_of_many_languages(language: str, text: str) -> None:
    found, confidence = detect_language(text)
    assert found == language
    assert confidence > 0.7


@pytest.mark.parametrize("text", ["", "   ", "123 456", "!?…", "😀😀", "\ud800", "OK", "x"])
def test_too_little_to_tell(text: str) -> None:
    assert detect_language(text) == ("und", 0.0)


def test_foreign_names_and_marks_do_not_mislead() -> None:
    assert detect_language("قالت شركة Apple إن هاتف iPhone الجديد سيطرح في الأسواق")[0] == "ar"
    assert detect_language("أَعْلَنَتِ الحُكُومَةُ أَمْسِ أَنَّهَا سَتَبْدَأُ مُحَادَثَات")[0] == "ar"
    assert detect_language("The slogan الشعب يريد was heard again in the streets of the capital")[0] == "en"


def test_a_mixed_text_is_less_sure_than_a_pure_one() -> None:
    pure = "The government announced yesterday that it would start new talks"
    mixed = pure + " أعلنت الحكومة أمس أنها ستبدأ محادثات"
    assert detect_language(mixed)[1] < detect_language(pure)[1]


def test_answers_do_not_depend_on_the_process() -> None:
    text = "Den danske regering og den norske statsministeren talte om saken i går"
    command = (
        "import sys; from indexer.text import detect_language; "
        "detect_language('warm it with another sentence' * int(sys.argv[1])); "
        "print(detect_language(sys.argv[2]))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", command, times, text], capture_output=True, text=True, check=True
        ).stdout
        for times in ("0", "1", "3")
    }
    assert len(answers) == 1


def test_judged_articles(shared_data: Path) -> None:
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    load_detector()
    started = time.process_time()
    with gzip.open(shared_data / "ntrex" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            seen[article["language"]] += 1
            right[article["language"]] += detect_language(article["text"])[0] == article["language"]
    seconds = time.process_time() - started
    assert len(seen) == 12
    for language, count in seen.items():
        assert right[language] >= 0.98 * count, language
    assert seconds / seen.total() < 0.005


def test_profiles_are_read_once_by_threads_that_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def slow(_: DetectorFactory, folder: str) -> None:
        read.append(folder)
        time.sleep(0.1)

    _factory.cache_clear()
    with monkeypatch.context() as replaced, ThreadPoolExecutor(4) as threads:
        replaced.setattr(DetectorFactory, "load_profile", slow)
        for loaded in [threads.submit(load_detector) for _ in range(4)]:
            loaded.result()
    _factory.cache_clear()
    assert len(read) == 1


@settings(max_examples=150, deadline=None)
@given(texts)
def test_any_string_has_an_answer(text: str) -> None:
    language, confidence = detect_language(text)
    assert language == language.lower()
    assert 0.0 <= confidence <= 1.0
    assert (language == "und") == (confidence == 0.0)


def test_directions() -> None:
    assert [direction(code) for code in ("ar", "fa-IR", "ur", "he", "en", "zh-cn", "und", "")] == (
        ["rtl"] * 4 + ["ltr"] * 4
    )


def test_scripts() -> None:
    assert script_of("قال Trump إنه سيعود") == "Arab"
    assert script_of("Trump said نعم") == "Latn"
    assert script_of("習近平") == "Hani"
    assert script_of("2018 😀") == "Zyyy"
