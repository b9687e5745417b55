"""The legs of a search: what a parsed query looks up by words, and what the vectors must obey.

    lookup = look_up(parse("Libya ceasefire"), languages=("en",))
    lookup.query        # for a LexicalLeg
    lookup.query.conditions   # for VectorLeg.only
    lookup.words        # what was looked up for which word: highlights and explanations are made from it

Each word is looked up as it is written and by its stem. `expansions` add more archive words to a word or to a
run of words; a condition (quotes, +, -, title:, body:) takes none, it means the language it is written in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer.engines.base import AllOf, AnyOf, Clause, Field, Form, LexicalQuery, PhraseTerm, Term
from indexer.search.querytree import Atom, Either, Every, Node, Occur, ParsedQuery
from indexer.search.request import Demand
from indexer.search.sources import LISTED, SAME
from indexer.search.stopwords import function_words
from indexer.search.weights import EXACT_BOOST, MARKED, MARKED_LISTED, STEM_BOOST
from indexer.text import Token, analyse


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that is looked up for a word: a token, or several side by side.

    `weight` multiplies its score (the query's own word: 1). `source` says where it comes from
    (`indexer.search.sources`).
    """

    tokens: tuple[str, ...]
    form: Form = Form.STEM
    weight: float = 1.0
    source: str = SAME

    @property
    def is_guess(self) -> bool:
        """Whether this adds to the score of what is found by other words, and finds, counts and marks nothing alone."""
        return self.weight < (MARKED_LISTED if self.source in LISTED else MARKED)

    def term(self, field: Field) -> Term | PhraseTerm:
        if len(self.tokens) == 1:
            return Term(self.tokens[0], self.form, field, self.weight)
        return PhraseTerm(self.tokens, self.form, field, self.weight)


#: Exact form of a word, or of a unit's words joined by spaces -> what else is looked up for it.
Expansions = Mapping[str, Sequence[Option]]


@dataclass(frozen=True, slots=True)
class SearchedWord:
    """A word, phrase or unit of the query with everything that is looked up for it.

    `covers` numbers the words of the query that are met when one of the options is: a unit covers several.
    """

    word: str
    options: tuple[Option, ...]
    field: Field = Field.ANY
    hard: bool = False
    covers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a query looks up by words. `words` are the positive ones, in the order of the query.

    `each` has a clause for each plain word, without what is only guessed at; a unit is met by its words, too.
    """

    query: LexicalQuery
    words: tuple[SearchedWord, ...] = ()
    each: tuple[Clause, ...] = ()

    def demanding(self, demand: Demand) -> Lookup:
        """Return the same with some or all of the plain words made a condition, translations and spellings included."""
        if demand is Demand.NONE or not self.each:
            return self
        wanted = self.each if demand is Demand.ALL else (_any_of(self.each),)
        query = replace(self.query, must=(*self.query.must, *wanted), one_of=())
        return replace(self, query=query)

    @property
    def only_excludes(self) -> bool:
        """Whether the query says only what is not wanted."""
        return bool(self.query.must_not) and not (self.query.must or self.query.should)

    @property
    def names(self) -> dict[int, str]:
        """Each word of the query (a phrase is one), by its number, as it is written there."""
        found: dict[int, str] = {}
        for word in self.words:
            for number in word.covers:
                found.setdefault(number, word.word)
        return found

    def unanswered(self, answered: Collection[str]) -> list[str]:
        """Return the words of the query that are not among some words, units and phrases of it, nor within them."""
        covered = {number for word in self.words if word.word in answered for number in word.covers}
        return [name for number, name in sorted(self.names.items()) if number not in covered]


def look_up(
    parsed: ParsedQuery, expansions: Expansions | None = None, languages: Sequence[str] = ("en",)
) -> Lookup:
    """Return what a query looks up. `languages` are those whose stems are tried, the query's own first."""
    return _Builder(expansions or {}, languages).lookup(parsed)


@dataclass(frozen=True, slots=True)
class _Forms:
    """A token of the query with its stems, one a language, without doubles."""

    surface: str
    exact: str
    stems: tuple[str, ...]

    def options(self) -> tuple[Option, ...]:
        stems = (Option((stem,), Form.STEM, STEM_BOOST) for stem in self.stems)
        return (Option((self.exact,), Form.EXACT, EXACT_BOOST), *stems)


class _Looked(NamedTuple):
    """A clause, and what of it an article must hold to be found by it; None where all of it is guessed at.

    Guesses add to the score of what is found by others: alone they would bring, count and chart hundreds of articles in
    which the question is not.
    """

    clause: Clause
    sure: Clause | None


class _Builder:
    def __init__(self, expansions: Expansions, languages: Sequence[str]) -> None:
        self._expansions = expansions
        self._longest = max((len(key.split()) for key in expansions), default=1)
        self._languages = tuple(languages) or ("",)
        self._words: list[SearchedWord] = []
        self._each: list[Clause | None] = []
        self._number = 0

    def lookup(self, parsed: ParsedQuery) -> Lookup:
        should: list[_Looked] = []
        must: list[_Looked] = []
        must_not: list[_Looked] = []
        plain: list[Atom] = []
        for clause in parsed.clauses:
            if clause.occur is Occur.SHOULD and isinstance(clause.node, Atom):
                plain.append(clause.node)
                continue
            # Plain words are units only where they stand side by side.
            should += self._plain(plain)
            plain = []
            if clause.occur is Occur.MUST_NOT:
                must_not += self._node(clause.node, hard=True, positive=False)
            elif clause.occur is Occur.MUST:
                must += self._node(clause.node, hard=True)
            else:
                nodes = self._node(clause.node, hard=False)
                should += nodes
                self._each += (looked.sure for looked in nodes)
        should += self._plain(plain)
        if not should and not must:
            should += self._function_words(parsed)
        clauses = _clauses(should)
        sure = () if must else tuple(looked.sure for looked in should if looked.sure)
        one_of = () if sure == clauses else sure
        query = LexicalQuery(clauses, _clauses(must), _clauses(must_not), one_of)
        return Lookup(query, tuple(self._words), tuple(clause for clause in self._each if clause))

    # -- plain words

    def _plain(self, plain: Sequence[Atom]) -> Iterator[_Looked]:
        run = [forms for atom in plain for forms in self._forms(atom.text)]
        position = 0
        while position < len(run):
            length = self._unit_length(run, position)
            unit = run[position : position + length]
            position += length
            content = [forms for forms in unit if forms.exact not in function_words(self._languages[0])]
            numbers = tuple(self._next() for _ in content)
            extra = tuple(self._expansions.get(" ".join(forms.exact for forms in unit), ()))
            if length > 1:
                single = []
                for number, forms in zip(numbers, content, strict=True):
                    own = self._expansions.get(forms.exact, ())
                    single.append(self._add(forms.surface, (*forms.options(), *own), (number,)))
                whole = self._add(" ".join(forms.surface for forms in unit), extra, numbers)
                self._each.append(_either(whole, single))
                yield from (*single, whole)
            elif content:
                looked = self._add(unit[0].surface, (*unit[0].options(), *extra), numbers)
                self._each.append(looked.sure)
                yield looked

    def _unit_length(self, run: Sequence[_Forms], position: int) -> int:
        for length in range(min(self._longest, len(run) - position), 1, -1):
            key = " ".join(forms.exact for forms in run[position : position + length])
            if self._expansions.get(key):
                return length
        return 1

    def _function_words(self, parsed: ParsedQuery) -> Iterator[_Looked]:
        """Look up function words after all: "to be or not to be" has nothing else."""
        for clause in parsed.clauses:
            if clause.occur is Occur.SHOULD and isinstance(clause.node, Atom):
                for forms in self._forms(clause.node.text):
                    found = self._add(forms.surface, forms.options(), (self._next(),))
                    self._each.append(found.clause)
                    yield found

    def _add(self, surface: str, options: tuple[Option, ...], covers: tuple[int, ...]) -> _Looked:
        self._words.append(SearchedWord(surface, options, covers=covers))
        return _looked(options, Field.ANY)

    # -- groups and conditions

    def _node(self, node: Node, *, hard: bool, positive: bool = True) -> list[_Looked]:
        """Return a node's clause; none where it holds no token at all (a phrase of vowel marks)."""
        match node:
            case Atom():
                options = self._atom_options(node, hard=hard)
                if not options:
                    return []
                if positive:
                    covers = (self._next(),)
                    self._words.append(SearchedWord(node.text, options, node.field, hard, covers))
                return [_looked(options, node.field)]
            case Either(options=nodes):
                found = [one for part in nodes for one in self._node(part, hard=hard, positive=positive)]
                sure = [one.sure for one in found if one.sure]
                return [_Looked(_any_of(_clauses(found)), _any_of(sure) if sure else None)] if found else []
            case Every(parts=nodes):
                found = [one for part in nodes for one in self._node(part, hard=hard, positive=positive)]
                whole = _all_of(_clauses(found)) if found else None
                return [_Looked(whole, whole)] if whole else []

    def _atom_options(self, atom: Atom, *, hard: bool) -> tuple[Option, ...]:
        forms = self._forms(atom.text)
        if not forms:
            return ()
        if atom.phrase or len(forms) > 1:
            return (Option(tuple(part.exact for part in forms), Form.EXACT, EXACT_BOOST),)
        extra = () if hard else self._expansions.get(forms[0].exact, ())
        return (*forms[0].options(), *extra)

    def _forms(self, text: str) -> list[_Forms]:
        analyses: list[list[Token]] = [analyse(text, language) for language in self._languages]
        return [
            _Forms(
                text[tokens[0].start : tokens[0].end],
                tokens[0].exact,
                tuple(dict.fromkeys(token.stem for token in tokens)),
            )
            for tokens in zip(*analyses, strict=True)
        ]

    def _next(self) -> int:
        self._number += 1
        return self._number - 1


def _clauses(looked: Sequence[_Looked]) -> tuple[Clause, ...]:
    return tuple(one.clause for one in looked)


def _looked(options: Sequence[Option], field: Field) -> _Looked:
    """Return what one word is looked up as."""
    terms = [option.term(field) for option in options]
    sure = [term for option, term in zip(options, terms, strict=True) if not option.is_guess]
    return _Looked(_any_of(terms), _any_of(sure) if sure else None)


def _either(whole: _Looked, single: Sequence[_Looked]) -> Clause | None:
    """Return what an article must hold of a unit: itself, or each of its words."""
    sure = [looked.sure for looked in single if looked.sure]
    ways = [*([whole.sure] if whole.sure else []), *([_all_of(sure)] if sure else [])]
    return _any_of(ways) if ways else None


def _any_of(clauses: Sequence[Clause]) -> Clause:
    """Return alternatives as one clause, nested alternatives flattened."""
    options: list[Term | PhraseTerm | AllOf] = []
    for clause in clauses:
        options += clause.options if isinstance(clause, AnyOf) else (clause,)
    return options[0] if len(options) == 1 else AnyOf(tuple(options))


def _all_of(clauses: Sequence[Clause]) -> Clause:
    parts: list[Term | PhraseTerm | AnyOf] = []
    for clause in clauses:
        parts += clause.parts if isinstance(clause, AllOf) else (clause,)
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
