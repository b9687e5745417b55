"""Where a word is from that is searched, or shown, for a word of the query: the names of all sources, once.

They stand in plans, reasons, alerts that are kept, and the API's answers.
"""

from __future__ import annotations

#: The query's own word, or a form of it.
SAME = "same"
#: What the analyst added.
ADDED = "added"
DICTIONARY = "dictionary"
#: A translation of the word that this one is mistyped for.
CORRECTED = "corrected"
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
SPELLED = (*LISTED, CORRECTED, ADJECTIVE)

#: How well a source says what a word of a plan is, the best first; equal ones keep the order in which they came. Where
#: two propose one word the better is told. A form (وكتاب) says less of its word than one that is near in meaning.
PLACES_IN_PLAN = {
    ADDED: 0,
    DICTIONARY: 0,
    CORRECTED: 1,
    NAME: 1,
    SOUND: 1,
    ADJECTIVE: 2,
    NEAR: 3,
    INFLECTION: 4,
}
#: What a reader believes first of the words of an article. There a form is the word itself, with a letter written to
#: it, and one that is near only a guess: other than in a plan.
BELIEVED = (SAME, ADDED, DICTIONARY, CORRECTED, NAME, SOUND, ADJECTIVE, INFLECTION, NEAR)
