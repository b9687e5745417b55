"""Transliteration: names and words across the Latin and Arabic scripts, all of it in one place to import.

- `skeletons` finds candidates by a lookup, `name_similarity` ranks them;
- `arabizi_candidates` reads chat spelling (7oukouma);
- `romanise` writes an Arabic title for those who do not read the script.
"""

from indexer.text.romanisation import arabizi_candidates, romanise
from indexer.text.similarity import name_similarity
from indexer.text.skeletons import skeleton, skeletons

#: Words that share a skeleton and are at least this similar are one name (chosen on held-out names: see
#: `indexer.text.similarity`).
SAME_NAME = 0.25

__all__ = [
    "SAME_NAME",
    "arabizi_candidates",
    "name_similarity",
    "romanise",
    "skeleton",
    "skeletons",
]
