"""Fenshen (分身): a self-hosted AI portrait studio that keeps its promises. Start reading at ``flow/``."""

import os

# OpenBLAS' threads wait by spinning: on a busy machine one product of a small picture with three numbers took 16 s, and
# on a quiet one they take the second core from work that needs it. Pictures are shared out by `engines.studio.bands`.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
