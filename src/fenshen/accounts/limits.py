"""How often somebody may try: token buckets in the database, so that all processes count together.

A bucket is found by a keyed hash of what is limited: no address and no name lies in the open. What is limited is
answered alike whether it exists or not, so that nobody learns from it.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.accounts.keyed import keyed
from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.store.account_tables import buckets
from fenshen.store.database import Store
from fenshen.vault.keys import KeyStore

WHOLE = 1000  # one token, as it is kept


class TooOftenError(FenshenError):
    """Somebody tried more often than people do. Facts: ``wait``, in seconds."""

    code, retry = "too_often", True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something may be done."""

    burst: int  # times at once, after a rest
    seconds: float  # until one more is allowed


def per_minute(times: int) -> Rate:
    """Allow so many times a minute, all of them at once if need be."""
    return Rate(burst=times, seconds=60 / times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The buckets of one studio."""

    store: Store
    keys: KeyStore
    clock: Clock

    def take(self, name: str, whose: str, *rates: Rate) -> None:
        """Count one try against every rate, or none of them. Raises TooOftenError.

        name: what is tried. whose: an address, a name; never kept as it is.
        """
        now = self.clock.now()
        with self.store.begin() as connection:  # whoever is in is alone: two tries cannot count as one
            there = [(self._id(name, whose, n), rate) for n, rate in enumerate(rates)]
            left = [_filled(connection, id_, rate, now) for id_, rate in there]
            if wait := max(
                (_wait(each, rate) for each, (_, rate) in zip(left, there, strict=True)), default=0
            ):
                raise TooOftenError(wait=wait)
            for tokens, (id_, _) in zip(left, there, strict=True):
                _keep(connection, id_, tokens - WHOLE, now)

    def forgive(self, name: str, whose: str, *rates: Rate) -> None:
        """Forget the tries: it was the right person."""
        ids = [self._id(name, whose, n) for n in range(len(rates))]
        with self.store.begin() as connection:
            connection.execute(delete(buckets).where(buckets.c.id.in_(ids)))

    def _id(self, name: str, whose: str, number: int) -> str:
        return keyed(self.keys, "bucket", name, str(number), whose)


def _filled(connection: Connection, id_: str, rate: Rate, now: datetime) -> int:
    """Give what a bucket holds by now, in thousandths of a token."""
    row = connection.execute(select(buckets.c.tokens, buckets.c.at).where(buckets.c.id == id_)).first()
    if row is None:
        return rate.burst * WHOLE
    came = max((now - row.at).total_seconds(), 0) / rate.seconds * WHOLE
    return min(int(row.tokens) + int(came), rate.burst * WHOLE)


def _wait(tokens: int, rate: Rate) -> int:
    return 0 if tokens >= WHOLE else max(ceil((WHOLE - tokens) / WHOLE * rate.seconds), 1)


def _keep(connection: Connection, id_: str, tokens: int, now: datetime) -> None:
    values = {"tokens": tokens, "at": now}
    if not connection.execute(update(buckets).where(buckets.c.id == id_).values(values)).rowcount:
        connection.execute(insert(buckets).values(id=id_, **values))
