"""Does beforehand what the first photo would wait for: tables made and nets opened, the sooner needed the sooner."""

from contextlib import suppress
from pathlib import Path

from fenshen.errors import FenshenError
from fenshen.vision import faces, hands, identity, mesh, quality


def rehearse(models: Path) -> None:
    """Open all that a verdict needs, while the first photo is being decoded or the command line read.

    Not what compares photos: while its net is opened (0.1 s) no other thread gets on, the first verdict's neither.
    A weight that is missing or altered is passed over: who needs it says so.
    """
    for prepare in (faces.prepare, mesh.prepare):
        with suppress(FenshenError):
            prepare(models)
    quality.prepare()


def rehearse_sets(models: Path) -> None:
    """Open all that a set of photos needs, where nobody waits yet for a verdict."""
    rehearse(models)
    for prepare in (hands.prepare, identity.prepare):
        with suppress(FenshenError):
            prepare(models)


def begin(models: Path) -> None:
    """Do as much of it as may be done while something else might yet be told on the terminal: no LiteRT net."""
    with suppress(FenshenError):
        faces.prepare(models)
    quality.prepare()
