"""No core files. What a crash would write to the disk holds faces and keys in the clear."""

import ctypes
import resource
from contextlib import suppress
from typing import Final

PR_SET_DUMPABLE: Final = 4  # prctl(2)


def forbid() -> None:
    """See that no core file of this process is ever written. Repeating it is fine.

    1. its size is limited to nothing  2. the process is not dumpable: the limit alone does not bind a collector to
    which the kernel pipes (core(5)). Other processes of the same user then cannot read its memory either.
    What it cannot do: Python wipes no memory, and a page may be swapped out.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))  # (1)
    with suppress(AttributeError, OSError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # (2)
