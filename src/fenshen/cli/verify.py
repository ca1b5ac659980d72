"""`fenshen verify FILE`: is this picture ours? Every label, its state, and what that proves."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.labels.verify import Mark, Verification
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
    from fenshen.labels import verify as labels
    from fenshen.labels.container import PictureUnreadableError

    here = settings.load()
    key_file = public_key or here.home / "keys" / "studio.pub"
    # With a key given, the studio asked about may be another one than this.
    producer = None if public_key else here.producer
    if file.stat().st_size > labels.LARGEST_FILE:
        raise PictureUnreadableError
    key = key_file.read_bytes() if key_file.exists() else None
    data, desk = file.read_bytes(), None if public_key else _desk(here)
    found = labels.verify(
        data,
        public_key=key,
        producer=producer,
        anchor=_anchor(anchor, here, is_elsewhere=public_key is not None),
        receipt=_receipt(consent_receipt, key),
        known=None if desk is None else partial(_is_known, desk),
    )
    record = None if desk is None else _record(desk, data)
    if as_json:
        marks = [
            {"mark": m.mark, "state": m.state, "proves": told(m.proves), "code": m.proves, "value": m.value}
            for m in found.marks
        ]
        print_json({"ours": found.ours, "intact": found.intact, "marks": marks, "record": record})
        return
    columns = [told("verify_column_mark"), told("verify_column_finding")]
    rows = [(told(f"mark_{m.mark}"), _finding(m)) for m in found.marks]
    if rows:
        show_table(columns, rows)
    tell(told(_verdict(found)), style="bold")
    if record is not None:
        tell(told(f"verify_record_{record['evidence']}", **{k: str(v) for k, v in record.items()}))


def _desk(here: settings.Settings) -> Desk | None:
    """Open the studio whose register may know the picture, when there is one here."""
    from fenshen.rights.desk import open_desk

    return open_desk(here) if here.database or (here.home / "studio.db").exists() else None


def _is_known(desk: Desk, mark: int) -> bool:
    from fenshen.labels import register

    return register.by_mark(desk, mark) is not None


def _record(desk: Desk, data: bytes) -> dict[str, object] | None:
    """Tell what the register knows of a picture, and by what it knows it: never whose face it is."""
    from fenshen.labels import register, trace

    (tie,) = trace.trace(desk, [data], reader=trace.watermark_reader).ties
    row = register.by_produce_id(desk, tie.produce_id) if tie.produce_id else None
    if row is None:
        return None
    return {
        "evidence": tie.evidence.value,
        "produce_id": row.id,
        "kind": row.kind,
        "template": row.template or "-",
        "engine": row.engine,
        "at": f"{row.at:%Y-%m-%d %H:%M}Z",
    }


def _verdict(found: Verification) -> str:
    """Choose the one sentence, which never says more than the marks prove together."""
    if not found.ours:
        return "verify_not_ours" if found.marks else "verify_no_marks"
    if found.intact:
        return "verify_ours"
    around = next(mark.state for mark in found.marks if mark.mark == "c2pa")
    return "verify_ours_picture" if around in {"absent", "unchecked", "expired"} else "verify_ours_changed"


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
