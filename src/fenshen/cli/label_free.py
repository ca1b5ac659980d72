"""``fenshen admin label-free apply | list | duty``: portraits without the visible words, only as the law allows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.consent_question import YES, can_ask
from fenshen.cli.receipt import FileUnreadableError
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told
from fenshen.errors import FenshenError

app = new_app(group=True)

Id = Annotated[str, typer.Argument(metavar="ID", help=told("rights_id"))]
Purpose = Annotated[str, typer.Option("--purpose", metavar="CODE", help=told("label_free_purpose"))]
Recipient = Annotated[
    Path | None, typer.Option("--recipient", metavar="FILE", help=told("label_free_recipient"))
]
Accept = Annotated[bool, typer.Option("--accept-duty", help=told("label_free_accept"))]
COLUMNS = ("id", "purpose", "at", "stands", "kept")


class LabelFreePurposeUnknownError(FenshenError):
    """This is no purpose for which the visible words may be left out. Facts: ``given``, ``known``."""

    code = "label_free_purpose_unknown"


@app.command("duty", help=told("label_free_duty"))
def show_duty(*, as_json: Json = False) -> None:
    """Show the duty in the words of today."""
    from fenshen.rights.duties import duty

    words = duty(settings.load().language)
    if as_json:
        print_json({"language": words.language, "text": words.text, "sha256": words.sha256})
    else:
        tell(words.text)


@app.command("apply", help=told("label_free_apply"))
def apply(
    who: Id,
    *,
    purpose: Purpose,
    recipient: Recipient = None,
    accept_duty: Accept = False,
    as_json: Json = False,
) -> None:
    """Apply for portraits of one sitter without the visible words."""
    from fenshen.rights import erasure, label_free, retention
    from fenshen.rights.duties import duty

    known = [each.value for each in label_free.LabelFreePurpose]
    if purpose not in known:
        raise LabelFreePurposeUnknownError(given=purpose, known=", ".join(known))
    desk = retention.start(settings.load())
    sitter, language = erasure.whose(desk, who), desk.settings.language
    asks = can_ask(as_json=as_json)
    if asks and not accept_duty:
        tell(duty(language).text)
        accept_duty = input(f"{told('label_free_ask')} {told('consent_yes_no')} ").strip().lower() in YES
    applied = label_free.apply(
        desk,
        sitter,
        purpose=label_free.LabelFreePurpose(purpose),
        recipient=_recipient(recipient, asks=asks),
        language=language,
        duty_accepted=accept_duty,
    )
    if as_json:
        print_json({"application": applied.application, "receipt": applied.receipt.path})
    else:
        tell(
            told("label_free_done", id=applied.application, file=str(applied.receipt.path)),
            style="bold green",
        )


@app.command("list", help=told("label_free_list"))
def show_log(*, as_json: Json = False) -> None:
    """Show the log: which applications there are and how long the law keeps them. Recipients stay sealed."""
    from fenshen.rights import label_free, retention
    from fenshen.store import label_free as applications

    desk = retention.start(settings.load())
    with desk.store.begin() as connection:
        rows = applications.every(connection)
    shown = [
        {
            "application": row.id,
            "purpose": row.purpose,
            "at": row.at.isoformat(),
            "stands_until": (row.at + label_free.STANDS).isoformat(),
            "kept_until": label_free.kept_until(row).isoformat(),
        }
        for row in rows
    ]
    if as_json:
        print_json(shown)
    else:
        columns = [told(f"label_free_column_{name}") for name in COLUMNS]
        show_table(
            columns,
            [tuple(str(value)[:16] if "T" in value else value for value in row.values()) for row in shown],
        )


def _recipient(file: Path | None, *, asks: bool) -> str:
    """Read who receives the portraits from a file, from stdin ("-") or at the keyboard; never from an argument.

    What stands on a command line can be read by everybody on the machine.
    """
    if file is None:
        return input(f"{told('label_free_who')} ") if asks else ""
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise FileUnreadableError(file=file.name) from None
