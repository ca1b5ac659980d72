"""The sweep: whatever outlived its line in ``lifetimes`` goes, and what was ordered to go is gone."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from fenshen.clock import Clock
from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.jobs import ends
from fenshen.jobs.states import WITH_PHOTOS
from fenshen.rights import account_holdings, destruction, erasure, label_free, lifetimes, receipts
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.erasure import Reason
from fenshen.rights.receipts import Receipt
from fenshen.settings import Settings
from fenshen.store import albums, consents, disk, doubles, exports, jobs, restoring, seats, together
from fenshen.store.restoring import RestoreUnfinishedError
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass

UNFINISHED = timedelta(hours=1)  # no run is longer: what it left half-made by then has no owner


def sweep(desk: Desk) -> list[Receipt]:
    """Destroy all that has outlived its rule; call it when a run starts. Gives the receipts.

    Safe to call while other runs are at work: what a living run holds is left alone. One person's damaged key does
    not keep the others' data alive. While a restore is unfinished only photos go: the rest may merely not be back yet.
    Then raises RestoreUnfinishedError.
    """
    if restoring.is_unfinished(desk.settings):
        _photos(desk, timedelta(0))
        raise RestoreUnfinishedError
    before = desk.clock.now() - UNFINISHED
    receipts.settle(desk, before)
    due = (partial(enforce, desk, lifetimes.life_of(kind)) for kind, enforce in ENFORCED.items())
    given = _none_left_out(
        [partial(destruction.resume, desk), *due, partial(_accounts, desk)]
    )  # what was promised comes first
    with suppress(SealBrokenError):  # then the dead are buried when the damage is mended, or its owner erased
        desk.vault.bury(before)
    disk.forget_parts(desk.settings.home / "keys", before)
    disk.forget_parts(desk.settings.key_file.parent, before, of=desk.settings.key_file.name)
    return given


def _none_left_out(acts: Iterable[Callable[[], list[Receipt]]]) -> list[Receipt]:
    """Do every act, and only then raise what the first one refused.

    A log that is damaged, or a full disk, costs receipts. It must not keep the next person's photos alive.
    """
    given: list[Receipt] = []
    refused: FenshenError | None = None
    for act in acts:
        try:
            given += act()
        except FenshenError as error:
            refused = refused or error
    if refused:
        raise refused
    return given


def _photos(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy every photo without a living run, an open job or album: its life ends with what brought it.

    A job that has waited too long is given up first. One that was submitted after we looked has let go of its photos
    after that, too: so who is left is looked at once more.
    """
    del life  # zero: there is no clock to wait for
    now = desk.clock.now()
    with desk.store.begin() as connection:
        ends.give_up(connection, WITH_PHOTOS, now - lifetimes.LONGEST_WAIT, now)
        idle, opened = now - lifetimes.ALBUM_IDLE, now - lifetimes.ALBUM_OPEN
        albums.give_up(connection, touched_before=idle, opened_before=opened)
    left = desk.vault.take_over()
    with desk.store.begin() as connection:
        waited_for = jobs.open_sitters(connection, WITH_PHOTOS) | albums.open_sitters(connection)
    for sitter in waited_for.intersection(left):
        desk.vault.let_go(sitter)
    left = [sitter for sitter in left if sitter not in waited_for]

    def destroy(sitter: SitterId) -> list[Receipt]:
        given = erasure.destroy(desk, sitter, DataClass.PHOTO, reason=Reason.ABANDONED)
        return [given] if given else []

    return _none_left_out(partial(destroy, sitter) for sitter in left)


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


def _archives(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy copies that were packed to be taken away, and were not."""
    _forget_old(desk, DataClass.ARCHIVE, desk.clock.now() - life)
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


def _refusals(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget a no after its time: until then it keeps us from asking again, afterwards it only tells."""
    with desk.store.begin() as connection:
        gone = consents.forget_refusals(connection, before=desk.clock.now() - life)
    if gone:
        desk.store.scrub()
    return []


def _exports(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget of whom old exports were. The marks stay, and lead to an export that names nobody."""
    with desk.store.begin() as connection:
        forgotten = exports.anonymise_old(connection, desk.clock.now() - life)
    if forgotten:
        desk.store.scrub()
    return []


def _jobs(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget jobs that ended a while ago."""
    with desk.store.begin() as connection:
        forgotten = jobs.forget_old(connection, desk.clock.now() - life)
    if forgotten:
        desk.store.scrub()
    return []


def _recipients(desk: Desk, life: timedelta) -> list[Receipt]:
    """Destroy recipients whose legal term is over, and those whose application a killed run never finished."""
    staying = label_free.purge(desk, life)
    _forget_old(desk, DataClass.RECIPIENT, desk.clock.now() - UNFINISHED, but=staying)
    return []


def _together(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget groups whose time is over."""
    del life  # counted into `expires_at` when it was proposed, so that everybody can be told the day
    with desk.store.begin() as connection:
        forgotten = together.forget_old(connection, desk.clock.now())
    if forgotten:
        desk.store.scrub()
    return []


def _seats(desk: Desk, life: timedelta) -> list[Receipt]:
    """Forget invitations whose time is over, and who sat where."""
    del life  # counted into `expires_at`, as for groups
    with desk.store.begin() as connection:
        forgotten = seats.forget_old(connection, desk.clock.now())
    if forgotten:
        desk.store.scrub()
    return []


def _accounts(desk: Desk) -> list[Receipt]:
    """Delete what is kept of visits and accounts beyond its time."""
    account_holdings.sweep(desk)
    return []


ENFORCED: Mapping[str, Callable[[Desk, timedelta], list[Receipt]]] = {
    "photo": _photos,
    "double": _doubles,
    "portrait": _portraits,
    "archive": _archives,
    "export_record": _exports,
    "job": _jobs,
    "together": _together,
    "seat": _seats,
    "recipient": _recipients,
    "consent": _consents,
    "refusal": _refusals,
}  # kinds with a clock of their own; the others end with what they belong to, see `lifetimes`


def start(settings: Settings, clock: Clock | None = None) -> Desk:
    """Open the desk and sweep: how every run that touches what is kept begins. Errors: see ``open_desk``."""
    desk = open_desk(settings, clock)
    sweep(desk)
    return desk
