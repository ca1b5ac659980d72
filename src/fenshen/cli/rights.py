"""``fenshen rights``: what is kept of a person, all of it to take away, and its end; consent given and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.double_kept import Yes, may_destroy, tell_erased
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told
from fenshen.rights.purposes import Purpose

if TYPE_CHECKING:
    from fenshen.rights.holdings import Holding

app = new_app(group=True)

Id = Annotated[str, typer.Argument(metavar="ID", help=told("rights_id"))]
Purposes = Annotated[list[Purpose] | None, typer.Option("--purpose", help=told("rights_purpose"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Later = Annotated[bool, typer.Option("--later", help=told("rights_export_later"))]
Output = Annotated[Path | None, typer.Option("-o", "--output", help=told("rights_output"))]
PATIENCE = 30.0  # seconds to wait for a run at work to stop; it does so at its next photo or picture
COLUMNS = ("kind", "id", "bytes", "key", "purpose", "expires")


@app.command("holdings", help=told("rights_holdings"))
def show_holdings(who: Id, *, as_json: Json = False) -> None:
    """Show all that the studio keeps of a person now."""
    from fenshen.rights import erasure, holdings, retention

    desk = retention.start(settings.load())
    held = holdings.holdings(desk, erasure.whose(desk, who))
    if as_json:
        print_json([_as_dict(each) for each in held])
    else:
        columns = [told(f"holdings_column_{name}") for name in COLUMNS]
        show_table(columns, [_as_row(each) for each in held], title=told("holdings_title"))


@app.command("export", help=told("rights_export"))
def export_all(who: Id, output: Output = None, *, later: Later = False, as_json: Json = False) -> None:
    """Write everything kept of a person into one archive, opened; or let a worker pack it."""
    from fenshen.rights import erasure, export, retention
    from fenshen.store import disk
    from fenshen.store.new_file import FileUnwritableError

    desk = retention.start(settings.load())
    if later:
        from fenshen.cli.jobs import submitted
        from fenshen.flow.prepare_copy import copy_later

        submitted(desk, copy_later(desk, erasure.whose(desk, who)), as_json=as_json)
        return
    archive = export.export(desk, erasure.whose(desk, who))
    target = output or Path(f"fenshen-{who}.zip")
    try:
        disk.write_durably(target, archive)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        raise FileUnwritableError(file=target.name) from None
    if as_json:
        print_json({"file": target, "bytes": len(archive), "encrypted": False})
    else:
        tell(told("export_done", file=str(target)))


@app.command("erase", help=told("rights_erase"))
def erase_all(who: Id, *, yes: Yes = False, as_json: Json = False) -> None:
    """Destroy everything kept of a person, and give the signed receipt."""
    from fenshen.rights import erasure, retention

    desk = retention.start(settings.load())
    sitter = erasure.whose(desk, who)
    if may_destroy(who, yes=yes, as_json=as_json):
        tell_erased(erasure.erase(desk, sitter, patience=PATIENCE).path, as_json=as_json)


@app.command("withdraw", help=told("rights_withdraw"))
def withdraw(who: Id, *, purpose: Purposes = None, yes: Yes = False, as_json: Json = False) -> None:
    """Take consent back, for one purpose or for all: work stops, and what rested on it is destroyed."""
    from fenshen.rights import erasure, retention

    desk = retention.start(settings.load())
    sitter = erasure.whose(desk, who)
    purposes = list(purpose or Purpose)
    loses_all = bool(erasure.WHOLE & set(purposes))
    if loses_all and not may_destroy(who, yes=yes, as_json=as_json):
        return
    done = erasure.withdraw(desk, sitter, purposes, patience=PATIENCE)
    if as_json:
        erased = done.erased.path if done.erased else None
        print_json({"withdrawn": purposes, "receipt": done.receipt.path, "erased": erased})
        return
    tell(told("withdraw_done", file=str(done.receipt.path)), style="bold")
    if done.erased:
        tell_erased(done.erased.path, as_json=False)


@app.command("agree", help=told("rights_agree"))
def agree(
    who: Id,
    *,
    purpose: Purposes = None,
    adult: Adult = False,
    consent: Consent = False,
    as_json: Json = False,
) -> None:
    """Agree to what one said no to before, or to what now has other words or terms."""
    from fenshen.cli.consent_question import can_ask, ensure_consent
    from fenshen.rights import consent as consents
    from fenshen.rights import erasure, retention

    desk = retention.start(settings.load())
    sitter = erasure.whose(desk, who)
    wanted = list(purpose or Purpose)
    receipt = ensure_consent(
        desk, sitter, [], optional=wanted, adult_flag=adult, consent_flag=consent,
        interactive=can_ask(as_json=as_json), again=True,
    )  # fmt: skip
    agreed = sorted(consents.agreed(desk, sitter))
    if as_json:
        print_json({"agreed": agreed, "receipt": receipt.path if receipt else None})
    else:
        tell(told("agree_done", purposes=", ".join(told(f"purpose_{each}") for each in agreed)))


def _as_row(each: Holding) -> tuple[str, ...]:
    until = (
        f"{each.expires_at.astimezone():%Y-%m-%d %H:%M}" if each.expires_at else told("holdings_until_rule")
    )
    purpose = told(f"purpose_{each.purpose}")
    return told(f"holding_{each.kind}"), each.id, f"{each.bytes:,}", each.key_id or "", purpose, until


def _as_dict(each: Holding) -> dict[str, object]:
    return {
        "kind": each.kind,
        "id": each.id,
        "bytes": each.bytes,
        "key": each.key_id,
        "purpose": each.purpose.value,
        "expires_at": each.expires_at.isoformat() if each.expires_at else None,
    }
