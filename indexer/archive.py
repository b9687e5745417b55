"""The front door: one archive, opened with its settings, for the command, the web app and a notebook.

    with Archive.open(load_settings(archive="my-archive")) as archive:
        archive.index(["articles.jsonl"])
        for result in archive.search(SearchRequest("ceasefire in Libya")).results:
            print(result.article.title)

Opening is quick: the encoder is loaded when something first needs it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from indexer.article import Article
from indexer.engines import EMBEDDED, open_engine
from indexer.engines.base import (
    Engine,
    EngineStats,
    Finding,
    GatherRequest,
    Manifest,
    StoredPassage,
    Union,
)
from indexer.errors import ArticleNotFound, EngineError, SchemaMismatch, SettingsError
from indexer.fresh import Fresh
from indexer.ingest.origins import without_origin
from indexer.ingest.passages import passage_settings
from indexer.models.load import expected_fingerprint, load_encoder
from indexer.settings import Settings
from indexer.text import TEXT_VERSION, base_language

if TYPE_CHECKING:
    from indexer.ingest.pipeline import Pipeline, Progress
    from indexer.ingest.quarantine import Quarantine
    from indexer.ingest.report import IngestReport
    from indexer.models.base import Encoder, Fingerprint
    from indexer.models.cache import EncodeCache
    from indexer.readers import ReadOptions, Record, SourceDescription
    from indexer.search.glosses import Glossary
    from indexer.search.lexicon import LexiconReport
    from indexer.search.ownwords import OwnWords
    from indexer.search.page import Highlight, Result, ResultPage
    from indexer.search.plan import QueryPlan
    from indexer.search.request import PlanEdits, SearchRequest
    from indexer.search.searcher import Searcher
    from indexer.search.spellings import NameSpellings
    from indexer.search.timing import Watch
    from indexer.search.wholenames import WholeName
    from indexer.search.wordforword import WordForWord
    from indexer.translation.articles import Translations
    from indexer.translation.base import Translation

logger = logging.getLogger(__name__)

#: Seconds for which an open archive is taken to be what it was; another process may promote one of another model.
_UNCHANGED = 15.0


class Archive:
    """One archive. Searching is safe from several threads; one thread at a time may write."""

    def __init__(self, settings: Settings, engine: Engine, encoder: Encoder | None = None) -> None:
        self.settings = settings
        self.engine = engine
        self._encoder = encoder
        self._searcher: Searcher | None = None
        self._cache: EncodeCache | None = None
        self._translations: Translations | None = None
        self._lock = threading.RLock()
        self._fits: Fresh[None] = Fresh(_UNCHANGED)

    @classmethod
    def open(cls, settings: Settings, *, encoder: Encoder | None = None) -> Archive:
        """Open the archive that the settings name; nothing is created before the first `index`.

        Raises `EngineUnavailable` and `SchemaMismatch` (the archive was made with another model or version).
        """
        archive = cls(settings, open_engine(settings), encoder)
        try:
            # The first search need not look again.
            archive._fits.get(lambda _: archive._compare_manifest(None))
        except BaseException:
            archive.close()
            raise
        return archive

    def close(self) -> None:
        if self._cache:
            self._cache.close()
        if self._translations:
            self._translations.close()
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- what it works with

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded at its first use."""
        with self._lock:
            if self._encoder is None:
                self._encoder = load_encoder(self.settings)
            return self._encoder

    @property
    def searcher(self) -> Searcher:
        """What searches with this archive's encoder. Raises `SchemaMismatch` where that is no longer the archive's."""
        from indexer.search.searcher import Searcher

        self._fits.get(lambda _: self._compare_manifest(self.settings.search_timeout))
        with self._lock:
            if self._searcher is None:
                self._searcher = Searcher(self.engine, self.encoder, self.settings)
            return self._searcher

    @property
    def translations(self) -> Translations | None:
        """What translates articles, None where no models are named. Raises `SettingsError` for a bad folder."""
        with self._lock:
            if self._translations is None and self.settings.translation_models is not None:
                from indexer.translation.load import load_translations

                self._translations = load_translations(self.settings)
            return self._translations

    @property
    def quarantine(self) -> Quarantine:
        from indexer.ingest.quarantine import Quarantine

        return Quarantine(self.engine)

    @property
    def own_words(self) -> OwnWords:
        """The analyst's own word pairs."""
        from indexer.search.ownwords import OwnWords

        return OwnWords(self.engine)

    def warm_up(self) -> None:
        """Load what searches and readers need, so that the first of them do not wait for it."""
        self.encoder.warm_up()
        if self.engine.manifest() is not None:
            self.searcher.warm_up()
            self.searcher.learn_words()
            self._glossary().load()

    def check_manifest(self, *, timeout: float | None = None) -> None:
        """Raise `SchemaMismatch` where the archive has another model, passages or text analysis."""
        try:
            self._compare_manifest(timeout)
        except SchemaMismatch:
            self._fits.forget()  # no search may go on with what was right a while ago
            raise

    def missing(self) -> SettingsError | None:
        """Return the error that says so where there is no archive yet, None where there is one.

        Raises `EngineError` where there is one that only cannot be reached.
        """
        if self.engine.manifest() is not None:
            return None
        self.count()  # raises where articles are there all the same
        return no_archive(self.settings)

    # -- writing

    def create(self) -> bool:
        """Make the archive with the settings' model, where there is none yet; return whether it was made.

        What an interrupted call has left out is made up for. Raises `SchemaMismatch` as `open` does.
        """
        is_new = self.engine.manifest() is None
        self.engine.create(self.manifest_of_now())
        return is_new

    def index(
        self,
        sources: Iterable[str | Path],
        options: ReadOptions | None = None,
        *,
        delete_missing: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Read *sources* into the archive; see `indexer.ingest.pipeline` for what is promised.

        With *delete_missing*, articles that were once read from the folders among *sources* and are there no
        more are deleted. Raises `UnreadableSource` for a source that holds no articles at all.
        """
        from indexer.ingest.origins import is_below, with_origins
        from indexer.readers import read

        sources = list(sources)
        options = self._read_options(options)
        said = options.said()
        records = with_origins(read(sources, options))
        folders = [Path(source).resolve() for source in sources if Path(source).is_dir()]
        below = partial(is_below, folders=folders) if delete_missing and folders else None
        return self._ingest(records, below, progress, lambda file: said)

    def add(self, articles: Iterable[Article], *, progress: Progress | None = None) -> IngestReport:
        """Store articles that are made already, by a program or another archive."""
        from indexer.readers import Record

        records = (Record(article, file="(added)", line=number) for number, article in enumerate(articles, 1))
        return self._ingest(records, None, progress)

    def retry_quarantine(
        self, options: ReadOptions | None = None, *, progress: Progress | None = None
    ) -> IngestReport:
        """Read the quarantined records again: from their files if those exist, else as they were kept.

        They are read with the options that they were indexed with; what *options* say wins.
        """
        from indexer.ingest.origins import with_origins
        from indexer.ingest.retry import options_by_file, records_to_retry

        options = self._read_options(options)
        said = {file: options.over(last).said() for file, last in options_by_file(self.quarantine).items()}
        records = records_to_retry(self.quarantine, options)
        return self._ingest(with_origins(records), None, progress, lambda file: said.get(file, {}))

    def describe(
        self, sources: Iterable[str | Path], options: ReadOptions | None = None
    ) -> list[SourceDescription]:
        """Return how *sources* would be read and stored, without storing anything."""
        from indexer.ingest.pipeline import with_language
        from indexer.readers import describe

        return [
            replace(found, first=with_language(found.first)) if found.first else found
            for found in describe(sources, self._read_options(options))
        ]

    def catch_up(self) -> LexiconReport:
        """Do what a run that was cut off has left undone."""
        from indexer.ingest import unfinished

        words = self._derive()
        before = unfinished.articles_before(self.engine)
        if before is not None:
            self.engine.settle(before)
            unfinished.end(self.engine)
        return words

    def delete(self, ids: Iterable[str]) -> int:
        """Delete articles; return how many there were."""
        count = self.engine.delete(ids)
        self.engine.refresh()
        return count

    # -- reading

    def search(self, request: SearchRequest, watch: Watch | None = None) -> ResultPage:
        """Return a page of results; see `indexer.search.searcher.Searcher.search`."""
        return self.searcher.search(request, watch)

    def search_ids(self, request: SearchRequest) -> Iterator[str]:
        """Yield the ids of everything that *request* finds, in its order, whatever its page."""
        return self.searcher.ids(request)

    def plan(self, request: SearchRequest) -> QueryPlan:
        """Return what a search looks up for its words, without searching. Its page and size play no part.

        Raises `InvalidQuery` for a query or filter that makes no sense.
        """
        from indexer.search.filters import check_filters

        check_filters(request.filters)
        return self.searcher.prepare(request).plan

    def word_notices(self, request: SearchRequest) -> list[str]:
        """Return what a search says of words that it looks for otherwise than who asks may think, without searching."""
        return self.searcher.word_notices(request)

    def similar(self, article_id: str, size: int = 10) -> list[Result]:
        """Return the articles nearest to an article by meaning. Raises `ArticleNotFound`."""
        self.article(article_id)
        return self.searcher.similar(article_id, size)

    def article(self, article_id: str) -> Article:
        """Return an article. Raises `ArticleNotFound`."""
        try:
            return self.articles([article_id])[article_id]
        except KeyError:
            raise ArticleNotFound(article_id) from None

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Return those of the articles that exist."""
        return {name: without_origin(article) for name, article in self.engine.articles(ids).items()}

    def translate(self, article: Article) -> Translation | None:
        """Return an article in English, as far as the time allows; None where no model knows its language."""
        return self.translations.translate(article) if self.translations else None

    def passages(self, article_id: str) -> tuple[StoredPassage, ...]:
        return self.engine.passages(article_id)

    def highlight(
        self, article: Article, query: str, edits: PlanEdits | None = None
    ) -> tuple[tuple[Highlight, ...], tuple[Highlight, ...]]:
        """Return the marked runs of an article's title and of its text for a query."""
        return self.searcher.highlight(article, query, edits)

    def word_for_word(self, article: Article | None = None) -> WordForWord:
        """Return what tells what Arabic words mean in an article; without one, what they may mean in any text.

        Meanings are told apart where the archive has codes of the article's words.
        """
        passages = self.passages(article.id) if article else ()
        return self._word_for_word(self._glossary(), article, passages)

    def gists(self, shown: Sequence[Article | Result]) -> dict[str, str]:
        """Return the titles of the Arabic ones of articles in English, word for word, by id.

        Results have come with the codes that it takes; for articles by themselves the engine is asked. A help and no
        part of an answer: where the engine does not bring them, there are none.
        """
        from indexer.search.glosses import ARABIC_WORD

        leads = {one.article.id: one.lead for one in shown if not isinstance(one, Article) and one.lead}
        arabic = [
            article
            for article in (one if isinstance(one, Article) else one.article for one in shown)
            if base_language(article.language) == "ar" and ARABIC_WORD.search(article.title)
        ]
        if not arabic:
            return {}
        # The first passage was encoded together with the title.
        first = {article.id: [leads[article.id]] for article in arabic if article.id in leads}
        missing = tuple(article.id for article in arabic if article.id not in leads)
        try:
            glossary = self._glossary()
            if missing and self.encoder.coder:
                request = GatherRequest(Union(ids=()), passages_of=missing, codes=True)
                brought = self.engine.gather(request, timeout=self.settings.search_timeout).passages
                first |= {article_id: list(passages[:1]) for article_id, passages in brought.items()}
        except EngineError as error:
            logger.warning("Titles are shown without their English: %s", error)
            return {}
        return {
            article.id: self._word_for_word(glossary, article, first.get(article.id, ()), guess=False).gist(
                article.title
            )
            for article in arabic
        }

    def spellings(self, name: str) -> list[NameSpellings]:
        """Return, for each word of a name, its spellings in this archive with how many articles hold each."""
        return self.searcher.spellings(name)

    def whole_name(self, name: str, chosen: Sequence[Sequence[str]]) -> WholeName:
        """Return how a name is written as a whole here, *chosen* being the spellings of each part that are meant."""
        return self.searcher.whole_name(name, chosen)

    def scan(self, union: Union | None = None) -> Iterator[Article]:
        """Yield every article (of *union*) by id."""
        return map(without_origin, self.engine.scan(union or Union()))

    def count(self) -> int:
        """Return how many articles there are: in a moment, where `stats` looks at all that is stored."""
        return self.engine.gather(GatherRequest(Union()), timeout=self.settings.search_timeout).total

    def stats(self) -> EngineStats:
        return self.engine.stats()

    def doctor(self, *, repair: bool = False) -> list[Finding]:
        """Return what is wrong with the archive, its model or this machine, and how to mend it."""
        from indexer.doctor import examine

        return examine(self, repair=repair)

    # -- helpers

    def _compare_manifest(self, timeout: float | None) -> None:
        stored = self.engine.manifest(timeout=timeout)
        if stored is not None:
            stored.check(self.manifest_of_now(), self.engine.remade_by)

    def _glossary(self) -> Glossary:
        from indexer.search.glosses import Glossary

        coder = self.encoder.coder
        return Glossary(self.searcher.knowledge.planner.dictionary, coder.meanings if coder else None)

    def _word_for_word(
        self,
        glossary: Glossary,
        article: Article | None,
        passages: Sequence[StoredPassage],
        *,
        guess: bool = True,
    ) -> WordForWord:
        from indexer.search.glosses import WordsOfArticle
        from indexer.search.wordforword import WordForWord

        coder = self.encoder.coder
        words = WordsOfArticle(article, passages, coder.bytes_per_word) if article and coder else None
        return WordForWord(glossary, words, guess=guess)

    def _ingest(
        self,
        records: Iterable[Record],
        delete_missing: Callable[[Article], bool] | None,
        progress: Progress | None,
        options_of: Callable[[str], Mapping[str, Any]] = lambda file: {},
    ) -> IngestReport:
        from indexer.ingest import unfinished
        from indexer.ingest.report import Phase

        def begin(phase: Phase) -> None:
            report.phase = phase
            report.clock()
            if progress:
                progress(report)

        self.engine.create(self._manifest(self.encoder.fingerprint))
        behind = unfinished.articles_before(self.engine)
        # A run that changes nothing, as sources that cannot be read end it, leaves nothing to be made up for.
        changing = cache(partial(unfinished.begin, self.engine))
        report = self._pipeline(progress).run(
            records, delete_missing=delete_missing, changing=changing, options_of=options_of
        )
        if report.interrupted:
            return report
        before = changing() if report.stored or report.deleted else behind
        if before is not None:
            begin(Phase.WORDS)
            words = self._derive()
            report.words, report.new_words = words.words, words.encoded
            begin(Phase.SETTLING)
            with suppress(KeyboardInterrupt):  # all is stored, and the report must not be lost
                self.engine.settle(before)
            unfinished.end(self.engine)
        report.clock()
        return report

    def _derive(self) -> LexiconReport:
        from indexer.search.derived import derive

        words = derive(self.engine, self.encoder)
        if self._searcher:
            self._searcher.knowledge.forget()
        return words

    def _pipeline(self, progress: Progress | None) -> Pipeline:
        from indexer.ingest.pipeline import Pipeline
        from indexer.models.cache import EncodeCache

        if self.settings.encode_cache and self._cache is None:
            self._cache = EncodeCache(self.settings.cache)
        return Pipeline(
            self.engine,
            self.encoder,
            cache=self._cache,
            passage_tokens=self.settings.passage_tokens,
            batch_size=self.settings.batch_size,
            progress=progress,
        )

    def manifest_of_now(self) -> Manifest:
        """Return what an archive would bear that was made with the settings of now."""
        known = self._encoder.fingerprint if self._encoder else expected_fingerprint(self.settings)
        return self._manifest(known or self.encoder.fingerprint)

    def _manifest(self, fingerprint: Fingerprint) -> Manifest:
        return Manifest(
            model=fingerprint.to_dict(),
            passages=passage_settings(self.settings.passage_tokens),
            text_version=TEXT_VERSION,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _read_options(self, options: ReadOptions | None) -> ReadOptions:
        from indexer.readers import ReadOptions

        return replace(
            options or ReadOptions(),
            max_file_bytes=self.settings.max_file_bytes,
            max_record_bytes=self.settings.max_record_bytes,
        )


def no_archive(settings: Settings) -> SettingsError:
    """Return the error that says that there is no archive where the settings look for it."""
    return SettingsError(
        f"There is no archive in {settings.archive}."
        if settings.engine == EMBEDDED
        else f"There is no archive with the prefix {settings.opensearch_prefix!r} on this cluster.",
        remedy="`newsarchive index FILE` makes one; --archive and --engine name another.",
    )
