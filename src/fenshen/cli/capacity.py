"""``fenshen admin capacity``: how many machines, how long a wait, what cost. Simulated, with what is assumed said."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen.cli.screen import Json, bars, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fenshen.jobs.capacity import Fleet, Outlook
    from fenshen.jobs.capacity_figures import Figures
    from fenshen.jobs.capacity_launch import Launch, Line

app = new_app()

Sitters = Annotated[list[int] | None, typer.Option("--sitters", help=told("capacity_sitters"))]
Workers = Annotated[list[int] | None, typer.Option("--workers", help=told("capacity_workers"))]
Within = Annotated[float, typer.Option("--within", metavar="SECONDS", help=told("capacity_within"))]
Cores = Annotated[int, typer.Option("--cores", help=told("capacity_cores"))]
Price = Annotated[float, typer.Option("--price", help=told("capacity_price"))]
FiguresFile = Annotated[
    Path | None, typer.Option("--figures", metavar="FILE", help=told("capacity_figures_file"))
]
Scenario = Annotated[str | None, typer.Option("--scenario", metavar="NAME", help=told("capacity_scenario"))]
Seed = Annotated[int, typer.Option("--seed", help=told("capacity_seed"))]
SITTERS = (100, 10_000, 1_000_000)
COLUMNS = ("sitters", "workers", "machines", "busy", "peak", "half", "most", "longest", "over", "cost")
LAUNCH_COLUMNS = ("workers", "told", "at_most", "against")
READABLE = 90  # of a unit, before the next larger one is used


@app.command(help=told("verb_capacity"))
def capacity(
    sitters: Sitters = None,
    workers: Workers = None,
    within: Within = 300.0,
    cores: Cores = 8,
    price: Price = 2.0,
    figures: FiguresFile = None,
    scenario: Scenario = None,
    seed: Seed = 1,
    *,
    as_json: Json = False,
) -> None:
    """Plan, or replay a scenario."""
    from fenshen.jobs import capacity as planner
    from fenshen.jobs import capacity_figures, capacity_launch

    if seed < 0:
        raise planner.CapacityInvalidError(option="--seed", least=0)
    known = capacity_figures.read(figures) if figures else capacity_figures.measured()
    if scenario is not None:
        capacity_launch.refuse_unknown(scenario)
        launch = capacity_launch.replay(workers or capacity_launch.WORKERS, figures=known, seed=seed)
        _show_launch(launch, known, seed, as_json=as_json)
        return
    fleet = planner.Fleet(cores=cores, price=price)
    found: list[Outlook] = []
    fleets: Sequence[int | None] = workers or [None]
    asked = [(people, each) for people in sitters or SITTERS for each in fleets]
    for people, given in asked:  # before the first of them is simulated
        planner.check(people, given, within=within, figures=known, fleet=fleet)
    with bars(as_json=as_json) as progress:
        progress.step("progress_capacity", 0, len(asked))
        for done, (people, given) in enumerate(asked, 1):
            if given is None:
                found.append(planner.least(people, within, figures=known, fleet=fleet, seed=seed))
            else:
                found.append(planner.outlook(people, given, figures=known, fleet=fleet, seed=seed))
            progress.step("progress_capacity", done, len(asked))
    if as_json:
        print_json(_as_dict(found, None if workers else within, known, fleet, seed))
        return
    show_table([told(f"capacity_column_{name}") for name in COLUMNS], [_row(each) for each in found])
    if not workers:
        tell(told("capacity_target", within=_time(within)))
    tell(told("capacity_legend"))
    _tell_basis(found, known, fleet)


def _row(found: Outlook) -> tuple[str, ...]:
    return (
        f"{found.sitters:,}",
        f"{found.workers:,}",
        f"{found.machines:,}",
        f"{found.utilisation:.0%}",
        f"{found.busiest_hour:.0%}",
        _time(found.waits.half),
        _time(found.waits.most),
        _time(found.waits.longest),
        f"{found.waits.over_an_hour:.1%}",
        f"{found.cost_a_day:,.0f}",
    )


def _tell_basis(found: list[Outlook], figures: Figures, fleet: Fleet) -> None:
    for each in found:
        people = f"{each.sitters:,}"
        if each.growth:
            tell(told("capacity_grows", sitters=people, growth=f"{each.growth:,.0f}"))
        if each.shares > 1:
            tell(told("capacity_shares", sitters=people, shares=each.shares))
    tell(
        told(
            "capacity_reckoned",
            source=figures.source,
            machine=figures.machine,
            cores=figures.cores,
            machine_cores=fleet.cores,
            memory=f"{fleet.gigabytes(figures):.1f}",
        ),
        style="dim",
    )
    tell(
        told(
            "capacity_assumed",
            portraits=f"{figures.portraits.a_sitter:g}",
            redos=f"{figures.redo.a_sitter:g}",
            price=f"{fleet.price:g}",
        ),
        style="dim",
    )


def _as_dict(
    found: list[Outlook], within: float | None, figures: Figures, fleet: Fleet, seed: int
) -> dict[str, object]:
    return {
        "rows": [asdict(each) for each in found],
        "within_seconds": within,
        "machine": asdict(fleet),
        "figures": figures.model_dump(),
        "seed": seed,
    }


def _show_launch(launch: Launch, figures: Figures, seed: int, *, as_json: bool) -> None:
    from fenshen.jobs.capacity_launch import AHEAD, NAME, PROMISED, TOLD

    if as_json:
        table = {"scenario": NAME, "ahead": AHEAD, "told_seconds": TOLD, "promised_seconds": PROMISED}
        print_json({**table, **asdict(launch), "figures": figures.model_dump(), "seed": seed})
        return
    columns = [told(f"capacity_column_{name}") for name in LAUNCH_COLUMNS]
    rows = [_launch_row(each, TOLD) for each in launch.lines]
    show_table(columns, rows, title=told("capacity_launch_title", ahead=f"{AHEAD:,}"))
    told_then = launch.implied
    tell(
        told(
            "capacity_launch_implied",
            told=_time(TOLD),
            each=f"{told_then.seconds_a_double:.2f}",
            hourly=f"{told_then.doubles_an_hour:.0f}",
        )
    )
    tell(
        told(
            "capacity_launch_promised",
            promised=_time(PROMISED),
            ahead=told_then.ahead_for_promise,
            peak=f"{told_then.ahead_at_peak:,}",
            shown=f"{told_then.ahead_when_shown:,}",
        )
    )
    fewest = {"told": launch.as_told.workers, "promised": launch.as_promised.workers}
    tell(told("capacity_launch_fewest", **fewest))
    tell(told("capacity_launch_caution", redos=f"{figures.redo.a_sitter:g}"), style="dim")


def _launch_row(line: Line, told_then: float) -> tuple[str, ...]:
    return (f"{line.workers:,}", _time(line.half), _time(line.most), f"{line.half / told_then:.0%}")


def _time(seconds: float) -> str:
    """Put a time into words: seconds below 90, minutes below 90, hours."""
    if round(seconds) < READABLE:
        return told("capacity_unit_seconds", n=f"{seconds:.0f}")
    if round(seconds / 60) < READABLE:
        return told("capacity_unit_minutes", n=_short(seconds / 60))
    return told("capacity_unit_hours", n=_short(seconds / 3600))


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")  # noqa: PLR2004
