"""Generations of an archive on a cluster, with the settings of now: what must be encoded anew, and by what.

`indexer.engines.opensearch.generations` moves documents and aliases; it knows no encoder. Here it is told
whether the stored vectors will do, and given one where they will not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.archive import Archive
from indexer.engines import open_engine
from indexer.errors import EngineError, SettingsError
from indexer.ingest.entries import EntryMaker
from indexer.models.cache import EncodeCache

if TYPE_CHECKING:
    from indexer.engines.base import Manifest
    from indexer.engines.opensearch import OpenSearchEngine
    from indexer.engines.opensearch.generations import Difference, Generation
    from indexer.models.base import Encoder
    from indexer.settings import Settings


class Reindexer:
    """The generations of one archive."""

    def __init__(self, engine: OpenSearchEngine, settings: Settings, encoder: Encoder | None = None) -> None:
        from indexer.engines.opensearch import generations

        self._g = generations
        self._engine = engine
        self._settings = settings
        self._archive = Archive(settings, engine, encoder)

    def generations(self) -> list[Generation]:
        return self._g.generations(self._engine)

    def build(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Build the next generation with the settings of now; return its number."""
        from indexer.search.derived import derive

        manifest = self._archive.manifest_of_now()
        live = self._g.manifest_in_use(self._engine)
        with self._maker(manifest, live) as encode:
            number = self._g.build(self._engine, manifest, encode=encode, progress=progress)
        # What was not taken over is made now, so that nobody waits for it after the promotion.
        derive(self._engine.at_generation(number), self._archive.encoder)
        return number

    def check(self, number: int | None = None) -> tuple[int, Difference]:
        """Compare a generation (the newest that is not in use) with the one in use, article by article."""
        number = self._candidate(number).number
        return number, self._g.check(self._engine, number)

    def promote(self, number: int | None = None, *, discard: bool = False) -> int:
        """Put a generation (the newest that is not in use) in place of the one in use; return its number.

        Raises `EngineError` where it was made with other settings (then the archive could not be opened), and where a
        rollback has left articles in it alone, unless they are to be discarded.
        """
        chosen = self._candidate(number)
        manifest = self._archive.manifest_of_now()
        if chosen.manifest is None or chosen.manifest.differences(manifest):
            raise EngineError(
                f"Generation {chosen.number} was made with other settings than those of now (another model, "
                "other passages or another version of this program).",
                remedy="Set NEWSARCHIVE_MODEL and NEWSARCHIVE_PASSAGE_TOKENS as for its build, or build a new "
                "one.",
            )
        with self._maker(manifest, self._g.manifest_in_use(self._engine)) as encode:
            self._g.promote(self._engine, chosen.number, encode=encode, discard=discard)
        return chosen.number

    def rollback(self) -> int:
        return self._g.rollback(self._engine)

    def drop(self, number: int) -> None:
        self._g.drop(self._engine, number)

    def archives(self, number: int) -> Iterator[tuple[str, Archive]]:
        """Yield (name, archive) of the generation in use and of another one, to ask them the same questions.

        One that was made with another model or other passages than the settings' is left out: its vectors
        mean something else to the encoder of now.
        """
        manifest = self._archive.manifest_of_now()
        for one in self.generations():
            if one.manifest is None or one.manifest.differences(manifest):
                continue
            if one.in_use or one.number == number:
                engine = self._engine.at_generation(one.number)
                yield f"generation {one.number}", Archive(self._settings, engine, self._archive.encoder)

    def _candidate(self, number: int | None) -> Generation:
        others = [one for one in self.generations() if not one.in_use and number in (None, one.number)]
        if not others:
            missing = "no other generation than the one in use" if number is None else f"no kept {number}"
            raise EngineError(f"There is {missing}.", remedy="`newsarchive generations list` shows them.")
        return others[-1]

    @contextmanager
    def _maker(self, manifest: Manifest, live: Manifest) -> Iterator[EntryMaker | None]:
        """Yield what encodes articles anew, None where the stored passages and vectors will do."""
        if (manifest.model, manifest.passages) == (live.model, live.passages):
            yield None
            return
        settings = self._settings
        cache = EncodeCache(settings.cache) if settings.encode_cache else None
        try:
            yield EntryMaker(
                self._archive.encoder,
                cache=cache,
                passage_tokens=settings.passage_tokens,
                batch_size=settings.batch_size,
            )
        finally:
            if cache:
                cache.close()


@contextmanager
def reindexer(settings: Settings) -> Iterator[Reindexer]:
    """Open the generations of the archive that the settings name, whatever that was made with.

    Raises `SettingsError` for an archive in a folder.
    """
    with open_engine(settings) as engine:
        if engine.name != "opensearch":
            raise SettingsError(
                "Only an archive on a cluster has generations.",
                remedy="`newsarchive rebuild` does the same for a folder; --engine names a cluster.",
            )
        yield Reindexer(engine, settings)  # type: ignore[arg-type]
