"""``fenshen audit verify | export | head``: is the studio's log still what was signed? Take it away, keep its head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.receipt import read_file
from fenshen.cli.rights import FileUnwritableError
from fenshen.cli.screen import Json, new_app, print_json, tell, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fenshen.rights.audit_check import CheckedLog

app = new_app(group=True)

Since = Annotated[Path | None, typer.Option("--since", help=told("audit_since"))]
Receipts = Annotated[Path | None, typer.Option("--receipts", help=told("audit_receipts"))]
Target = Annotated[Path, typer.Argument(metavar="FILE", help=told("audit_file"))]
WHOLE, COMPARED = "audit_proves_whole", "audit_proves_append_only"
NO_PROOF = ("audit_no_proof_of_rollback", "audit_no_proof_of_entries")


@app.command("verify", help=told("audit_verify"))
def verify_log(since: Since = None, receipts: Receipts = None, *, as_json: Json = False) -> None:
    """Check every entry, hash and signature of the log, and what others kept of it."""
    from fenshen.rights import audit_check
    from fenshen.rights.desk import open_desk

    found = audit_check.verify(
        open_desk(settings.load()),
        since=audit_check.read_head(read_file(since)) if since else None,
        receipts=_receipts_in(receipts) if receipts else None,
    )
    if as_json:
        print_json(
            {
                "holds": True,
                "head": found.head.as_table(),
                "since": found.since,
                "receipts": found.receipts,
                "proves": _proved(found),
                "does_not_prove": list(NO_PROOF),
            }
        )
    else:
        _tell_checked(found)


@app.command("export", help=told("audit_export"))
def export_log(target: Target, *, as_json: Json = False) -> None:
    """Write the log for outsiders: one entry a line, and last its signed head."""
    from fenshen.rights import audit_check
    from fenshen.rights.desk import open_desk
    from fenshen.store import disk

    lines = list(audit_check.exported(open_desk(settings.load())))
    try:
        disk.write_durably(target, b"".join(lines))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        raise FileUnwritableError(file=target.name) from None
    if as_json:
        print_json({"file": target, "entries": len(lines) - 1})
    else:
        tell(told("audit_exported", file=str(target), count=len(lines) - 1))


@app.command("head", help=told("audit_head"))
def show_head(since: Since = None, *, as_json: Json = False) -> None:
    """Show the signed head of the log; with ``--since`` also the proof that it only grew since then."""
    from fenshen.rights import audit, audit_check
    from fenshen.rights.desk import open_desk

    desk = open_desk(settings.load())
    with desk.store.begin() as connection:
        head = audit.head(desk, connection)
        if since:
            earlier = audit_check.read_head(read_file(since))
            proof = audit_check.grown(desk, connection, earlier, head)
    if since:
        print_json({"since": earlier.as_table(), "head": head.as_table(), "proof": proof})
    elif as_json:
        print_json(head.as_table())
    else:
        tell(told("audit_head_is", count=head.size, root=head.root, at=head.at))
        tell(told("audit_keep_head"), style="dim")


def _receipts_in(folder: Path) -> Iterator[bytes]:
    yield from (read_file(path) for path in sorted(folder.glob("*.json")))


def _proved(found: CheckedLog) -> list[str]:
    was_compared = found.since is not None or found.receipts is not None
    return [WHOLE, COMPARED] if was_compared else [WHOLE]


def _tell_checked(found: CheckedLog) -> None:
    tell(told("audit_holds"), style="bold green")
    tell(told("audit_head_is", count=found.head.size, root=found.head.root, at=found.head.at))
    if found.since is not None:
        tell(told("audit_since_holds", count=found.since))
    if found.receipts is not None:
        tell(told("audit_receipts_hold", count=found.receipts))
    for heading, codes in (("receipt_proves", _proved(found)), ("receipt_does_not_prove", NO_PROOF)):
        tell(f"\n{told(heading)}", style="bold")
        for code in codes:
            tell(f"  · {told(code)}")
