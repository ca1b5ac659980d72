"""``fenshen admin complaints``: what people complain about or report, and its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

app = new_app(group=True)

Id = Annotated[str, typer.Argument(metavar="ID", help=told("complaints_id"))]
Upheld = Annotated[bool, typer.Option("--upheld/--declined", help=told("complaints_upheld"))]
Words = Annotated[Path, typer.Option("--answer", metavar="FILE", help=told("complaints_file"))]
COLUMNS = ("id", "topic", "state", "due")


@app.command("list", help=told("complaints_list"))
def show_all(*, as_json: Json = False) -> None:
    """List complaints, the most pressing first, without their words."""
    from fenshen.rights import retention
    from fenshen.store import complaints

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        rows = complaints.every(connection)
    if as_json:
        print_json(
            [{"id": r.id, "topic": r.topic, "state": r.state, "due": r.due_at, "at": r.at} for r in rows]
        )
        return
    columns = [told(f"complaints_column_{name}") for name in COLUMNS]
    show_table(
        columns,
        [
            (r.id, told(f"web_topic_{r.topic}"), told(f"web_letter_{r.state}"), f"{r.due_at:%Y-%m-%d}")
            for r in rows
        ],
    )


@app.command("read", help=told("complaints_read"))
def read(complaint: Id, *, as_json: Json = False) -> None:
    """Open one complaint."""
    from fenshen.ids import ComplaintId
    from fenshen.rights import complaints, retention

    letter = complaints.read(retention.start(settings.load()), ComplaintId(complaint))
    if as_json:
        print_json(
            {"id": letter.row.id, "topic": letter.row.topic, "text": letter.text, "answer": letter.answer}
        )
    else:
        tell(letter.text)


@app.command("answer", help=told("complaints_answer"))
def answer(complaint: Id, words: Words, *, upheld: Upheld = True, as_json: Json = False) -> None:
    """Answer a complaint, with reasons."""
    from fenshen.ids import ComplaintId
    from fenshen.rights import complaints, retention
    from fenshen.rights.complaints import ComplaintState

    state = ComplaintState.UPHELD if upheld else ComplaintState.DECLINED
    row = complaints.answer(
        retention.start(settings.load()), ComplaintId(complaint), state, words.read_text(encoding="utf-8")
    )
    if as_json:
        print_json({"id": row.id, "state": row.state})
    else:
        tell(told("complaints_answered", id=row.id))
