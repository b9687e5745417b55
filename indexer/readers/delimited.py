"""CSV and TSV with a header: each row -> an article or a reason."""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterator
from itertools import islice

from indexer.errors import InvalidArticle, UnreadableSource
from indexer.readers.base import RAW_LIMIT, ReadOptions, Record, raw_of
from indexer.readers.fields import FieldMapper
from indexer.readers.jsonlines import split_lines
from indexer.readers.names import field_of, known_names
from indexer.readers.opening import TextSource

_DELIMITERS = ",;\t|"
MAX_COLUMNS = 1_000
# How much is read again behind quotes that are not closed: bytes, and times what was read at all.
_FREE_AGAIN = 1_000_000
_MOST_AGAIN = 8


class _TooLong(Exception):
    """A row passed the limit."""


class _Lines:
    """Lines for `csv.reader`, which count the bytes of the row they belong to and can be given back."""

    def __init__(self, source: TextSource, limit: int) -> None:
        self._lines = split_lines(source.chunks(), limit)
        self._limit = limit
        self._again: deque[tuple[int, bytes | None]] = deque()
        self._row: list[tuple[int, bytes | None]] = []
        self._size = 0
        self._fresh = self._given_back = 0  # bytes
        self.number = 0
        #: Up to this line, which was given back, a row may be the inside of a cell.
        self.doubtful = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again:
            self.number, line = self._again.popleft()
        else:
            self.number, line = next(self._lines)
            self._fresh += _length(line)
        self._row.append((self.number, line))
        self._size += self._limit + 1 if line is None else _length(line)
        if line is None or self._size > self._limit:
            raise _TooLong
        return line.decode("utf-8", "surrogateescape") + "\n"

    @property
    def raw(self) -> bytes:
        """The beginning of the row, for quarantine."""
        lines = (line[:RAW_LIMIT] + b"\n" for _, line in islice(self._row, RAW_LIMIT) if line is not None)
        return b"".join(lines)[:RAW_LIMIT]

    def has_odd_quote(self) -> bool:
        """Tell whether the row has a quote without its partner."""
        return sum(line.count(b'"') for _, line in self._row if line is not None) % 2 == 1

    def start_row(self) -> None:
        self._size = 0
        self._row.clear()

    def give_back(self) -> bool:
        """Leave the row its first line, and let the others be read again; say whether they will be.

        Lines that were made for it would be read again as often as there are lines, so there is a limit.
        """
        others = self._row[1:]
        size = sum(_length(line) for _, line in others)
        if not others or self._given_back + size > _MOST_AGAIN * self._fresh + _FREE_AGAIN:
            return False
        self._given_back += size
        self._again.extendleft(reversed(others))
        del self._row[1:]
        self.number = self._row[0][0]
        self.doubtful = max(self.doubtful, others[-1][0])
        return True


def _length(line: bytes | None) -> int:
    return 0 if line is None else len(line) + 1


def read_delimited(
    source: TextSource, options: ReadOptions, mapper: FieldMapper, *, delimiter: str = ""
) -> Iterator[Record]:
    """Yield a `Record` for each row. Raises `UnreadableSource` for a header without a column for the text.

    Quotes are checked strictly. A row that a missing quote has spoiled is its first line alone: the lines that it
    has taken in are read again on their own, and are articles where they do not look like the inside of its cell.
    """
    # The module's limit is one for the process, and too small for an article; rows are limited in `_Lines`.
    csv.field_size_limit(max(options.max_record_bytes, csv.field_size_limit()))
    lines = _Lines(source, options.max_record_bytes)
    rows = csv.reader(lines, delimiter=delimiter or sniff_delimiter(source.head), strict=True)
    header = _header(source.name, rows)
    _check_header(source.name, header, mapper, options)
    while True:
        lines.start_row()
        line = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except (_TooLong, csv.Error) as error:
            reason = (
                f"The row has more than {options.max_record_bytes} bytes (setting max_record_bytes)."
                if isinstance(error, _TooLong)
                else f"The row is not valid CSV: {error}."
            )
            if end := lines.number - line:
                reason += f" A quote that is not closed takes in {end:,} more lines, to line {lines.number}"
                reason += "; they are read on their own." if lines.give_back() else "."
            yield Record(None, source.name, line, reason, raw_of(lines.raw))
            continue
        if not any(cell.strip() for cell in row):
            continue
        if line <= lines.doubtful and (len(row) < len(header) or lines.has_odd_quote()):
            lines.doubtful = max(lines.doubtful, lines.number + 1)  # the cell that it is of may go on
            reason = "The row may be the inside of a cell: it stands behind a quote that is not closed."
            yield Record(None, source.name, line, reason, raw_of(lines.raw))
            continue
        yield _record(row, header, source.name, line, mapper)


def sniff_delimiter(head: str) -> str:
    """Return the delimiter under which the header has the most known names, then the most columns."""
    first = _first_line(head)

    def quality(delimiter: str) -> tuple[int, int]:
        names = _names(first, delimiter)
        return sum(field_of(name) is not None for name in names), len(names)

    return max(_DELIMITERS, key=quality)


def has_known_header(head: str) -> bool:
    """Tell whether the first line is a header of at least two known columns, the text among them."""
    first = _first_line(head)
    if len(first) > 4_000:
        return False
    names = _names(first, sniff_delimiter(head))
    fields = {found[0] for name in names if (found := field_of(name))}
    return "text" in fields and len(fields) >= 2


def _first_line(head: str) -> str:
    return head.lstrip("\n").split("\n", 1)[0].rstrip("\r")


def _names(line: str, delimiter: str) -> list[str]:
    """Return the cells of what may be a header; none where it is no CSV under this delimiter."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _header(name: str, rows: Iterator[list[str]]) -> list[str]:
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
    except _TooLong:
        raise UnreadableSource(f"The header of {name} cannot be read: it is too long.") from None
    except csv.Error as error:
        raise UnreadableSource(f"The header of {name} cannot be read: {error}.") from None
    if len(header) > MAX_COLUMNS:
        raise UnreadableSource(f"{name} has {len(header)} columns; {MAX_COLUMNS} are allowed.")
    seen: dict[str, int] = {}
    unique = []
    for cell in header:
        column = cell.strip().lstrip("\ufeff").encode("utf-8", "replace").decode()
        seen[column] = seen.get(column, 0) + 1
        unique.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    return unique


def _check_header(name: str, header: list[str], mapper: FieldMapper, options: ReadOptions) -> None:
    found = ", ".join(column[:60] for column in header[:30])
    plan = mapper.plan(tuple(header))
    for ours, theirs in options.columns.items():
        if plan[ours][0] not in header:
            raise UnreadableSource(
                f"{name} has no column {theirs!r} for the field {ours}. Its columns are: {found}."
            )
    if "text" not in plan:
        raise UnreadableSource(
            f"{name} has no column for the text. Its columns are: {found}. A file needs one for the text "
            f"({', '.join(known_names('text')[:6])}, ...) and should have a title, an address and a date.",
            remedy="Name the column yourself: --column text=NAME.",
        )


def _record(row: list[str], header: list[str], file: str, line: int, mapper: FieldMapper) -> Record:
    fields = {name: cell for name, cell in zip(header, row, strict=False) if name}
    # A row is kept as JSON, so that it can be read again without its header.
    raw = raw_of(json.dumps(fields, ensure_ascii=False))
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        reason = f"The row has {len(row)} cells, the header {len(header)}: a quote or a delimiter is wrong."
        return Record(None, file, line, reason, raw)
    if any("\udc80" <= c <= "\udcff" for cell in row if not cell.isascii() for c in cell):
        return Record(None, file, line, "The row holds bytes that are not UTF-8 (give --encoding?).", raw)
    try:
        return Record(mapper.article(fields, file_name=file.rsplit("/", 1)[-1]), file, line)
    except InvalidArticle as error:
        return Record(None, file, line, str(error), raw)
