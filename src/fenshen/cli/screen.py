"""What verbs share: the options that all have, and (``terminal``) how they talk to people."""

from typing import Annotated

import typer

from fenshen.cli.terminal import (
    bars,
    language,
    print_json,
    show_refusal,
    show_table,
    tell,
    tell_at_once,
    told,
    without_bars,
)

__all__ = [
    "Json", "bars", "language", "new_app", "print_json", "show_refusal", "show_table", "tell", "tell_at_once", "told",
    "without_bars",
]  # fmt: skip

Json = Annotated[bool, typer.Option("--json", help=told("option_json"))]
"""The last parameter of every command: ``as_json: Json = False``."""


def new_app(*, group: bool = False) -> typer.Typer:
    """Make the app of one verb. ``group``: the verb has subverbs, even when it is only one so far."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    if group:
        app.callback()(lambda: None)
    return app
