"""Function words: what a question is made of, but not about.

A rare "the" in an Arabic archive would outweigh every word that matters. They are looked up only where a
query has nothing else, and in phrases and demanded words, which are meant as they are written. "Us" is none: who
writes it to search the news means the United States.
"""

from __future__ import annotations

from functools import lru_cache

from indexer.text import base_language, normalise

_ENGLISH = """
a about above after again against all also am an and any are aren't as at be because been before being
between both but by can can't could couldn't did didn't do does doesn't doing don't during each few for
from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if
in into is isn't it its itself just me more most my myself no nor not of off on once only or other our
ours ourselves out over own same she should shouldn't so some such than that the their theirs them
themselves then there these they this those through to too under until up upon very was wasn't we were
weren't what when where which while who whom whose why will with won't would wouldn't you your yours
yourself yourselves
"""

_ARABIC = """
في من إلى الى على عن مع هذا هذه ذلك تلك التي الذي الذين اللذان اللتان اللاتي هو هي هم هن أن إن كان كانت
يكون تكون كانوا قد لقد لا ما لم لن ليس ليست كل بعض أو ثم حتى إذا لو كما بين بعد قبل عند عندما لدى منذ
خلال حول ضد دون غير أي أين متى كيف لماذا هل ماذا هناك هنا نحن أنا أنت وهو وهي وفي ومن وعلى وإلى وأن وكان
وقد ولا وما ولم فيه فيها به بها له لها لهم منه منها عليه عليها إليه إليها عنه عنها بأن لأن كذلك أيضا أكثر
أما إلا مما فقط
"""

_FRENCH = """
le la les un une des du de d l et en au aux à dans par pour sur avec sans sous est sont a ont été être ce
cet cette ces il elle ils elles on nous vous je tu qui que quoi dont où ne pas plus se sa son ses leur
leurs y
"""


@lru_cache(maxsize=16)
def function_words(language: str = "en") -> frozenset[str]:
    """Return the exact forms of the function words that a query in *language* may hold.

    French ones count in French only: "son" and "pour" are words of another kind in English.
    """
    latin = _FRENCH if base_language(language) == "fr" else _ENGLISH
    return frozenset(normalise(word) for word in (latin + _ARABIC).split())
