"""``fenshen check DIR``: judge a folder of photos. Nothing is kept, nothing in the folder is touched."""

from pathlib import Path
from typing import Annotated

import typer

from fenshen.cli import check_folder
from fenshen.cli.screen import Json, new_app, told

app = new_app()


@app.command(help=told("verb_check"))
def check(
    folder: Annotated[Path, typer.Argument(help=told("check_folder"))],
    frontal: Annotated[str | None, typer.Option(help=told("check_frontal"))] = None,
    html: Annotated[Path | None, typer.Option(help=told("check_html"))] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help=told("check_all"))] = False,
    as_json: Json = False,
) -> None:
    """Judge the photos of a folder until there are enough; exit code 1 when none of them can be used."""
    if code := check_folder.run(folder, frontal, html, every=every, as_json=as_json):
        raise typer.Exit(code)
