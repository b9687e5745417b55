"""Files -> articles: JSON Lines, CSV, TSV and plain text, generous in names and dates."""

from indexer.readers.base import FORMATS, MAPPABLE, ReadOptions, Record, SourceDescription
from indexer.readers.dates import parse_date
from indexer.readers.reading import describe, read, read_raw

__all__ = [
    "FORMATS",
    "MAPPABLE",
    "ReadOptions",
    "Record",
    "SourceDescription",
    "describe",
    "parse_date",
    "read",
    "read_raw",
]
