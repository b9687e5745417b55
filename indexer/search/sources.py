"""Where a word is from that is searched, or shown, for a word of the query: the names of all sources, once.

They stand in plans, reasons, alerts that are kept, and the API's answers.
"""

from __future__ import annotations

#: The query's own word, or a form of it.
SAME = "same"
#: What the analyst added.
ADDED = "added"
DICTIONARY = "dictionary"
#: A spelling that people of this name have been given.
NAME = "name"
#: A word of the archive that sounds like the name.
SOUND = "sound"
#: The adjective of a translation or name.
ADJECTIVE = "adjective"
#: A word with a letter written to it (وكتاب).
INFLECTION = "inflection"
#: Near in meaning among the archive's words.
NEAR = "near"
#: A word of the article that only vectors join to one of the query.
ALIGNED = "aligned"

#: Lists of written words.
LISTED = (DICTIONARY, NAME)
#: Those that know how their words are spelled.
SPELLED = (*LISTED, ADJECTIVE)
