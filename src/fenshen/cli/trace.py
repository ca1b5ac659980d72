"""``fenshen admin trace``: with which export did leaked pictures leave? Counts, and what each kind of tie proves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.receipt import FileUnreadableError
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fenshen.labels.trace import Suspect, Traced

app = new_app()

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help=told("trace_files"))]
COLUMNS = ("export", "at", "signature", "mark", "similar", "count")


@app.command(help=told("verb_trace"))
def trace(files: Files, *, as_json: Json = False) -> None:
    """Tie leaked files to the exports they left with."""
    from fenshen.labels import trace
    from fenshen.rights import retention

    desk = retention.start(settings.load())
    traced = trace.trace(desk, _contents(files), reader=trace.watermark_reader)
    if as_json:
        print_json(_as_dict(traced, files))
        return
    if traced.suspects:
        columns = [told(f"trace_column_{name}") for name in COLUMNS]
        show_table(columns, [_row(each) for each in traced.suspects])
    tell(
        told(
            "trace_rest",
            none=traced.count(trace.Evidence.NONE),
            several=traced.ambiguous,
            unreadable=traced.count(trace.Evidence.UNREADABLE),
        )
    )
    tell(told("trace_bound", files=len(files), registered=traced.registered, bound=f"{traced.bound:.1e}"))
    tell(told("trace_similar"))


def _contents(files: Sequence[Path]) -> Iterator[bytes]:
    """Read one file after the other: a leak may be large."""
    for file in files:
        try:
            yield file.read_bytes()
        except OSError:
            raise FileUnreadableError(file=file.name) from None


def _row(suspect: Suspect) -> tuple[str, ...]:
    from fenshen.labels.trace import TIES

    export, files = suspect.export, suspect.files
    at = f"{export.at.astimezone():%Y-%m-%d %H:%M}"
    return (
        export.id,
        at,
        *(str(files[each]) for each in TIES),
        str(export.count),
    )


def _as_dict(traced: Traced, files: Sequence[Path]) -> dict[str, object]:
    from fenshen.labels.trace import TIES

    return {
        "exports": [
            {
                "export": each.export.id,
                "at": each.export.at.isoformat(),
                "kind": each.export.kind,
                "sitter": each.export.sitter,
                "issued": each.export.count,
                "files": {kind.value: each.files[kind] for kind in TIES},
            }
            for each in traced.suspects
        ],
        "files": [
            {"file": file, "evidence": tie.evidence, "export": tie.export, "produce_id": tie.produce_id}
            for file, tie in zip(files, traced.ties, strict=True)
        ],
        "registered": traced.registered,
        "false_accusation_bound": traced.bound,
        "bound_is": "analytic",
    }
