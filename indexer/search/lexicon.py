"""The archive's lexicon: every stem of the archive, its vector, and the words nearest to a word.

Each stem that at least two articles hold is embedded once, as a word, by the archive's own encoder (its most
frequent form stands for it). A query's word of any language is then looked up among them: no dictionary, no
translation model, and only words that this archive holds are ever proposed.

Word vectors of this kind of encoder lie in a narrow cone, so each language's are centred by their own mean
(Mu and Viswanath, "All-but-the-Top", ICLR 2018, first step). The query's side are the word vectors of the
query's own forward pass: they cost nothing more, and know their context (a river's bank is not مصرف).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numkong
import numpy as np
import numpy.typing as npt

from indexer.engines.base import Engine, Word, WordCount
from indexer.models.base import Encoder
from indexer.models.quantisation import Quantised, quantised
from indexer.text import base_language, split_clitic
from indexer.text.transliteration import skeleton

FloatArray = npt.NDArray[np.float32]

MIN_ARTICLES = 2
#: Small records of the lexicon: "state", and "bases.<language>" (see `Lexicon.variants`).
KIND = "lexicon"
STATE = "state"
_BASES = "bases."
_BATCH = 64
_WRITE = 2_000
#: A word's count is stored anew when it has grown by this much.
_GROWTH = 1.1
#: Too few words of a language make no mean of their own.
_LEAST_FOR_A_MEAN = 200
_LONGEST_FORM = 40
#: A hundredth of a language's words are so near to a word: few need sorting.
_NEAR = 0.2
#: Share of a stem's occurrences that have the letter written to it.
_MOSTLY = 0.5


# --- keeping it -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LexiconReport:
    """`words` are all of the lexicon, `encoded` those that this update had to encode."""

    words: int
    encoded: int


def update_lexicon(engine: Engine, encoder: Encoder, *, changes: int = 0) -> LexiconReport:
    """Embed the stems that are new since the last time, and note how often all of them occur now.

    *changes* says how much else has changed that readers are to read anew. Without word vectors of the encoder the
    words have none.
    """
    forms: dict[str, dict[str, WordCount]] = defaultdict(dict)
    groups = list(_groups(engine.vocabulary(min_articles=MIN_ARTICLES), forms))
    known = {(word.language, word.stem): word for word in engine.words(vectors=True)}
    fresh, grown = [], []
    for group in groups:
        stored = known.get((group.language, group.stem))
        if stored is None:
            fresh.append(group)
        elif not stored.articles <= group.articles <= stored.articles * _GROWTH:
            grown.append(replace(stored, articles=group.articles, surface=group.surface))
    for first in range(0, len(grown), _WRITE):
        engine.write_words(grown[first : first + _WRITE])
    _encode(engine, encoder, fresh)
    records = {f"{_BASES}{language}": {"bases": _bases(counts)} for language, counts in forms.items()}
    stored_records = dict(engine.records(KIND))
    changed = {key: record for key, record in records.items() if stored_records.get(key) != record}
    # Readers look at this number to see that there is something new to read.
    changes += len(fresh) + len(grown) + len(changed) + stored_records.get(STATE, {}).get("changes", 0)
    engine.put_records(KIND, {**changed, STATE: {"words": len(groups), "changes": changes}})
    return LexiconReport(words=len(groups), encoded=len(fresh))


def _groups(counts: Iterator[WordCount], forms: dict[str, dict[str, WordCount]]) -> Iterator[Word]:
    """Yield one word a stem, and note every form with its count in *forms* (of Arabic: only it has clitics)."""
    best: dict[tuple[str, str], WordCount] = {}
    total: dict[tuple[str, str], int] = defaultdict(int)
    for count in counts:
        if len(count.form) > _LONGEST_FORM or not any(map(str.isalpha, count.form)):
            continue
        key = (count.language, count.stem)
        total[key] += count.articles
        if key not in best or count.articles > best[key].articles:
            best[key] = count
        if base_language(count.language) == "ar":
            forms[count.language][count.form] = count
    for (language, stem), count in best.items():
        yield Word(stem, language, count.form, total[language, stem], skeleton(count.form))


def _encode(engine: Engine, encoder: Encoder, fresh: list[Word]) -> None:
    fresh.sort(key=lambda word: len(word.surface))
    pending: list[Word] = []
    for first in range(0, len(fresh), _BATCH):
        batch = fresh[first : first + _BATCH]
        vectors = encoder.encode_words([word.surface for word in batch])
        if vectors is None:
            pending += batch
        else:
            pending += [replace(word, vector=vector) for word, vector in zip(batch, vectors, strict=True)]
        if len(pending) >= _WRITE or first + _BATCH >= len(fresh):
            engine.write_words(pending)
            pending = []


def _bases(counts: Mapping[str, WordCount]) -> dict[str, str]:
    """Return stem -> the stem of what is left without the letter that is written together with it (وكتاب).

    Most of what a stem occurs as has to be such forms: لبنين (for sons) has the stem of لبنان (Lebanon), which is no
    form of بنين for that.
    """

    def articles(form: str) -> int:
        return counts[form].articles if form in counts else 0

    occurring: dict[str, int] = defaultdict(int)
    splitting: dict[tuple[str, str], int] = defaultdict(int)
    for form, count in counts.items():
        occurring[count.stem] += count.articles
        split = split_clitic(form, articles)
        if split is not None and (rest := counts[split[1]].stem) != count.stem:
            splitting[count.stem, rest] += count.articles
    return {whole: rest for (whole, rest), times in splitting.items() if times > _MOSTLY * occurring[whole]}


# --- using it -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word of the archive and its cosine with a query's word."""

    word: Word
    similarity: float


class _LanguageIndex:
    """The words of one language, of which the first is number `start` of the lexicon."""

    def __init__(self, start: int, values: Quantised, scales: FloatArray) -> None:
        self.start = start
        self._values = numkong.dots_pack(values)
        self._scales = scales

    def similarities(self, values: Quantised, scales: FloatArray) -> FloatArray:
        """Return (n, n_words) cosines with quantised vectors, (n, dim), and their scales, (n,)."""
        products = np.asarray(numkong.dots_packed(values, self._values), np.float32)
        cosines: FloatArray = products * self._scales * scales[:, np.newaxis]
        return cosines


class Lexicon:
    """The words of one archive in memory, their vectors quantised: of 384 dimensions, 770 bytes a word."""

    def __init__(self, words: Sequence[Word], bases: Mapping[str, str]) -> None:
        """*words* come with their vectors as they were encoded; they are centred here."""
        self.words = tuple(replace(word, vector=None) for word in words)
        vectors = _centred(words)
        self._quantised = None if vectors is None else quantised(vectors)
        self._index: dict[str, list[int]] = defaultdict(list)
        self._by_skeleton: dict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self.words):
            self._index[word.stem].append(index)
            if word.skeleton:
                self._by_skeleton[word.skeleton].append(index)
        variants: dict[str, list[str]] = defaultdict(list)
        for whole, rest in bases.items():
            variants[rest].append(whole)
        self._variants = {rest: tuple(wholes) for rest, wholes in variants.items()}
        counts = Counter(word.language for word in self.words)
        #: How many words each language has, most first.
        self.languages = dict(counts.most_common())
        self._sections = self._by_language(counts)

    @classmethod
    def load(cls, engine: Engine) -> Lexicon:
        """Read the lexicon of an archive; an archive without one gives an empty one."""
        bases: dict[str, str] = {}
        for key, record in engine.records(KIND):
            if key.startswith(_BASES):
                bases.update(record["bases"])
        return cls(list(engine.words()), bases)

    def __len__(self) -> int:
        return len(self.words)

    def get(self, stem: str, language: str = "") -> Word | None:
        """Return the word of a stem, of *language* if that has it, else of the language that has it most."""
        found = [self.words[index] for index in self._index.get(stem, ())]
        own = [word for word in found if word.language == language]
        return max(own or found, key=lambda word: word.articles, default=None)

    def articles(self, stem: str) -> int:
        """Return how many articles hold a stem, of all languages together."""
        return sum(self.words[index].articles for index in self._index.get(stem, ()))

    def nearest(self, vectors: FloatArray, count: int, languages: Sequence[str]) -> list[list[Neighbour]]:
        """Return for each of *vectors*, (n, dim) of unit length, the *count* nearest words a language."""
        neighbours: list[list[Neighbour]] = [[] for _ in range(len(vectors))]
        if not len(vectors):
            return neighbours
        asked = quantised(vectors)
        for section in filter(None, map(self._sections.get, languages)):
            for found, similarities in zip(neighbours, section.similarities(*asked), strict=True):
                found += [
                    Neighbour(self.words[section.start + place], float(similarities[place]))
                    for place in _largest(similarities, count).tolist()
                ]
        return neighbours

    def similarity(self, vector: FloatArray, words: Sequence[Word]) -> list[float | None]:
        """Return the cosine of a query word's vector, (dim,), with words; None for one that is not here."""
        found: list[float | None] = []
        for word in words:
            row = next((index for index in self._index.get(word.stem, ()) if self.words[index] == word), None)
            if row is None or self._quantised is None:
                found.append(None)
            else:
                values, scales = self._quantised
                found.append(float(values[row].astype(np.float32) @ vector * scales[row]))
        return found

    def variants(self, stem: str) -> tuple[str, ...]:
        """Return the stems that are *stem* with a letter written to it: وكتاب and بكتاب of كتاب."""
        return self._variants.get(stem, ())

    def sounding_like(self, skeletons: Sequence[str]) -> list[Word]:
        """Return the words that share a consonant skeleton, the most frequent first."""
        found = {index for key in skeletons for index in self._by_skeleton.get(key, ())}
        return sorted((self.words[index] for index in found), key=lambda word: -word.articles)

    def _by_language(self, counts: Mapping[str, int]) -> dict[str, _LanguageIndex]:
        """Return the words of each language that can be compared: they are stored, and counted, by language."""
        if self._quantised is None:
            return {}
        values, scales = self._quantised
        sections, start = {}, 0
        for language, count in counts.items():
            end = start + count
            sections[language] = _LanguageIndex(start, values[start:end], scales[start:end])
            start = end
        return sections


def _largest(similarities: FloatArray, count: int) -> npt.NDArray[np.intp]:
    """Return the places of the *count* largest, largest first, ties by place."""
    places = np.flatnonzero(similarities >= _NEAR)
    if len(places) < count < len(similarities):
        places = np.flatnonzero(similarities >= np.partition(similarities, -count)[-count])
    elif len(places) < count:
        places = np.arange(len(similarities))
    best: npt.NDArray[np.intp] = places[np.argsort(-similarities[places], kind="stable")][:count]
    return best


def _centred(words: Sequence[Word]) -> FloatArray | None:
    """Return the words' vectors, (n, dim), each language's centred by its own mean and of unit length."""
    if not words or words[0].vector is None:
        return None
    vectors = np.stack([_vector(word) for word in words]).astype(np.float32)
    everywhere = vectors.mean(axis=0)
    languages = np.array([word.language for word in words])
    for language in np.unique(languages):
        rows = languages == language
        vectors[rows] -= vectors[rows].mean(axis=0) if rows.sum() >= _LEAST_FOR_A_MEAN else everywhere
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9))
    return vectors


def _vector(word: Word) -> FloatArray:
    if word.vector is None:
        raise ValueError(f"the word {word.stem!r} has no vector, though others have")
    return word.vector
