"""`fenshen verify FILE`: is this picture ours? Every label, its state, and what that proves."""

from pathlib import Path
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

app = new_app()

_File = typer.Argument(help=told("verify_file"), exists=True, dir_okay=False, readable=True)
_Key = typer.Option(
    "--public-key", help=told("verify_public_key"), exists=True, dir_okay=False, readable=True
)


@app.command(help=told("verb_verify"))
def verify(
    file: Annotated[Path, _File],
    public_key: Annotated[Path | None, _Key] = None,
    as_json: Json = False,  # noqa: FBT002  (typer's form of a switch)
) -> None:
    """Print the marks of a picture. Somebody else's picture is an answer, not a refusal: the exit code is 0."""
    from fenshen.labels import verify as labels
    from fenshen.labels.container import PictureUnreadableError

    here = settings.load()
    key_file = public_key or here.home / "keys" / "studio.pub"
    producer = (
        None if public_key else here.producer
    )  # with a key given, the studio asked about is another one
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
    columns = [told(f"verify_column_{column}") for column in ("mark", "state", "value", "proves")]
    rows = [
        (told(f"mark_{m.mark}"), told(f"mark_state_{m.state}"), m.value, told(m.proves)) for m in found.marks
    ]
    if rows:
        show_table(columns, rows)
    verdict = "verify_ours" if found.ours else "verify_not_ours" if rows else "verify_no_marks"
    tell(told(verdict), style="bold")
