"""What `newsarchive doctor` looks for in an embedded archive, and what it can mend."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from indexer.engines.base import Finding
from indexer.engines.embedded.database import Database, token_at
from indexer.engines.embedded.failures import ViewBroken
from indexer.engines.embedded.stored import DamagedArticle, decode_article
from indexer.engines.embedded.views import FOLDER, Views
from indexer.engines.embedded.viewstate import broken_seal, read_state
from indexer.wording import counted

_LOW_DISK = 1_000_000_000  # bytes
#: Of the damaged articles, so many are named.
_NAMED = 20
_MEND = "`newsarchive doctor --repair` mends it."


def folder_size(folder: Path, pattern: str = "**/*") -> int:
    """Return the bytes of a folder's files; files that vanish meanwhile count as nothing."""
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def check_archive(folder: Path, database: Database, views: Views, *, repair: bool) -> list[Finding]:
    if not database.exists:
        return []
    findings = [_database_health(database)]
    if findings[0].level != "error":
        findings += [
            _articles(database),
            _orphans(database, repair),
            _views(folder / FOLDER, database, views, repair),
        ]
    findings.append(_disk(folder))
    return findings


def _articles(database: Database) -> Finding:
    damaged = []
    with database.moment() as connection:
        for article_id, body in connection.execute("SELECT id, body FROM articles WHERE gone IS NULL"):
            try:
                decode_article(article_id, body)
            except DamagedArticle:
                damaged.append(article_id)
    if not damaged:
        return Finding("ok", "Every article can be read.")
    named = ", ".join(map(repr, damaged[:_NAMED]))
    return Finding(
        "error",
        f"{counted(len(damaged), 'article')} damaged: {named}{' and others' if len(damaged) > _NAMED else ''}.",
        "Index them again, or delete them (`newsarchive delete`).",
    )


def _database_health(database: Database) -> Finding:
    with database.reading() as connection:
        try:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            answer = str(error)
    if answer == "ok":
        return Finding("ok", "The database is sound.")
    return Finding("error", f"The database is damaged: {answer}.", "Restore it from a backup.")


def _orphans(database: Database, repair: bool) -> Finding:
    alone = "FROM passages WHERE article NOT IN (SELECT row FROM articles)"
    with database.reading() as connection:
        (orphans,) = connection.execute(f"SELECT count(*) {alone}").fetchone()
    if not orphans:
        return Finding("ok", "Every passage has its article.")
    if not repair:
        return Finding("warning", f"{counted(orphans, 'passage')} without an article.", _MEND)
    with database.writing() as connection:
        connection.execute(f"DELETE {alone}")
    return Finding("ok", f"{counted(orphans, 'passage')} without an article, now removed.")


def _views(folder: Path, database: Database, views: Views, repair: bool) -> Finding:
    damage = _damage(folder, database)
    behind = "" if damage else _behind(folder, database)
    if not (damage or behind):
        return Finding("ok", "The views are up to date.")
    if not repair:
        return Finding("warning", damage or behind, _MEND)
    if damage:
        views.rebuild()
        return Finding("ok", f"{damage} They were made anew.")
    views.refresh()
    return Finding("ok", f"{behind} They were brought up to date.")


def _damage(folder: Path, database: Database) -> str:
    try:
        at = read_state(folder)
        if at is None:
            return ""
        damaged = broken_seal(folder / at.folder, at.seals, thorough=True)
    except ViewBroken as error:
        return f"The views cannot be read: {error}"
    if damaged:
        return f"The views are damaged ({damaged})."
    with database.reading() as connection:
        known = at.token == token_at(connection, at.sequence)
    return "" if known else "The views are of another archive."


def _behind(folder: Path, database: Database) -> str:
    sequence = database.state().sequence
    at = read_state(folder)
    if at is None:
        return "The views are missing." if sequence else ""
    behind = sequence - at.sequence
    return f"The views are {counted(behind, 'change')} behind." if behind else ""


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < _LOW_DISK:
        return Finding("warning", f"The disk has only {free // 1_000_000} MB left.", "Make space.")
    return Finding("ok", f"The disk has {free // 1_000_000_000} GB left.")
