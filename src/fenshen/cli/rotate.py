"""``fenshen admin rotate-keys``: a new key-encryption key, here or elsewhere; no blob is touched."""

from dataclasses import replace
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, bars, print_json, tell, told

To = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help=told("rotate_to"))]


def rotate_keys(*, to: To = None, as_json: Json = False) -> None:
    """Wrap every key anew, and destroy the old key-encryption key. Killed anywhere, run it again."""
    from fenshen.rights import audit
    from fenshen.rights.audit_events import AuditEvent
    from fenshen.rights.desk import open_desk
    from fenshen.vault.rotation import rotate

    here = settings.load()
    with bars(as_json=as_json) as progress:
        done = rotate(here, to, progress)
    desk = open_desk(replace(here, key=done.address))
    with desk.store.begin() as connection:
        audit.record(desk, connection, AuditEvent.KEYS_ROTATED, keys=done.keys)
    if as_json:
        print_json({"keys": done.keys, "rewrapped": done.rewrapped, "key": done.address})
        return
    tell(told("rotate_done", keys=done.keys), style="bold")
    if to:
        tell(told("rotate_set", address=done.address))
    if not done.old_is_ours:
        tell(told("rotate_retire"))
