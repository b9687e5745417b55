"""What a process that answers for long does about its memory."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar
from weakref import WeakMethod

T = TypeVar("T")


def keep_loaded() -> None:
    """Let the garbage collector pass over all that is loaded by now, as that is to stay.

    Dictionaries and an archive's words are a million objects. Looking through them for garbage takes a tenth of a
    second, and many small answers set it off.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def keep_reloaded() -> None:
    """Do so again, where what was kept has been loaded anew."""
    if gc.get_freeze_count():
        keep_loaded()


def remembered(method: Callable[[str], T], most: int) -> Callable[[str], T]:
    """Return a method that knows its last *most* answers.

    It does not keep its object, as a cache of the method itself would: an object that is kept (see `keep_loaded`) goes
    when nobody holds it, and not when someone looks for garbage.
    """
    weak = WeakMethod(method)

    @lru_cache(maxsize=most)
    def answer(asked: str) -> T:
        bound = weak()
        assert bound is not None
        return bound(asked)

    return answer
