"""Judged queries made from articles themselves, where their relations say what is relevant.

- `translated_titles`: the same story in several languages: its title in one is a query, its texts in the
  others are the answers.
- `changed_titles`: an article's own title with one word replaced: a check that searching in the articles'
  own language finds what it should.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from indexer.article import Article
from indexer.evaluate.datasets import Query

#: The field, kept in `Article.extra`, that is equal in all translations of a story.
STORY = "story"
SEED = 20180218
_FEWEST_WORDS = 5

Judged = tuple[list[Query], dict[str, dict[str, int]]]


def translated_titles(
    articles: Iterable[Article], *, asked_in: str = "en", answered_in: Collection[str] = ()
) -> Judged:
    """Return titles in one language; relevant are the story's articles in others (all, if none are named).

    The article whose title is asked counts only where its language is among those named, or all are.
    """
    stories: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if story := article.extra.get(STORY):
            stories[story].append(article)
    queries: list[Query] = []
    qrels: dict[str, dict[str, int]] = {}
    for story in sorted(stories):
        translations = sorted(stories[story], key=lambda article: article.id)
        answers = {
            article.id: 1 for article in translations if not answered_in or article.language in answered_in
        }
        for article in translations:
            if article.language == asked_in and answers:
                query = Query(f"q-{''.join(article.id.split())}", " ".join(article.title.split()))
                queries.append(query)
                qrels[query.id] = answers
    return queries, qrels


def changed_titles(
    articles: Iterable[Article], *, language: str = "ar", count: int = 1_000, seed: int = SEED
) -> Judged:
    """Return titles with one word replaced by a word of another title, each with its article as the answer.

    Titles that several articles share, or that are shorter than five words, have no clear answer and are left
    out. The choice depends on the articles and the seed alone.
    """
    candidates = sorted(
        (article for article in articles if article.language == language and not article.title_made),
        key=lambda article: article.id,
    )
    titles = Counter(" ".join(article.title.split()) for article in candidates)
    chosen = [
        article
        for article in candidates
        if titles[" ".join(article.title.split())] == 1 and len(article.title.split()) >= _FEWEST_WORDS
    ]
    vocabulary = sorted({word for article in chosen for word in article.title.split()})
    generator = random.Random(seed)
    queries: list[Query] = []
    qrels: dict[str, dict[str, int]] = {}
    for article in generator.sample(chosen, min(count, len(chosen))):
        query = Query(
            f"q-{''.join(article.id.split())}", _with_one_word_changed(article, vocabulary, generator)
        )
        queries.append(query)
        qrels[query.id] = {article.id: 1}
    return queries, qrels


def _with_one_word_changed(article: Article, vocabulary: Sequence[str], generator: random.Random) -> str:
    words = article.title.split()
    place = generator.randrange(len(words))
    others = [word for word in generator.sample(vocabulary, min(3, len(vocabulary))) if word != words[place]]
    words[place] = others[0] if others else ""
    return " ".join(filter(None, words))
