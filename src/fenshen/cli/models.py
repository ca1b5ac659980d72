"""``fenshen models``: the pretrained nets, their licences, and whether the files here are the pinned ones."""

from collections.abc import Sequence
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, bars, new_app, print_json, show_table, tell, told
from fenshen.errors import FenshenError
from fenshen.vision import weights
from fenshen.vision.cards import WEIGHTS

app = new_app(group=True)

Names = Annotated[list[str] | None, typer.Argument(help=told("models_fetch_names"))]


class WeightUnknownError(FenshenError):
    """No model has this name. Facts: ``weight``."""

    code = "weight_unknown"


@app.command("list", help=told("models_list"))
def list_models(*, as_json: Json = False) -> None:
    """Show every model with its task, licence and source."""
    _show(weights.verify(settings.load()), as_json=as_json)


@app.command("fetch", help=told("models_fetch"))
def fetch_models(names: Names = None, *, as_json: Json = False) -> None:
    """Bring models onto this machine: all the default ones unless named."""
    _known(names)
    with bars(as_json=as_json) as progress:
        states = weights.fetch(settings.load(), progress, names or None)
    _show(states, as_json=as_json)


@app.command("verify", help=told("models_verify"))
def verify_models(names: Names = None, *, as_json: Json = False) -> None:
    """Compare models with their pinned checksums; exit code 1 when one is missing or altered."""
    _known(names)
    states = [s for s in weights.verify(settings.load(), names or None) if names or s.card.default]
    _show(states, as_json=as_json)
    if any(state.state != "present" for state in states):
        if not as_json:
            tell(f"→ {told('weight_missing', 'fix')}", style="green")
        raise typer.Exit(1)


def _known(names: Sequence[str] | None) -> None:
    known = {card.name for card in WEIGHTS}
    for name in names or ():
        if name not in known:
            raise WeightUnknownError(weight=name)


def _show(states: Sequence[weights.WeightState], *, as_json: bool) -> None:
    if as_json:
        print_json([_as_dict(state) for state in states])
        return
    columns = [told(f"models_column_{name}") for name in ("name", "state", "licence", "source", "task")]
    show_table(columns, [_as_row(state) for state in states])


def _as_row(state: weights.WeightState) -> tuple[str, ...]:
    card = state.card
    return card.name, told(f"weight_state_{state.state}"), card.licence, card.requirement, card.task


def _as_dict(state: weights.WeightState) -> dict[str, str | int | bool]:
    card = state.card
    return {
        "name": card.name,
        "state": state.state,
        "task": card.task,
        "licence": card.licence,
        "source": card.requirement,
        "origin": card.origin,
        "training_data": card.training_data,
        "sha256": card.sha256,
        "size": card.size,
        "default": card.default,
    }
