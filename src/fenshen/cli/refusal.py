"""Whatever stopped a verb, in words: what happened, why, and what to do now; an exit code for machines."""

import errno
import hashlib
import os
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from typer import Abort
from typer.exceptions import TyperException

from fenshen.cli import BROKEN, INTERRUPTED, REFUSED, WRONG_USAGE, screen
from fenshen.errors import DiskFullError, FenshenError
from fenshen.words import fields, say

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def explain(error: Exception, verb: str, *, as_json: bool) -> int:
    """Tell people (or a machine) what stopped the verb; give the exit code."""
    if isinstance(error, Abort):
        return interrupted(as_json=as_json)
    if isinstance(error, BrokenPipeError):
        return nobody_reads()
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        error = DiskFullError()
    if isinstance(error, FenshenError):
        _tell_error(error, as_json=as_json)
        return error.exit_status
    if isinstance(error, TyperException):
        _tell("usage", error.format_message(), "", say("usage", screen.language(), "fix", verb=verb), as_json)
        return WRONG_USAGE
    return _broken(error, as_json=as_json)


def interrupted(*, as_json: bool) -> int:
    """Tell that the user stopped the verb."""
    _tell_code("interrupted", as_json=as_json)
    return INTERRUPTED


def unknown_verb(verb: str, verbs: Sequence[str], *, as_json: bool) -> int:
    """Tell that there is no such verb, and which one was probably meant."""
    near = get_close_matches(verb, verbs, n=1) or ["--help"]
    _tell_code("unknown_verb", as_json=as_json, verb=verb, near=near[0])
    return WRONG_USAGE


def nobody_reads() -> int:
    """End quietly when the reader of our output has gone, as with ``| head``."""
    # Python would complain once more when it flushes stdout at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return REFUSED


def _broken(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("FENSHEN_DEBUG"):
        traceback.print_exception(error)
    _tell_code("internal", as_json=as_json, id=fault_id(error))
    return BROKEN


def fault_id(error: BaseException) -> str:
    """Name a fault by where it arose, so that the same fault has the same id on every machine.

    Made of the exception's class and the innermost line of ours, never of its message, which may hold a path.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "fenshen" in f.filename]
    return hashlib.sha256(f"{type(error).__name__}@{ours[-1:]}".encode()).hexdigest()[:8]


def _tell_error(error: FenshenError, *, as_json: bool) -> None:
    facts = {name: _named(name, value) for name, value in error.facts.items()}
    if as_json and error.details:
        what, fix = (say(error.code, screen.language(), field, **facts) for field in ("what", "fix"))
        screen.print_json({"error": {"code": error.code, "what": what, "fix": fix}, **error.details})
        return
    _tell_code(error.code, as_json=as_json, **facts)


def _named(name: str, value: str | float) -> str | float:
    """Put a fact that is one of our own terms into words: the purpose ``build_double`` is ``purpose_build_double``."""
    code = f"{name}_{value}"
    return screen.told(code) if fields(code, screen.language()) else value


def _tell_code(code: str, *, as_json: bool, **facts: str | float) -> None:
    what, why, fix = (say(code, screen.language(), field, **facts) for field in ("what", "why", "fix"))
    _tell(code, what, why, fix, as_json)


def _tell(code: str, what: str, why: str, fix: str, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        screen.print_json({"error": {"code": code, "what": what, "fix": fix}})
    else:
        screen.show_refusal(code, what, why, fix)
