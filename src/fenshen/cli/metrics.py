"""``fenshen admin metrics``: what the tables say of the studio now, for who has no server that scrapes."""

from dataclasses import asdict

import typer

from fenshen import settings
from fenshen.cli.screen import Json, print_json


def metrics(*, as_json: Json = False) -> None:
    """Print jobs, waits, slots and promises, as Prometheus reads them or as JSON."""
    from fenshen.flow.later import queue_of
    from fenshen.rights.desk import open_desk
    from fenshen.watch import tally

    queue = queue_of(open_desk(settings.load()))
    if as_json:
        print_json({"metrics": [asdict(each) for each in tally.readings(queue)]})
    else:
        typer.echo(tally.exposition(queue), nl=False)
