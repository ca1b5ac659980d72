"""``fenshen admin sweep``: destroy now what is due, for a timer that the operator sets."""

from fenshen import settings
from fenshen.cli.screen import Json, print_json, tell, told


def sweep(*, as_json: Json = False) -> None:
    """Destroy what has outlived its time, and finish what was ordered to go."""
    from fenshen.rights import retention
    from fenshen.rights.desk import open_desk

    given = retention.sweep(open_desk(settings.load()))
    if as_json:
        print_json({"receipts": [receipt.path for receipt in given]})
    else:
        tell(told("sweep_done", count=len(given)))
