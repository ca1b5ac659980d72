"""How long anything is kept, as a table, and the sweep that enforces it."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from fenshen.clock import Clock
from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.rights import erasure, holdings, label_free
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.erasure import Reason
from fenshen.rights.receipts import Receipt
from fenshen.settings import Settings
from fenshen.store import consents, disk, doubles, exports
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass

UNFINISHED = timedelta(hours=1)  # no run is longer: what it left half-made by then has no owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long one kind of data may live, and why."""

    kind: str  # as in `holdings.KINDS`
    purpose: Purpose
    since: str  # what starts its clock
    life: timedelta  # at most, from then on
    enforce: Callable[[Desk, timedelta], list[Receipt]]


def sweep(desk: Desk) -> list[Receipt]:
    """Destroy all that has outlived its rule; call it when a run starts. Gives the receipts.

    Safe to call while other runs are at work: what a living run holds is left alone. One person's damaged key does
    not keep the others' data alive.
    """
    given = [receipt for rule in RULES for receipt in rule.enforce(desk, rule.life)]
    before = desk.clock.now() - UNFINISHED
    with suppress(SealBrokenError):  # then the dead are buried when the damage is mended, or its owner erased
        desk.vault.bury(before)
    disk.forget_parts(desk.settings.home / "receipts", before)
    return given


def _photos(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy every photo without a living run: its life ends with the run that brought it."""
    del life  # zero: there is no clock to wait for
    left = desk.vault.take_over()
    given = [erasure.destroy(desk, sitter, DataClass.PHOTO, reason=Reason.ABANDONED) for sitter in left]
    return [receipt for receipt in given if receipt]


def _doubles(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy unused doubles, finish erasures that were cut off, and destroy what was never registered."""
    del life  # counted into `expires_at` at each use, so that the sitter can be told the day
    now, given = desk.clock.now(), []
    with desk.store.begin() as connection:
        over = {row.id: Reason.EXPIRED for row in doubles.expired(connection, now)}
        rows = doubles.every(connection)
    for row in rows:
        with suppress(SealBrokenError):
            if row.id not in desk.vault.objects(row.sitter, DataClass.DOUBLE):
                over.setdefault(
                    row.id, Reason.RESUMED
                )  # a row is written after its blob and deleted after it
    for double, reason in over.items():
        with suppress(NotFoundError, SitterBusyError):  # another sweep was quicker; or it is being made anew
            given.append(erasure.erase_double(desk, double, reason=reason))
    _forget_old(desk, DataClass.DOUBLE, now - UNFINISHED, but={row.id for row in rows})
    return given


def _forget_old(desk: Desk, kind: DataClass, before: datetime, *, but: Collection[str] = frozenset()) -> None:
    """Destroy the blobs of one class that were written before a moment."""
    for sitter in desk.vault.people(kind):
        with suppress(SealBrokenError):
            for kept in desk.vault.kept(sitter, kind):
                if kept.written_at < before and kept.object_id not in but:
                    with suppress(NotFoundError):  # another sweep was quicker
                        desk.vault.delete(sitter, kind, kept.object_id)


def _portraits(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy portraits nobody fetched: they belong in the sitter's own folder, not here."""
    _forget_old(desk, DataClass.PORTRAIT, desk.clock.now() - life)
    return []


def _consents(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy the consents of somebody of whom no picture is kept: the run failed, or was given up."""
    with desk.store.begin() as connection:
        old = consents.sitters(connection, before=desk.clock.now() - life)
        with_double = {row.sitter for row in doubles.every(connection)}
    given = []
    for sitter in old:
        with suppress(NotFoundError, SitterBusyError, SealBrokenError):
            if sitter not in with_double and not any(desk.vault.objects(sitter, kind) for kind in DataClass):
                given.append(erasure.erase(desk, sitter, reason=Reason.EXPIRED))
    return given


def _exports(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget of whom old exports were. The marks stay, and lead to an export that names nobody."""
    with desk.store.begin() as connection:
        forgotten = exports.anonymise_old(connection, desk.clock.now() - life)
    if forgotten:
        desk.store.scrub()
    return []


def _recipients(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy recipients whose legal term is over, and those whose application a killed run never finished."""
    staying = label_free.purge(desk, life)
    _forget_old(desk, DataClass.RECIPIENT, desk.clock.now() - UNFINISHED, but=staying)
    return []


RULES = (
    Rule(
        kind="photo",
        purpose=Purpose.BUILD_DOUBLE,
        since="the run that brought it ended, in whatever way",
        life=timedelta(0),
        enforce=_photos,
    ),
    Rule(
        kind="double",
        purpose=Purpose.KEEP_DOUBLE,
        since="it was last used",
        life=doubles.IDLE,
        enforce=_doubles,
    ),
    Rule(
        kind="portrait",
        purpose=Purpose.RENDER_PORTRAIT,
        since="it was made",
        life=timedelta(days=7),
        enforce=_portraits,
    ),
    Rule(
        kind="export_record",
        purpose=Purpose.RENDER_PORTRAIT,
        since="the portraits left",
        life=holdings.EXPORT_KNOWN,
        enforce=_exports,
    ),
    Rule(
        kind="recipient",
        purpose=Purpose.RENDER_PORTRAIT,
        since="portraits without visible label were last provided; not earlier, because the law keeps it",
        life=label_free.KEPT,
        enforce=_recipients,
    ),
    Rule(
        kind="consent",
        purpose=Purpose.INSPECT_PHOTOS,
        since="it was given, if nothing else is kept of the person",
        life=timedelta(days=1),
        enforce=_consents,
    ),
)


def start(settings: Settings, clock: Clock | None = None) -> Desk:
    """Open the desk and sweep: how every run that touches what is kept begins. Errors: see ``open_desk``."""
    desk = open_desk(settings, clock)
    sweep(desk)
    return desk
