"""``fenshen double list | show | delete``: what is kept of doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli import consent_question
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.rights.desk import Desk
    from fenshen.store.doubles import DoubleRow

app = new_app()

Id = Annotated[str, typer.Argument(metavar="ID", help=told("double_id"))]
Days = Annotated[int, typer.Option("--days", min=1, max=365, help=told("option_keep_days"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=told("option_yes"))]
COLUMNS = ("id", "created", "used", "expires", "takes", "bytes")


@app.command("list", help=told("double_list"))
def list_doubles(*, as_json: Json = False) -> None:
    """Show every double that is kept."""
    from fenshen.rights import retention
    from fenshen.store import doubles

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        rows = doubles.every(connection)
    _show(desk, rows, as_json=as_json, is_list=True)


@app.command("show", help=told("double_show"))
def show_double(double: Id, *, as_json: Json = False) -> None:
    """Show one double: when it was made and used, and until when it lives."""
    from fenshen.ids import DoubleId
    from fenshen.rights import retention
    from fenshen.store import doubles

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        row = doubles.get(connection, DoubleId(double))
    _show(desk, [row], as_json=as_json, is_list=False)


@app.command("delete", help=told("double_delete"))
def delete_double(double: Id, *, yes: Yes = False, as_json: Json = False) -> None:
    """Destroy a double; with the last one of a person goes everything else kept of them."""
    from fenshen.ids import DoubleId
    from fenshen.rights import erasure, retention
    from fenshen.store import doubles

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        doubles.get(connection, DoubleId(double))  # an unknown id is refused before anybody is asked
    if may_destroy(double, yes=yes, as_json=as_json):
        tell_erased(erasure.erase_double(desk, DoubleId(double)).path, as_json=as_json)


@app.command("keep", help=told("double_keep"))
def keep_double(double: Id, *, days: Days, as_json: Json = False) -> None:
    """Choose how long a double may lie unused, counted from now."""
    from fenshen.ids import DoubleId
    from fenshen.rights import retention
    from fenshen.store import doubles

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        doubles.keep_for(connection, DoubleId(double), days, desk.clock.now())
        row = doubles.get(connection, DoubleId(double))
    _show(desk, [row], as_json=as_json, is_list=False)


def may_destroy(id_: str, *, yes: bool, as_json: bool) -> bool:
    """Ask once more, when there is somebody to ask."""
    if yes or not consent_question.can_ask(as_json=as_json):
        return True
    if consent_question.yes(told("erase_ask", id=id_)):
        return True
    tell(told("erase_kept"))
    return False


def tell_erased(receipt: Any, *, as_json: bool) -> None:
    """Tell what was destroyed, and where the receipt lies."""
    import json

    body = json.loads(receipt.read_bytes())
    what = ", ".join(f"{told('holding_' + each['kind'])} × {each['n']}" for each in body["objects"])
    if as_json:
        print_json({"destroyed": body["objects"], "receipt": receipt})
    else:
        tell(told("erase_done", what=what, file=str(receipt)))


def _show(desk: Desk, rows: list[DoubleRow], *, as_json: bool, is_list: bool) -> None:
    from fenshen.vault.vault import DataClass

    kept = {
        each.object_id: each.bytes
        for sitter in {row.sitter for row in rows}
        for each in desk.vault.kept(sitter, DataClass.DOUBLE)
    }
    if as_json:
        found = [_as_dict(row, kept.get(row.id, 0)) for row in rows]
        print_json(found if is_list else found[0])
    elif not rows:
        tell(told("doubles_none"))
    else:
        columns = [told(f"doubles_column_{name}") for name in COLUMNS]
        show_table(columns, [_as_row(row, kept.get(row.id, 0)) for row in rows], title=told("doubles_title"))


def _as_row(row: DoubleRow, size: int) -> tuple[str, ...]:
    moments = (row.created_at, row.last_used_at, row.expires_at)
    return row.id, *(f"{each.astimezone():%Y-%m-%d %H:%M}" for each in moments), str(row.takes), f"{size:,}"


def _as_dict(row: DoubleRow, size: int) -> dict[str, object]:
    return {
        "double": row.id,
        "sitter": row.sitter,
        "created_at": row.created_at.isoformat(),
        "last_used_at": row.last_used_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "keep_days": row.idle_days,
        "takes": row.takes,
        "format_version": row.format_version,
        "state": row.state.value,
        "bytes": size,
    }
