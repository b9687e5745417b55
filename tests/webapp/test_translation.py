"""The translation beside the original: aligned, named as a machine's, harmless; by a real model made for the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.archive import Archive
from indexer.article import Article
from indexer.settings import Settings, load_settings
from tests.fakes import FakeEncoder
from tests.translation.handmade import write_argos
from tests.webapp.conftest import SCRIPT
from webapp import create_app

ARTICLES = [
    Article(
        id="ar",
        title="هدنة في ليبيا",
        text="روسيا تدعو إلى هدنة. هدنة في ليبيا!\n\nاتفق الطرفان على هدنة.",
        language="ar",
    ),
    Article(
        id="evil",
        title=f"هدنة {SCRIPT} \u202egpj.exe",
        text=f"هدنة {SCRIPT} <img src=x onerror=alert(1)> \u202egpj.exe",
        language="ar",
    ),
    Article(id="en", title="Truce", text="A truce in Libya.", language="en"),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("translation")
    write_argos(folder / "models" / "ar_en")
    made = load_settings(
        archive=folder / "archive",
        cache=folder / "cache",
        encode_cache=False,
        translation_models=folder / "models",
        translation_timeout=120,
    )
    with Archive.open(made, encoder=FakeEncoder()) as archive:
        archive.add(ARTICLES)
    return made


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive.open(settings, encoder=FakeEncoder()) as opened:
        yield opened


@pytest.fixture
def client(archive: Archive) -> FlaskClient:
    return create_app(archive).test_client()


def text_of(html: str) -> list[str]:
    """Return the sentences and translations in the order of the page."""
    aligned = (
        html.partition('<div class="text aligned"')[2]
        .partition('<p class="note">')[0]
        .partition("</article>")[0]
    )
    return [re.sub(r"<[^>]+>", "", piece) for piece in re.findall(r"<p[^>]*>(.*?)</p>", aligned)][2:]


def test_it_is_offered_where_a_model_knows_the_language(client: FlaskClient) -> None:
    html = client.get("/article?id=ar").text
    assert 'href="/article?id=ar&amp;translate=1" rel="nofollow">Translate into English</a>' in html
    assert "Translate into English" not in client.get("/article?id=en").text
    assert "aligned" not in client.get("/article?id=en&translate=1").text


def test_sentences_stand_beside_their_translations(client: FlaskClient) -> None:
    html = client.get("/article?id=ar&translate=1").text
    pairs = text_of(html)
    assert pairs[0::2] == ["روسيا تدعو إلى هدنة.", "هدنة في ليبيا!", "اتفق الطرفان على هدنة."]
    assert [translation.split()[0] for translation in pairs[1::2]] == ["Russia", "ceasefire", "agreed"]
    assert html.count('<div class="pair opens">') == 1  # the second paragraph
    assert '<p class="translated" lang="en" dir="ltr" translate="no">' in html
    assert '<p class="translated-title" lang="en" dir="ltr" translate="no">ceasefire in Libya</p>' in html


def test_it_is_named_as_a_machines(client: FlaskClient) -> None:
    html = client.get("/article?id=ar&translate=1").text
    assert "<b>Machine translation</b> by <bdi>Argos Translate ar → en 1.0</bdi>" in html
    assert "Nobody has checked it" in html
    assert 'href="/article?id=ar" rel="nofollow">Hide the translation</a>' in html
    assert "Machine translation" not in client.get("/article?id=ar").text


def test_matched_words_stay_marked(client: FlaskClient) -> None:
    html = client.get("/article", query_string={"id": "ar", "q": "هدنة", "translate": "1"}).text
    assert len(re.findall(r'<a class="hit" id="m\d"', html)) == 3
    assert '<b id="hit-number" aria-live="polite"></b>3 marked words' in html


def test_hostile_text_is_text_in_both(client: FlaskClient) -> None:
    html = client.get("/article?id=evil&translate=1").text
    assert html.count("&lt;script&gt;") > 4  # title, text, and their translations
    assert SCRIPT not in html
    assert "<img" not in html
    assert "\u202e" not in html


def test_what_is_missing_is_said_and_can_be_asked_for(settings: Settings) -> None:
    hurried = settings.model_copy(update={"translation_timeout": 1e-6, "cache": settings.cache / "other"})
    with Archive.open(hurried, encoder=FakeEncoder()) as archive:
        client = create_app(archive).test_client()
        html = client.get("/article?id=ar&translate=1").text
        assert "3 sentences are not translated yet." in html
        assert '<a href="/article?id=ar&amp;translate=1" rel="nofollow">Translate further</a>' in html
        assert text_of(html)[1::2] == ["…"] * 3


def test_the_end_of_a_long_text_is_said_to_be_missing(settings: Settings) -> None:
    short = settings.model_copy(update={"translation_characters": 40})
    with Archive.open(short, encoder=FakeEncoder()) as archive:
        html = create_app(archive).test_client().get("/article?id=ar&translate=1").text
    assert "longer than what is translated here" in html
    assert len(text_of(html)) == 4


def test_a_broken_model_does_not_keep_an_article_from_being_read(settings: Settings, tmp_path: Path) -> None:
    write_argos(tmp_path / "ar_en", words={"هدنة": "truce"})
    (tmp_path / "ar_en" / "model" / "model.bin").write_bytes(b"broken")
    for folder, said in ((tmp_path, "The translator does not work"), (tmp_path / "nowhere", "اتفق الطرفان")):
        broken = settings.model_copy(update={"translation_models": folder})
        with Archive.open(broken, encoder=FakeEncoder()) as archive:
            response = create_app(archive).test_client().get("/article?id=ar&translate=1")
        assert response.status_code == 200
        assert said in response.text
        assert "اتفق الطرفان" in response.text
        assert str(tmp_path) not in response.text
