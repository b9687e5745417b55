"""Explanations: why an article is where it is, in figures and in plain English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer.search.page import Explanation, LegScore, WordPair
from indexer.search.sources import ALIGNED, SAME
from indexer.wording import Text, ordinal, say, say_n, sentence

KEYWORDS = "keywords"
MEANING = "meaning"
LEAD = "lead"
KNOWN_ITEM = "known item"
LATE = "late"
TITLE = "title"

_EXAMPLES = 4
#: So many words that a result does not meet are named.
_MISSED = 2
#: Behind this rank the place among the nearest says little beside the words that are met.
_NEAR = 20
#: What the article with this title scores, and what opens as it does (`indexer.search.knownitem.near_article`).
_SAME = 1.0


def explain(
    met: Sequence[str],
    unmet: Sequence[str],
    words: int,
    legs: Sequence[LegScore],
    pairs: tuple[WordPair, ...] = (),
) -> Explanation:
    """Return the explanation of a result that meets `met` of the query's `words` words, `unmet` not even perhaps."""
    by_leg = {leg.leg: leg for leg in legs}
    aligned = _aligned(pairs)
    by_words, by_meaning = _by_words(met, words, pairs, aligned), _by_meaning(by_leg, met)
    if (met or aligned) and 0 < len(unmet) <= _MISSED:
        by_words = say("%(words)s but not %(unmet)s", words=by_words, unmet=tuple(unmet))
    if by_words and by_meaning:
        clause = (
            say("%(words)s, and %(meaning)s", words=by_words, meaning=by_meaning)
            if met or aligned
            else say("%(words)s, but %(meaning)s", words=by_words, meaning=by_meaning)
        )
    else:
        clause = by_words or by_meaning
    return Explanation(sentence(clause) if clause else "", tuple(legs), pairs)


def explain_similar(score: float, rank: int) -> Explanation:
    """Return the explanation of an article that is near to another one."""
    place = (
        say("is the nearest to that article by meaning")
        if rank == 1
        else say("is the %(ordinal)s nearest to that article by meaning", ordinal=ordinal(rank))
    )
    return Explanation(sentence(place), (LegScore(MEANING, score, rank, score),))


def _by_words(met: Sequence[str], words: int, pairs: Sequence[WordPair], aligned: Sequence[str]) -> Text:
    """Tell the words that are met, and those that only vectors pair: these are marked on the page, too."""
    if not words:
        return Text("")
    aligned = aligned[: words - len(met)]
    if not met and aligned:
        return _with_examples(_perhaps(len(aligned), words), aligned)
    sure = _surely(met, words, pairs)
    if not aligned:
        return sure
    more = _with_examples(say_n("perhaps %(num)s more", "perhaps %(num)s more", len(aligned)), aligned)
    return say("%(words)s, %(more)s", words=sure, more=more)


def _perhaps(some: int, words: int) -> Text:
    if words == 1:
        return say("perhaps answers the query's word")
    return say_n(
        "perhaps answers %(some)s of the query's %(num)s word",
        "perhaps answers %(some)s of the query's %(num)s words",
        words,
        some=some,
    )


def _surely(met: Sequence[str], words: int, pairs: Sequence[WordPair]) -> Text:
    if not met:
        return say("holds none of the query's words")
    if any(pair.source not in (SAME, ALIGNED) for pair in pairs):
        return _translated(met, words, pairs)
    if len(met) == words:
        return (
            say("holds both words of the query")
            if words == 2
            else say_n("holds the query's word", "holds all %(num)s words of the query", words)
        )
    some = say_n(
        "holds %(met)s of the query's %(num)s word",
        "holds %(met)s of the query's %(num)s words",
        words,
        met=len(met),
    )
    return _with_examples(some, met, most=len(met))


def _translated(met: Sequence[str], words: int, pairs: Sequence[WordPair]) -> Text:
    """Tell the words that are met in another language, with what is written for them."""
    told = [pair for pair in pairs if pair.source not in (SAME, ALIGNED)]
    # Of a phrase that is met as one (oil prices, أسعار النفط) the words need not be told as well.
    within = {word for pair in told if " " in pair.word for word in pair.word.split()}
    seen = [f"{pair.word} {pair.found}" for pair in told if pair.word not in within]
    if len(met) == words == 2:
        clause = say("answers both words")
    elif len(met) == words:
        clause = say_n("answers the query's word", "answers all %(num)s words", words)
    else:
        clause = say_n(
            "answers %(met)s of the query's %(num)s word",
            "answers %(met)s of the query's %(num)s words",
            words,
            met=len(met),
        )
    return _with_examples(clause, seen)


def _aligned(pairs: Sequence[WordPair]) -> tuple[str, ...]:
    """Return each word that only vectors pair, with the first of its partners."""
    found: dict[str, str] = {}
    for pair in pairs:
        if pair.source == ALIGNED:
            found.setdefault(pair.word, f"{pair.word} {pair.found}")
    return tuple(found.values())


def _with_examples(clause: Text, examples: Sequence[str], *, most: int = _EXAMPLES) -> Text:
    if not examples:
        return clause
    told = (*examples[:most], "…") if len(examples) > most else tuple(examples)
    return say("%(clause)s (%(examples)s)", clause=clause, examples=told)


def _by_meaning(legs: Mapping[str, LegScore], met: Sequence[str]) -> Text:
    known = legs.get(KNOWN_ITEM)
    if known is not None and known.rank <= _NEAR:
        return _by_known_item(known)
    leg = legs.get(MEANING)
    if leg is None:
        return Text("")
    if leg.rank == 1:
        return say("is the nearest by meaning")
    # So far behind, it says something only of an article that has nothing else to say for itself.
    if leg.rank <= _NEAR or not met:
        return say("is the %(ordinal)s nearest by meaning", ordinal=ordinal(leg.rank))
    return Text("")


def _by_known_item(leg: LegScore) -> Text:
    if leg.score >= _SAME:
        return say("is the article with this title, or opens as it does")
    if leg.rank == 1:
        return say("is the nearest to the article with this title")
    return say("is the %(ordinal)s nearest to the article with this title", ordinal=ordinal(leg.rank))
