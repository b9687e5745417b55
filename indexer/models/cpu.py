"""What this machine's processor does fast: it decides in which numbers the bundled model is run."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_multiplies_int8() -> bool:
    """Return whether the CPU has VNNI (x86) or dot-product (Arm) instructions.

    Without them int8 is no faster than 4-bit, and on AVX2 its 16-bit sums saturate.
    """
    return bool(_flags() & {"avx512_vnni", "avx_vnni", "asimddp"})


def cpu_multiplies_bfloat16() -> bool:
    """Return whether the CPU has matrix instructions for bfloat16 (AMX, in servers from 2023 on)."""
    return "amx_bf16" in _flags()


@cache
def _flags() -> frozenset[str]:
    try:
        return frozenset(Path("/proc/cpuinfo").read_text(encoding="utf-8").lower().split())
    except OSError:
        return frozenset()
