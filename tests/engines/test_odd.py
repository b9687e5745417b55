"""Hostile and odd input: ids, texts and queries that break careless stores."""

from __future__ import annotations

import threading

import pytest

from indexer.article import MAX_ID_LENGTH
from indexer.engines.base import (
    Engine,
    Field,
    Filters,
    Form,
    GatherRequest,
    LexicalLeg,
    LexicalQuery,
    PhraseTerm,
    Sort,
    Term,
    Union,
    VectorLeg,
)
from indexer.errors import EngineTimeout
from indexer.text import analyse
from tests.engines.builders import article, entries, stored, vector

ODD_IDS = (
    "https://example.org/a b?x=1&y=%2F#z",
    "../../etc/passwd",
    "back\\slash",
    "'single' \"double\"",
    "line\nbreak\r\ttab",
    " spaces ",
    "_id",
    "*",
    "a,b",
    "{\"id\": 1}",
    "<b>",
    "-",
    "معرف/المقال",
    "e\u0301",  # é in two characters: not the id after it
    "é",
    "UPPER",
    "upper",
    "🕊\u200f",
    "\x00nul\x1f",
    "x" * MAX_ID_LENGTH,
    "ش" * MAX_ID_LENGTH,
    "🕊" * MAX_ID_LENGTH,
)  # fmt: skip
SURROGATE = "broken\udce9"


def lexical(*tokens: str, **changes: object) -> LexicalLeg:
    return LexicalLeg(LexicalQuery(should=tuple(Term(token) for token in tokens)), **changes)  # type: ignore[arg-type]


def test_ids_are_whatever_they_are(engine: Engine) -> None:
    ids = sorted(ODD_IDS)
    made = [stored(article(id_, f"common n{place}"), [vector(place)]) for place, id_ in enumerate(ids)]
    engine.write(made)
    engine.refresh()
    (found, near) = engine.match([lexical("common"), VectorLeg(vector(3), size=1)])
    assert found.ids == ids
    assert near.ids == [ids[3]]
    assert [item.id for item in engine.scan(batch=2)] == ids
    assert engine.browse(Union(ids=tuple(ids)), sort=Sort.RELEVANCE, size=100) == (ids, len(ids))
    assert engine.hashes(ids) == {one.article.id: one.content_hash for one in made}
    assert engine.articles(ids) == {one.article.id: one.article for one in made}
    gathered = engine.gather(GatherRequest(Union(ids=tuple(ids)), tuple(ids), passages_of=tuple(ids)))
    assert gathered.total == len(gathered.articles) == len(gathered.passages) == len(ids)
    for place, id_ in enumerate(ids):
        assert len(engine.passages(id_)) == 1
        engine.write([stored(article(id_, f"again n{place}"))])
    engine.refresh()
    assert engine.stats().articles == len(ids)
    assert engine.delete(ids) == len(ids)
    engine.refresh()
    assert engine.stats().articles == 0


def test_what_no_article_can_hold_is_not_found(engine: Engine) -> None:
    """Lone surrogates come from broken addresses and queries; no article has any."""
    engine.write([stored(article("a", "broken text", source="BBC"), [vector(1)])])
    engine.refresh()
    assert engine.hashes([SURROGATE, "a"]).keys() == {"a"}
    assert engine.articles([SURROGATE, "a"]).keys() == {"a"}
    assert engine.passages(SURROGATE) == ()
    assert engine.delete([SURROGATE]) == 0
    filters = Filters(include={"source": frozenset({SURROGATE})})
    excluding = Filters(exclude={"source": frozenset({SURROGATE})})
    phrase = PhraseTerm((SURROGATE, "text"))
    results = engine.match(
        [
            lexical(SURROGATE),
            LexicalLeg(LexicalQuery(should=(phrase,))),
            lexical("broken", filters=filters),
            VectorLeg(vector(1), filters),
            lexical("broken", filters=excluding),
            VectorLeg(vector(1), excluding),
        ]
    )
    assert [result.ids for result in results] == [[], [], [], [], ["a"], ["a"]]
    gathered = engine.gather(
        GatherRequest(Union(ids=(SURROGATE, "a")), (SURROGATE, "a"), passages_of=(SURROGATE,))
    )
    assert (gathered.total, set(gathered.articles), gathered.passages) == (1, {"a"}, {})
    assert engine.browse(Union(ids=(SURROGATE,)), sort=Sort.NEWEST, size=5) == ([], 0)
    assert list(engine.scan(Union(filters=filters))) == []


@pytest.mark.parametrize(
    "token", ["", " ", "two words", "a*", '+-&|!(){}[]^"~?:\\/', "\x00", "🕊", "_", "AND"]
)
def test_tokens_are_no_syntax(engine: Engine, token: str) -> None:
    engine.write([stored(article("a", "two words AND ab"))])
    engine.refresh()
    legs = [
        LexicalLeg(LexicalQuery(should=(Term(token, Form.EXACT),))),
        LexicalLeg(LexicalQuery(should=(PhraseTerm((token,)),))),
        LexicalLeg(LexicalQuery(should=(PhraseTerm((token, "words")),))),
        LexicalLeg(LexicalQuery(must=(Term("words", Form.EXACT),), must_not=(Term(token, Form.EXACT),))),
    ]
    assert [result.ids for result in engine.match(legs)] == [[], [], [], ["a"]]


def test_a_text_of_200000_characters_is_found_by_its_last_sentence(engine: Engine) -> None:
    last = "انتهى الاجتماع الطارئ بتوقيع الاتفاق النهائي في طرابلس"
    text = "قال المتحدث إن الحكومة تدرس الطلب المقدم من الوزارة. " * 3_800 + last
    assert len(text) > 200_000
    vectors = [vector(number) for number in range(300)]
    engine.write([stored(article("long", text, language="ar"), vectors), *entries(range(3))])
    engine.refresh()
    tokens = tuple(token.exact for token in analyse(last, "ar"))
    phrase = PhraseTerm(tokens, Form.EXACT, Field.BODY)
    found, near = engine.match([LexicalLeg(LexicalQuery(must=(phrase,))), VectorLeg(vectors[-1], size=1)])
    assert found.ids == near.ids == ["long"]
    assert near.passages.tolist() == [299]
    assert engine.articles(["long"])["long"].text == text
    assert len(engine.passages("long")) == 300


def test_a_word_of_100000_letters_is_stored_and_found(engine: Engine) -> None:
    text = f"before {'ب' * 100_000} after"
    engine.write([stored(article("a", text)), stored(article("b", "before after"))])
    engine.refresh()
    before, long, after = (token.exact for token in analyse(text, "en"))
    found, phrase = engine.match(
        [
            LexicalLeg(LexicalQuery(should=(Term(long, Form.EXACT),))),
            LexicalLeg(LexicalQuery(should=(PhraseTerm((before, long, after)),))),
        ]
    )
    assert found.ids == phrase.ids == ["a"]


def test_a_query_of_10000_terms_is_answered(engine: Engine) -> None:
    engine.write([*entries(range(5)), stored(article("last", "w9999"))])
    engine.refresh()
    query = LexicalQuery(should=tuple(Term(f"w{number}", Form.EXACT) for number in range(10_000)))
    found, near = engine.match(
        [LexicalLeg(query), VectorLeg(vector(1), only=LexicalQuery(must_not=query.should))]
    )
    assert found.ids == ["last"]
    assert len(near.ids) == 5
    assert engine.gather(GatherRequest(Union(query, ("article-00001",)))).total == 2


def test_a_union_of_20000_ids_is_counted(engine: Engine) -> None:
    engine.write(entries(range(5)))
    engine.refresh()
    ids = tuple(f"article-{number:05}" for number in range(20_000))
    assert engine.gather(GatherRequest(Union(ids=ids))).total == 5
    assert engine.browse(Union(ids=ids), sort=Sort.NEWEST, size=2) == (["article-00004", "article-00003"], 5)


def test_a_search_that_takes_too_long_is_a_timeout(engine: Engine) -> None:
    engine.write(entries(range(50)))
    engine.refresh()
    with pytest.raises(EngineTimeout):
        engine.match([lexical("common"), VectorLeg(vector(1))], timeout=1e-6)
    with pytest.raises(EngineTimeout):
        engine.gather(GatherRequest(Union()), timeout=1e-6)
    with pytest.raises(EngineTimeout):
        engine.browse(Union(), sort=Sort.NEWEST, size=10, timeout=1e-6)
    (result,) = engine.match([lexical("common")], timeout=60.0)
    assert result.total == 50
    assert engine.gather(GatherRequest(Union()), timeout=60.0).total == 50


def test_many_threads_may_read_while_one_writes(engine: Engine) -> None:
    engine.write(entries(range(40)))
    engine.refresh()
    wrong: list[object] = []
    stop = threading.Event()

    def read(seed: int) -> None:
        try:
            while not stop.is_set():
                found, near = engine.match([lexical("common"), VectorLeg(vector(seed), size=20)])
                gathered = engine.gather(
                    GatherRequest(Union(ids=tuple(near.ids)), tuple(near.ids), {"source": 5})
                )
                if (
                    found.total < 40
                    or len(near.ids) != 20
                    or gathered.total != 20
                    or len(gathered.articles) != 20
                ):
                    wrong.append((found.total, near.ids, gathered))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for step in range(8):
        engine.write(entries(range(step * 10, step * 10 + 10), version=step))
        engine.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]
