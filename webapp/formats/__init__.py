"""What results can be taken away as: one module a format, each a stream of text."""

from __future__ import annotations

from indexer.wording import say
from webapp.formats import bibtex, csl, csv, jsonlines, ris
from webapp.formats.base import Exported, ExportFormat, Provenance

FORMATS: dict[str, ExportFormat] = {
    "csv": ExportFormat(say("CSV (spreadsheets)"), "csv", "text/csv; charset=utf-8", csv.write, gists=True),
    "jsonl": ExportFormat(
        say("JSON Lines (whole texts)"), "jsonl", "application/x-ndjson; charset=utf-8", jsonlines.write
    ),
    "ris": ExportFormat("RIS (Zotero, EndNote)", "ris", "application/x-research-info-systems", ris.write),
    "bibtex": ExportFormat("BibTeX (LaTeX)", "bib", "application/x-bibtex; charset=utf-8", bibtex.write),
    "csl": ExportFormat(
        "CSL-JSON (pandoc)", "json", "application/vnd.citationstyles.csl+json; charset=utf-8", csl.write
    ),
}

__all__ = ["FORMATS", "ExportFormat", "Exported", "Provenance"]
