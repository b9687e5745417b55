"""What a process that answers for long does about its memory."""

from __future__ import annotations

import gc


def keep_loaded() -> None:
    """Let the garbage collector pass over all that is loaded by now: call it once, when that is to stay.

    Dictionaries and an archive's words are a million objects. Looking through them for garbage takes a tenth of a
    second, and many small answers set it off.
    """
    gc.collect()
    gc.freeze()
