"""What a process that answers for long does about its memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast
from weakref import WeakMethod

P = ParamSpec("P")
T = TypeVar("T")

#: Objects that are made before the collector looks for garbage among them: Python's 700 are made by every second part
#: of a search, and nearly all of them go by themselves.
_YOUNG = 10_000


def keep_loaded() -> None:
    """Let the garbage collector pass over all that is loaded by now, as that is to stay, and look less often.

    Dictionaries and an archive's words are a million objects. Looking through them for garbage takes a tenth of a
    second, and many small answers set it off.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


@contextmanager
def loaded_kept() -> Iterator[None]:
    """Do so for as long as the block lasts."""
    before = gc.get_threshold()
    keep_loaded()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def keep_reloaded() -> None:
    """Do so again, where what was kept has been loaded anew."""
    if gc.get_freeze_count():
        keep_loaded()


def remembered(method: Callable[P, T], most: int) -> Callable[P, T]:
    """Return a method that knows its last *most* answers.

    It does not keep its object, as a cache of the method itself would: an object that is kept (see `keep_loaded`) goes
    when nobody holds it, and not when someone looks for garbage.
    """
    weak = WeakMethod(method)

    @lru_cache(maxsize=most)
    def answer(*asked: P.args, **how: P.kwargs) -> T:
        bound = weak()
        assert bound is not None
        return bound(*asked, **how)

    return cast("Callable[P, T]", answer)  # which keeps what is hashable only
