"""`fenshen verify FILE`: is this picture ours? Every label, its state, and what that proves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.labels.verify import Mark
    from fenshen.rights.desk import Desk

app = new_app()

_File = typer.Argument(help=told("verify_file"), exists=True, dir_okay=False, readable=True)
_Key = typer.Option(
    "--public-key", help=told("verify_public_key"), exists=True, dir_okay=False, readable=True
)
_Anchor = typer.Option("--anchor", help=told("verify_anchor"), exists=True, dir_okay=False, readable=True)
_Receipt = typer.Option(
    "--consent-receipt", help=told("verify_receipt"), exists=True, dir_okay=False, readable=True
)


@app.command(help=told("verb_verify"))
def verify(
    file: Annotated[Path, _File],
    *,
    public_key: Annotated[Path | None, _Key] = None,
    anchor: Annotated[Path | None, _Anchor] = None,
    consent_receipt: Annotated[Path | None, _Receipt] = None,
    as_json: Json = False,
) -> None:
    """Print the marks of a picture. Somebody else's picture is an answer, not a refusal: the exit code is 0."""
    from fenshen.flow.verify_picture import Checked, as_dict, facts_of, verdict, verify_picture
    from fenshen.labels import verify as labels
    from fenshen.labels.container import PictureUnreadableError

    here = settings.load()
    key_file = public_key or here.home / "keys" / "studio.pub"
    if file.stat().st_size > labels.LARGEST_FILE:
        raise PictureUnreadableError
    key = key_file.read_bytes() if key_file.exists() else None
    data, desk = file.read_bytes(), None if public_key else _desk(here)
    trusted = _anchor(anchor, here, is_elsewhere=public_key is not None)
    receipt = _receipt(consent_receipt, key)
    if desk is None:
        # With a key given, the studio asked about may be another one than this.
        producer = None if public_key else here.producer
        found = labels.verify(data, public_key=key, producer=producer, anchor=trusted, receipt=receipt)
        checked = Checked(found=found, record=None)
    else:
        checked = verify_picture(desk, data, anchor=trusted, receipt=receipt)
    if as_json:
        print_json(as_dict(checked, told))
        return
    columns = [told("verify_column_mark"), told("verify_column_finding")]
    rows = [(told(f"mark_{m.mark}"), _finding(m)) for m in checked.found.marks]
    if rows:
        show_table(columns, rows)
    tell(told(verdict(checked.found)), style="bold")
    if checked.record is not None:
        facts = facts_of(checked.record)
        tell(told(f"verify_record_{checked.record.evidence}", **facts))


def _desk(here: settings.Settings) -> Desk | None:
    """Open the studio whose register may know the picture, when there is one here."""
    from fenshen.rights.desk import open_desk

    return open_desk(here) if here.database or (here.home / "studio.db").exists() else None


def _anchor(given: Path | None, here: settings.Settings, *, is_elsewhere: bool) -> str:
    """Give the root certificates to trust: those given, else this studio's when it is the one asked about."""
    from cryptography.x509 import load_pem_x509_certificates

    from fenshen.labels.c2pa_authority import CredentialsRefusedError
    from fenshen.labels.c2pa_operator import anchors

    if given is None:
        return "" if is_elsewhere else anchors(here)
    try:
        text = given.read_text()
        load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise CredentialsRefusedError from error
    return text


def _receipt(file: Path | None, key: bytes | None) -> bytes | None:
    """Read a consent receipt; with the studio's key at hand, one that the studio never signed is refused."""
    if file is None:
        return None
    data = file.read_bytes()
    if key is not None:
        from fenshen.rights import receipt_check

        receipt_check.verify(data, key)
    return data


def _finding(mark: Mark) -> str:
    """State and content on the first line, what it proves below."""
    said = (told(f"mark_state_{mark.state}"), mark.value)
    return " · ".join(filter(None, said)) + f"\n{told(mark.proves)}\n"
