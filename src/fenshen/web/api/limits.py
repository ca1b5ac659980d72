"""How often a key may ask: by account, whatever the address."""

from typing import Final

from fenshen.accounts.keys import Caller
from fenshen.accounts.limits import Limits, per_minute
from fenshen.web.studio import Studio

A_MINUTE: Final = 600  # requests of one account: a set of photos in parts, and questions about a few jobs


def may_ask(studio: Studio, caller: Caller) -> None:
    """Take a token of this account's. Raises TooOftenError when there is none left."""
    desk = studio.desk
    limits = Limits(store=desk.store, keys=desk.vault.keys, clock=desk.clock)
    limits.take("api", caller.account, per_minute(A_MINUTE))
