"""How rare a query word is, whatever it is searched as.

BM25 weighs each archive word by its own rarity, so that the rarest of what stands for a query word leads: *oil* found
olive oil (زيت, in 209 articles) before petroleum (نفط, in 2,200), and *army* what is written "to an army" (لجيش). In a
structured query all that is searched for one word is as rare as that word: Pirkola, "The Effects of Query Structure and
Dictionary Setups in Dictionary-Based Cross-Language Information Retrieval" (SIGIR 1998). Its document frequency is the
sum of theirs, each by its weight: Darwish and Oard, "Probabilistic Structured Query Methods" (SIGIR 2003).

It is done for a word alone; docs/ranking.md has the figures. Beside other words an unlikely sense meets few articles
that hold these, too, and there a rare form tells more than it misleads.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

from indexer.engines.base import AllOf, AnyOf, Clause, Form, LexicalQuery, PhraseTerm, Term
from indexer.search.lexicon import Lexicon
from indexer.text import stem_word


def with_one_rarity(query: LexicalQuery, lexicon: Lexicon, total: int) -> LexicalQuery:
    """Return a query that scores the alternatives of each clause as if they were equally rare.

    *total* is how many articles the archive has. Phrases keep their own rarity, as they mean one thing (قمر صناعي is a
    satellite, تابع also a follower), and so does what is in no lexicon. Nothing counts more than it did.
    """
    return replace(
        query,
        should=tuple(_evened(clause, lexicon, total) for clause in query.should),
        must=tuple(_evened(clause, lexicon, total) for clause in query.must),
    )


def _evened(clause: Clause, lexicon: Lexicon, total: int) -> Clause:
    if not isinstance(clause, AnyOf):
        return clause
    stems = {option: _stem(option) for option in clause.options if isinstance(option, Term)}
    # What is written to a word makes no other word of it: لجيش is as frequent as all of جيش.
    words = {variant: stem for stem in stems.values() for variant in lexicon.variants(stem)}
    shares = Counter(stem for option, stem in stems.items() if option.form is Form.EXACT)
    weights: dict[str, float] = {}
    holding: dict[str, set[str]] = {}
    for option, stem in stems.items():
        word = words.get(stem, stem)
        weights[word] = max(weights.get(word, 0.0), min(option.boost, 1.0))
        holding.setdefault(word, set()).add(stem)
    articles = {word: sum(map(lexicon.articles, parts)) for word, parts in holding.items()}
    together = sum(weights[word] * count for word, count in articles.items())

    def evened(option: Term | PhraseTerm | AllOf) -> Term | PhraseTerm | AllOf:
        if not isinstance(option, Term) or not (count := lexicon.articles(stem := stems[option])):
            return option
        # Nobody counts how often each form of a stem is written: they share its articles alike.
        own = count / shares[stem] if option.form is Form.EXACT else count
        most = max(together, articles[words.get(stem, stem)])
        return replace(option, boost=option.boost * _rarity(most, total) / _rarity(own, total))

    return replace(clause, options=tuple(evened(option) for option in clause.options))


def _stem(term: Term) -> str:
    return stem_word(term.token, "ar") if term.form is Form.EXACT else term.token


def _rarity(articles: float, total: int) -> float:
    """Return BM25's inverse document frequency, as Lucene has it."""
    known = min(articles, total)
    return math.log1p((total - known + 0.5) / (known + 0.5))
