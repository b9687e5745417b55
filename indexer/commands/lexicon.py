"""`newsarchive lexicon`: the analyst's own word pairs, beside the dictionaries that ship."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.commands.common import Target, archive_options, echo_json, isolate, json_option
from indexer.wording import counted

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("lexicon")
def lexicon_() -> None:
    """Keep your own word pairs: what is searched in Arabic for an English word or phrase.

    They come before the dictionaries that ship with the program. A running web app knows them half a
    minute later.

    \b
    Example:
      newsarchive lexicon import words.tsv
      newsarchive lexicon list
      newsarchive lexicon remove "road map"
    """


@lexicon_.command("import")
@click.argument("file", type=FILE)
@archive_options
def import_(target: Target, file: Path) -> None:
    """Keep the word pairs of FILE: a line `english<TAB>arabic` each, # for comments.

    \b
    Example:
      newsarchive lexicon import words.tsv
    """
    from indexer.search.dictionary import load_tsv

    pairs = load_tsv(file)
    with target.open() as archive:
        archive.create()
        added = archive.own_words.add(pairs)
    click.echo(f"{counted(added, 'new word pair')}; there already: {len(pairs) - added:,}.")


@lexicon_.command("list")
@json_option
@archive_options
def list_(target: Target, as_json: bool) -> None:
    """List your own word pairs.

    \b
    Example:
      newsarchive lexicon list
    """
    with target.existing() as archive:
        pairs = list(archive.own_words)
    if as_json:
        echo_json([{"english": pair.english, "arabic": pair.arabic} for pair in pairs])
        return
    for pair in pairs:
        click.echo(f"{isolate(pair.english)}\t{isolate(pair.arabic)}")


@lexicon_.command("remove")
@click.argument("words", nargs=-1, metavar="WORD...")
@click.option("--all", "everything", is_flag=True, help="Remove all of your word pairs.")
@archive_options
def remove_(target: Target, words: tuple[str, ...], everything: bool) -> None:
    """Remove the pairs of English words or phrases.

    \b
    Example:
      newsarchive lexicon remove "road map" truce
      newsarchive lexicon remove --all
    """
    if bool(words) == everything:
        raise click.UsageError("Name the words, or give --all.")
    with target.existing() as archive:
        removed = archive.own_words.remove(None if everything else words)
    click.echo(f"{counted(removed, 'word pair')} removed.")
