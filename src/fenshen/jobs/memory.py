"""Give memory back after a job: pictures are large, and the C library keeps what they took for the next one."""

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Return what is free to the machine. Where the C library cannot (it is not glibc), nothing happens."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
