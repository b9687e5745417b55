"""Sources -> records: opens each file, picks its reader, and turns a broken file into a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from indexer.article import Article
from indexer.errors import SettingsError, UnreadableSource
from indexer.readers.base import ReadOptions, Record, SourceDescription
from indexer.readers.dates import parse_date
from indexer.readers.delimited import read_delimited
from indexer.readers.fields import FieldMapper, has_unread_date
from indexer.readers.files import Found, check_sources, find_files, format_of
from indexer.readers.jsonlines import read_json, records_of
from indexer.readers.opening import STDIN, BrokenSource, Stream, TextSource, open_stream
from indexer.readers.plaintext import read_text, text_record
from indexer.wording import counted

#: Records that `describe` looks at in each file.
DESCRIBED = 100
_MAX_PROBLEMS = 10


def read(sources: Iterable[str | Path], options: ReadOptions | None = None) -> Iterator[Record]:
    """Yield a `Record` for each article in files, folders and standard input (`-`), as a stream.

    Raises `UnreadableSource` for a named source that does not exist (before anything is read) or holds no
    articles at all, and `SettingsError` for options that cannot work. In a folder such a file becomes a
    record with a reason. A file that breaks off gives the records before the break, then one with the reason.
    """
    options = _checked(options)
    listed = list(sources)
    check_sources(listed)
    return (record for found in find_files(listed) for record in _read_file(found, options))


def read_raw(raw: str, options: ReadOptions | None = None, *, file: str = "", line: int = 0) -> Record:
    """Read a quarantined record's `raw` again. A record that was cut at the limit gives a reason again."""
    options = _checked(options)
    mapper = FieldMapper(options)
    if raw.lstrip().startswith("{"):
        for record in records_of(raw.encode("utf-8", "replace"), file, line, mapper):
            return record
    return replace(text_record(raw, file, options, mapper), line=line)


def describe(
    sources: Iterable[str | Path], options: ReadOptions | None = None, *, limit: int = DESCRIBED
) -> list[SourceDescription]:
    """Return how each file would be read, from its first `limit` records. Nothing is stored.

    Raises as `read` does for sources that do not exist; a file that cannot be read is described with its
    problem.
    """
    options = _checked(options)
    listed = list(sources)
    check_sources(listed)
    return [_describe(found, options, limit) for found in find_files(listed)]


def _checked(options: ReadOptions | None) -> ReadOptions:
    options = (options or ReadOptions()).checked()
    if options.published and not parse_date(options.published, default_timezone=options.default_timezone):
        raise SettingsError(
            f"The date {options.published!r} cannot be read.",
            remedy="Write it as 2020-06-03 or 2020-06-03T14:30+03:00.",
        )
    return options


def _open(found: Found, options: ReadOptions) -> Stream:
    if found.reason:
        raise UnreadableSource(found.reason)
    stream = open_stream(found.path or STDIN, max_bytes=options.max_file_bytes)
    stream.name = found.name
    return stream


def _records(
    source: TextSource, found: Found, options: ReadOptions, mapper: FieldMapper, chosen: str
) -> Iterator[Record]:
    match chosen:
        case "jsonl":
            return read_json(source, options, mapper)
        case "csv":
            return read_delimited(source, options, mapper)
        case "tsv":
            return read_delimited(source, options, mapper, delimiter="\t")
    return read_text(source, options, mapper, found.path)


def _format(source: TextSource, options: ReadOptions) -> str:
    return options.format if options.format != "auto" else format_of(source.name, source.head)


def _read_file(found: Found, options: ReadOptions) -> Iterator[Record]:
    last = 0
    try:
        with _open(found, options) as stream:
            source = TextSource(stream, options.encoding)
            mapper = FieldMapper(options)
            for record in _records(source, found, options, mapper, _format(source, options)):
                last = record.line
                yield record
    except BrokenSource as broken:
        yield Record(None, found.name, last + 1, f"{broken} What came before is kept.")
    except UnreadableSource as error:
        if found.given:
            raise
        yield Record(None, found.name, 0, str(error))


def _describe(found: Found, options: ReadOptions, limit: int) -> SourceDescription:
    mapper = FieldMapper(options)
    chosen = encoding = compression = ""
    first: Article | None = None
    looked_at = articles = unread = 0
    problems: dict[str, None] = {}
    try:
        with _open(found, options) as stream:
            compression = stream.compression
            source = TextSource(stream, options.encoding)
            encoding, chosen = source.encoding, _format(source, options)
            for record in islice(_records(source, found, options, mapper, chosen), limit):
                looked_at += 1
                if record.article is None:
                    problems[f"Line {record.line}: {record.reason}"] = None
                    continue
                articles += 1
                first = first or record.article
                unread += has_unread_date(record.article)
    except (BrokenSource, UnreadableSource) as error:
        problems[str(error)] = None
    if unread:
        problems[f"Undated, as the date cannot be read: {unread} of {counted(articles, 'article')}."] = None
    return SourceDescription(
        file=found.name,
        format=chosen,
        encoding=encoding,
        compression=compression,
        mapping=dict(mapper.mapping),
        ignored=tuple(name for name in mapper.ignored if name not in mapper.mapping),
        first=first,
        looked_at=looked_at,
        articles=articles,
        problems=tuple(islice(problems, _MAX_PROBLEMS)),
    )
