"""Bytes of a file or of standard input -> UTF-8: compression, limits, binary files, encodings."""

from __future__ import annotations

import codecs
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import zstandard

from indexer.errors import UnreadableSource
from indexer.readers.encodings import BOMS, detect_encoding

CHUNK = 256 * 1024
#: How much is looked at to tell format and encoding.
HEAD = 256 * 1024

#: A file may unpack to this many times its size once past `RATIO_FREE_BYTES`; more is a decompression
#: bomb.
MAX_RATIO = 1_000
RATIO_FREE_BYTES = 256 * 1024 * 1024
# One byte of zstd can stand for 32 kB, and its binding cannot be told to stop in the middle of an input.
_ZSTD_INPUT = 1024

STDIN = "-"
PACKED_ENDINGS = (".gz", ".zst", ".zstd")

_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip archive (or a Word, Excel or EPUB file)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Excel file"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"WARC/", "a WARC file"),
)


class BrokenSource(Exception):
    """The stream ends too early, is damaged, or breaks a limit; what was read before is good."""


class Stream:
    """The unpacked bytes of one source, in chunks, with a look ahead. Use as a context manager."""

    def __init__(self, name: str, file: IO[bytes], *, max_bytes: int) -> None:
        self.name = name
        self._file = file
        self._packed = 0
        self._max_bytes = max_bytes
        first = self._read(CHUNK)
        self.compression = ""
        if first.startswith(b"\x1f\x8b"):
            self.compression = "gzip"
            chunks = self._gunzip(first)
        elif first.startswith(b"\x28\xb5\x2f\xfd"):
            self.compression = "zstd"
            chunks = self._unzstd(first)
        else:
            chunks = self._plain(first)
        self._chunks = self._limited(chunks)
        self._ahead: list[bytes] = []
        self._failure: BrokenSource | None = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        if self.name != STDIN:
            self._file.close()

    def peek(self, size: int = HEAD) -> bytes:
        """Return up to about `size` bytes from the start, without consuming them."""
        while sum(map(len, self._ahead)) < size and self._failure is None:
            try:
                chunk = next(self._chunks, None)
            except BrokenSource as failure:
                self._failure = failure
                break
            if chunk is None:
                break
            self._ahead.append(chunk)
        return b"".join(self._ahead)[:size]

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes in chunks. Raises `BrokenSource` where they break off."""
        while self._ahead:
            yield self._ahead.pop(0)
        if self._failure:
            raise self._failure
        yield from self._chunks

    def _read(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            raise BrokenSource(f"Reading failed: {error.strerror or error}.") from error
        self._packed += len(data)
        return data

    def _plain(self, first: bytes) -> Iterator[bytes]:
        chunk = first
        while chunk:
            yield chunk
            chunk = self._read(CHUNK)

    def _gunzip(self, chunk: bytes) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while chunk:
                yield unpacker.decompress(chunk, CHUNK)
                chunk = unpacker.unconsumed_tail
                if unpacker.eof:
                    # Further members may follow; zeros are padding.
                    chunk = unpacker.unused_data.lstrip(b"\x00") or self._read(CHUNK).lstrip(b"\x00")
                    if chunk:
                        unpacker = zlib.decompressobj(wbits=31)
                elif not chunk:
                    chunk = self._read(CHUNK)
        except zlib.error as error:
            raise BrokenSource(f"The gzip data are damaged ({error}).") from None
        if not unpacker.eof:
            raise BrokenSource("The gzip data end in the middle: the file is truncated.")

    def _unzstd(self, chunk: bytes) -> Iterator[bytes]:
        context = zstandard.ZstdDecompressor()
        unpacker = context.decompressobj()
        try:
            while chunk:
                # In small bites, as each is unpacked whole.
                for start in range(0, len(chunk), _ZSTD_INPUT):
                    piece = chunk[start : start + _ZSTD_INPUT]
                    while piece:
                        yield unpacker.decompress(piece)
                        piece = unpacker.unused_data if unpacker.eof else b""
                        if piece:
                            unpacker = context.decompressobj()
                    if unpacker.eof:
                        unpacker = context.decompressobj()
                        started = False
                    else:
                        started = True
                chunk = self._read(CHUNK)
        except zstandard.ZstdError as error:
            raise BrokenSource(f"The zstd data are damaged ({error}).") from None
        if started:
            raise BrokenSource("The zstd data end in the middle: the file is truncated.")

    def _limited(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        unpacked = 0
        for chunk in chunks:
            unpacked += len(chunk)
            if unpacked > self._max_bytes:
                raise BrokenSource(
                    f"The file has more than {self._max_bytes} bytes unpacked (setting max_file_bytes)."
                )
            if self.compression and unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * self._packed:
                raise BrokenSource(
                    f"The file unpacks to more than {MAX_RATIO} times its size: a decompression bomb?"
                )
            if chunk:
                yield chunk


class TextSource:
    """One source whose encoding is known. `chunks()` gives UTF-8 without a byte order mark.

    Bytes that are not UTF-8 in a file that claims to be come through as they are, so that only the records
    that hold them are refused. In other encodings they become U+FFFD. Where lines end with a carriage return
    alone (old Macs), they end with a line feed here, in `head` as well.
    """

    def __init__(self, stream: Stream, encoding: str) -> None:
        self.stream = stream
        self.name = stream.name
        head = stream.peek()
        if not head.strip():
            raise _nothing(stream)
        # A mark at the start is surer than what anyone says.
        self._bom, marked = next((pair for pair in BOMS if head.startswith(pair[0])), (b"", ""))
        self.encoding = marked or (encoding if encoding != "auto" else _detected(stream.name, head))
        if codecs.lookup(self.encoding).name in ("utf-16", "utf-32"):
            # These names ask for a mark, and there is none.
            self.encoding += "-le"
        try:
            text = head.removeprefix(self._bom).decode(self.encoding, "replace")
        except (LookupError, ValueError) as error:
            raise UnreadableSource(f"{stream.name} cannot be read as {encoding}: {error}.") from None
        # The last character may be the first half of a line end.
        self._old_mac = "\r" in text[:-1] and "\n" not in text
        #: The beginning as text, for telling formats apart.
        self.head = text.lstrip("\ufeff").replace("\r", "\n") if self._old_mac else text.lstrip("\ufeff")

    @property
    def is_utf8(self) -> bool:
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig", "ascii")

    def chunks(self) -> Iterator[bytes]:
        """Yield the content as UTF-8. Raises `BrokenSource` where it breaks off."""
        if self._old_mac:
            return (chunk.replace(b"\r", b"\n") for chunk in self._decoded())
        return self._decoded()

    def _decoded(self) -> Iterator[bytes]:
        if self.is_utf8:
            yield from _without_prefix(iter(self.stream), b"\xef\xbb\xbf")
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        try:
            for chunk in _without_prefix(iter(self.stream), self._bom):
                yield decoder.decode(chunk).encode("utf-8", "replace")
            yield decoder.decode(b"", final=True).encode("utf-8", "replace")
        except UnicodeError as error:
            raise BrokenSource(f"The file cannot be decoded as {self.encoding} ({error}).") from None


def unpacked_name(name: str) -> str:
    """Return a file's name without the ending that says how it is packed."""
    ending = next((ending for ending in PACKED_ENDINGS if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def open_stream(source: Path | str, *, max_bytes: int) -> Stream:
    """Open a file, or standard input for `-`. Raises `UnreadableSource` where that fails."""
    if str(source) == STDIN:
        return Stream(STDIN, sys.stdin.buffer, max_bytes=max_bytes)
    try:
        file = Path(source).open("rb")  # noqa: SIM115 (the Stream closes it)
    except OSError as error:
        raise UnreadableSource(f"{source} cannot be opened: {error.strerror or error}.") from None
    try:
        return Stream(str(source), file, max_bytes=max_bytes)
    except BrokenSource as error:
        file.close()
        raise UnreadableSource(f"{source} cannot be read. {error}") from None


def _nothing(stream: Stream) -> UnreadableSource:
    try:
        for chunk in stream:
            if chunk.strip():
                return UnreadableSource(f"{stream.name} begins with nothing but white space.")
    except BrokenSource as broken:
        return UnreadableSource(f"{stream.name} cannot be read. {broken}")
    return UnreadableSource(f"{stream.name} is empty.")


def _detected(name: str, head: bytes) -> str:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise UnreadableSource(f"{name} holds no articles: it is {what}.")
    encoding = detect_encoding(head)
    if encoding is None:
        raise UnreadableSource(
            f"{name} is a binary file, or its encoding cannot be told.",
            remedy="If it is text, give --encoding.",
        )
    return encoding


def _without_prefix(chunks: Iterator[bytes], prefix: bytes) -> Iterator[bytes]:
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(prefix):
            break
    yield start.removeprefix(prefix)
    yield from chunks
