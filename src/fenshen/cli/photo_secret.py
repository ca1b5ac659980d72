"""What opens a bundle of photos: shown to the sitter once, or read from a file; never an argument, never in JSON.

A code on the command line would lie in the shell's history and in the list of processes; in the JSON answer it would
lie in whatever log the caller keeps. So it comes from the keyboard or a file, and goes to the screen or a file.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen.cli.consent_question import can_ask
from fenshen.cli.receipt import FileUnreadableError
from fenshen.cli.screen import tell, told
from fenshen.errors import FenshenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fenshen.flow.take_away import TakeAway
    from fenshen.photos.folder import PhotoFile
    from fenshen.vault.bundle import Secret

ENDING = ".fenshen-photos"
LONGEST = 4096  # bytes of a passphrase
TRIES = 3

Bundle = Annotated[Path | None, typer.Option("--take-away", metavar="FILE", help=told("option_take_away"))]
Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help=told("option_passphrase_file"))
]
Code = Annotated[Path | None, typer.Option("--code-file", metavar="FILE", help=told("option_code_file"))]


class CodeNowhereError(FenshenError):
    """A code was to be made, and there is nobody to show it to and no file to write it to."""

    code = "code_nowhere"
    exit_status = 2


class SecretNeededError(FenshenError):
    """The bundle needs a code or a passphrase, and nobody gave one. Facts: ``secret``, ``option``."""

    code = "secret_needed"


@contextmanager
def given_away(
    bundle: Path | None, passphrase_file: Path | None, code_file: Path | None, *, as_json: bool
) -> Iterator[TakeAway | None]:
    """Give what seals the bundle; when the sitting ended well, show the code, once.

    A code file is written before the sitting, so that no bundle is ever made that nobody can open; it goes again when
    the sitting fails. Raises CodeNowhereError, PassphraseShortError and the errors of ``new_file``.
    """
    if bundle is None:
        yield None
        return
    from fenshen.flow.take_away import TakeAway
    from fenshen.store.new_file import new_file, refuse_taken
    from fenshen.vault.bundle import Secret, passphrase
    from fenshen.vault.recovery_code import new_code, read_code

    refuse_taken(bundle)
    if passphrase_file is not None:
        yield TakeAway(file=bundle, secret=passphrase(_text(passphrase_file)))
        return
    if code_file is None and not can_ask(as_json=as_json):
        raise CodeNowhereError
    code = new_code()
    if code_file is not None:
        with new_file(code_file) as file:
            file.write(f"{code}\n".encode())
    try:
        yield TakeAway(file=bundle, secret=Secret(kind="code", value=read_code(code)))
    except BaseException:
        if code_file is not None:
            code_file.unlink(missing_ok=True)
        raise
    if code_file is None:
        tell(f"\n{told('take_away_code')}", style="bold")
        tell(f"\n    {code}\n", style="bold green")
        tell(told("take_away_code", "why"))


def photos_of(
    bundle: Path, passphrase_file: Path | None, code_file: Path | None, *, as_json: bool
) -> list[PhotoFile]:
    """Open a bundle with what its owner has. Raises SecretNeededError, CodeMistypedError, the errors of bundles."""
    from fenshen.flow.take_away import photos_in
    from fenshen.vault.bundle import read_head

    kind = read_head(bundle).kind
    file, option = {
        "code": (code_file, "--code-file"),
        "passphrase": (passphrase_file, "--passphrase-file"),
    }[kind]
    if file is not None:
        return photos_in(bundle, _secret(kind, _text(file)))
    if not can_ask(as_json=as_json):
        raise SecretNeededError(secret=told(f"secret_{kind}"), option=option)
    return photos_in(bundle, _asked(kind))


def _asked(kind: str) -> Secret:
    """Ask at the keyboard. A code shows as it is typed, to be compared with the paper; a passphrase does not."""
    from getpass import getpass

    from fenshen.vault.recovery_code import CodeMistypedError

    for left in reversed(range(TRIES)):
        question = f"{told(f'secret_{kind}_ask')} "
        try:
            return _secret(kind, input(question) if kind == "code" else getpass(question))
        except CodeMistypedError:
            if not left:
                raise
            tell(told("code_mistyped"), style="yellow")
        except EOFError:
            break
    raise SecretNeededError(secret=told(f"secret_{kind}"), option=f"--{kind}-file")


def _secret(kind: str, text: str) -> Secret:
    from fenshen.vault.bundle import Secret, passphrase
    from fenshen.vault.recovery_code import read_code

    return Secret(kind="code", value=read_code(text)) if kind == "code" else passphrase(text)


def _text(file: Path) -> str:
    """Read a secret from a file, or from standard input when the file is ``-``."""
    try:
        if str(file) == "-":
            return sys.stdin.read(LONGEST)
        with file.open(encoding="utf-8") as opened:
            return opened.read(LONGEST)
    except (OSError, UnicodeDecodeError):
        raise FileUnreadableError(file=file.name) from None
