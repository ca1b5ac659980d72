"""``fenshen backup``: everything that is kept, into one sealed and signed file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, bars, new_app, print_json, tell, told

app = new_app()

Target = Annotated[Path, typer.Argument(metavar="FILE", help=told("backup_file"))]


@app.command(help=told("verb_backup"))
def backup(file: Target, *, as_json: Json = False) -> None:
    """Write a backup."""
    from fenshen.flow.back_up import back_up
    from fenshen.rights import retention

    desk = retention.start(settings.load())
    with bars(as_json=as_json) as progress:
        made = back_up(desk, file, progress=progress)
    if as_json:
        print_json(
            {
                "file": made.file,
                "bytes": made.bytes,
                "made_at": made.made_at.isoformat(),
                "usable_until": made.usable_until.isoformat(),
                "people": made.people,
                "left_out": made.left_out,
                "doubles": made.doubles,
                "blobs": made.blobs,
                "receipts": made.receipts,
                "holds_keys": False,
            }
        )
        return
    tell(told("backup_done", file=str(made.file), people=made.people, doubles=made.doubles), style="bold")
    if made.left_out:
        tell(told("backup_left_out", count=made.left_out), style="yellow")
    tell(told("backup_no_keys"))
    tell(told("backup_until", day=f"{made.usable_until.astimezone():%Y-%m-%d}"))
