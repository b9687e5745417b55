"""Known-item search: the query is the title of an article of this archive, so its story is what is wanted.

People paste headlines. An article says far more of its story than its headline does, so where an archive holds the
article, what is near to it by meaning is asked for as well (query by document): tellings in other languages, above all.
The article need not pass the filters.
"""

from __future__ import annotations

import numpy as np

from indexer.article import Article
from indexer.engines.base import (
    Engine,
    Field,
    Filters,
    FloatArray,
    Form,
    GatherRequest,
    LegResult,
    LexicalQuery,
    PhraseTerm,
    Union,
    VectorLeg,
)
from indexer.search.background import Background
from indexer.search.columns import head, joined, rescored, taken
from indexer.search.filters import apart
from indexer.search.querytree import Atom, ParsedQuery
from indexer.search.stopwords import function_words
from indexer.text import analyse, base_language

#: Filters that let every article pass.
EVERYTHING = Filters()
#: So many different words of a query must say something: two may be a name that is the whole of a title, too.
LEAST = 3
#: Longer texts are no titles.
MOST = 40
#: A title may have so many times the query's words: a name that occurs in a longer one is no title.
LONGEST = 1.25
#: A title that more articles have than this is the name of a column ("Weather on Monday"), and tells no story.
TITLES = 5
#: Articles that are compared with one. On a cluster their vectors are what takes the time.
CANDIDATES = 100
#: From this cosine of centred first passages on, two articles may tell one story.
NEAR = 0.3
#: So many candidates are the neighbourhood of one (as in the paper, see `uncrowded`).
CROWD = 10
#: From this cosine on two first passages are the same; the score of all others stays below.
EQUAL = 0.9999
_UNEQUAL = 0.999


def title_asked(parsed: ParsedQuery, language: str) -> LexicalQuery | None:
    """Return what finds articles whose titles hold the query's words side by side; None for what can be no title.

    Whoever writes conditions or alternatives (quotes, +, -, OR, brackets) has no title in mind.
    """
    if parsed.is_hard or not all(isinstance(clause.node, Atom) for clause in parsed.clauses):
        return None
    words = _words(parsed.free_text, language)
    if len(words) > MOST or len(set(words) - function_words(language)) < LEAST:
        return None
    return LexicalQuery(must=(PhraseTerm(tuple(words), Form.EXACT, Field.TITLE),))


def known_item(
    engine: Engine, found: LegResult, parsed: ParsedQuery, language: str, *, timeout: float | None = None
) -> Article | None:
    """Return the article that the query is the title of, or nearly the whole of it: one in its language, if there is.

    `found` is what `title_asked` has found: the first of them have the shortest titles.
    """
    if not found.ids:
        return None
    longest = LONGEST * len(_words(parsed.free_text, language))
    read = engine.gather(GatherRequest(Union(ids=()), tuple(found.ids)), timeout=timeout).articles
    titled = [
        read[article_id]
        for article_id in found.ids
        if article_id in read and len(_words(read[article_id].title, read[article_id].language)) <= longest
    ]
    own = [article for article in titled if base_language(article.language) == base_language(language)]
    chosen = own or titled
    return chosen[0] if 0 < len(chosen) <= TITLES else None


def near_known_item(
    engine: Engine,
    article: Article,
    background: Background,
    filters: Filters,
    *,
    timeout: float | None = None,
) -> LegResult | None:
    """Return the articles that may tell the story of one, nearest first; None where none does but itself.

    Nor can it be told where too little is known of the article's language (see `indexer.search.background`).
    """
    if article.language not in background.languages:
        return None
    near = near_article(engine, article, background, filters=filters, least=NEAR, timeout=timeout)
    return near if near is not None and set(near.ids) - {article.id} else None


def near_article(
    engine: Engine,
    article: Article,
    background: Background,
    *,
    size: int = CANDIDATES,
    filters: Filters = EVERYTHING,
    least: float = -1.0,
    timeout: float | None = None,
) -> LegResult | None:
    """Return the `size` articles nearest to one, itself among them; None where it has no vectors.

    *least* is from where on an article counts as near.

    First passages are compared, which say what news is about. Candidates come from the article's own language and
    from all others apart, as raw cosines favour its own; their order is that of the cosines after centring by
    language, so that what tells the same story in another language comes before what is only written in the same one,
    and without what is owed to a topic that many of them are on (see `uncrowded`). The scores are those, in [0, 1],
    and 1 for what opens with the same passage; *least* is a cosine all the same.
    """
    vectors = engine.vectors([article.id], lead=True, timeout=timeout)
    if article.id not in vectors:
        return None
    first = vectors[article.id]
    parts = apart(filters, article.language, background.languages)
    legs = engine.match([VectorLeg(first[0], part, size, lead=True) for part in parts], timeout=timeout)
    leg = joined(legs)
    vectors |= engine.vectors(leg.ids, lead=True, timeout=timeout)
    # What was deleted since the legs ran has no vector, and is left out.
    leg = taken(leg, [place for place, other in enumerate(leg.ids) if other in vectors])
    languages = leg.languages or [""] * len(leg.ids)
    if not leg.ids:
        return leg
    asked = background.centred(first, article.language)[0]
    centred = np.concatenate([vectors[other] for other in leg.ids])
    for language in set(languages):
        rows = [place for place, its in enumerate(languages) if its == language]
        centred[rows] = background.centred(centred[rows], language)
    # A sum along rows gives equal vectors equal cosines, to the last bit; a matrix product does not.
    cosines = np.einsum("ij,j->i", centred, asked)
    scores = np.clip(uncrowded(cosines, centred), 0.0, _UNEQUAL)
    scores[cosines >= EQUAL] = 1.0  # the article itself and its copies, however many these are
    near = np.flatnonzero(cosines >= least)
    return head(rescored(taken(leg, near.tolist()), scores[near]), size)


def uncrowded(cosines: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the cosines, (n,), of an article with candidates, of *vectors* (n, dim), less for what is near to many.

    Some articles are near to all of a topic. What counts is how much nearer one is to this article than to the
    candidates that are nearest to it: cross-domain similarity local scaling (Conneau et al., "Word Translation Without
    Parallel Data", ICLR 2018), with the candidates for the neighbourhood. What is taken off is put back on the mean.
    """
    among = vectors @ vectors.T
    np.fill_diagonal(among, -1.0)
    near = min(CROWD, len(vectors) - 1)
    if near < 1:
        return cosines
    crowding = np.sort(np.partition(among, -near, axis=1)[:, -near:], axis=1).mean(axis=1)
    # Rounded, so that equal vectors get equal scores whatever their places are.
    scaled: FloatArray = np.round(cosines - (crowding - crowding.mean()) / 2, 5)
    return scaled


def _words(text: str, language: str) -> list[str]:
    return [token.exact for token in analyse(text, language)]
