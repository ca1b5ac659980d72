"""`fenshen verify FILE`: is this picture ours? Every label, its state, and what that proves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.labels.verify import Mark

app = new_app()

_File = typer.Argument(help=told("verify_file"), exists=True, dir_okay=False, readable=True)
_Key = typer.Option(
    "--public-key", help=told("verify_public_key"), exists=True, dir_okay=False, readable=True
)


@app.command(help=told("verb_verify"))
def verify(
    file: Annotated[Path, _File],
    *,
    public_key: Annotated[Path | None, _Key] = None,
    as_json: Json = False,
) -> None:
    """Print the marks of a picture. Somebody else's picture is an answer, not a refusal: the exit code is 0."""
    from fenshen.labels import verify as labels
    from fenshen.labels.container import PictureUnreadableError

    here = settings.load()
    key_file = public_key or here.home / "keys" / "studio.pub"
    # With a key given, the studio asked about may be another one than this.
    producer = None if public_key else here.producer
    if file.stat().st_size > labels.LARGEST_FILE:
        raise PictureUnreadableError
    key = key_file.read_bytes() if key_file.exists() else None
    found = labels.verify(file.read_bytes(), public_key=key, producer=producer)
    if as_json:
        marks = [
            {"mark": m.mark, "state": m.state, "proves": told(m.proves), "code": m.proves, "value": m.value}
            for m in found.marks
        ]
        print_json({"ours": found.ours, "marks": marks})
        return
    columns = [told("verify_column_mark"), told("verify_column_finding")]
    rows = [(told(f"mark_{m.mark}"), _finding(m)) for m in found.marks]
    if rows:
        show_table(columns, rows)
    verdict = "verify_ours" if found.ours else "verify_not_ours" if rows else "verify_no_marks"
    tell(told(verdict), style="bold")


def _finding(mark: Mark) -> str:
    """State and content on the first line, what it proves below."""
    said = (told(f"mark_state_{mark.state}"), mark.value)
    return " · ".join(filter(None, said)) + f"\n{told(mark.proves)}\n"
