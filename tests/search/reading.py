"""Articles of one passage, with the real encoder's codes, and what tells their words."""

from __future__ import annotations

from indexer.article import Article, Passage
from indexer.engines.base import StoredPassage
from indexer.models.base import PassageText
from indexer.models.onnx_encoder import OnnxEncoder
from indexer.search.dictionary import Dictionary
from indexer.search.glosses import Glossary, WordsOfArticle
from indexer.search.wordforword import WordForWord


def word_for_word(encoder: OnnxEncoder, title: str, text: str, *, guess: bool = True) -> WordForWord:
    article = Article(id="a", title=title, text=text, language="ar")
    (encoded,) = encoder.encode_passages([PassageText(title, text, "ar")])
    stored = StoredPassage(Passage(0, 0, len(text), "ar"), encoded.codes)
    assert encoder.coder is not None
    words = WordsOfArticle(article, [stored], encoder.coder.bytes_per_word)
    return WordForWord(Glossary(Dictionary(), encoder.coder.meanings), words, guess=guess)
