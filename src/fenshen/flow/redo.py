"""Made anew: a better set of photos, a new double, the old one destroyed. The sitter must be the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fenshen.flow.sit import Sitting, nobody_to_ask, sit
from fenshen.ids import DoubleId
from fenshen.photos.folder import PhotoFile
from fenshen.progress import Progress
from fenshen.rights import erasure
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.rights.receipts import Receipt
from fenshen.store import doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """The new sitting, and the proof that the old double is gone."""

    sitting: Sitting
    erased: Receipt


def redo(
    old: DoubleId,
    photos: Sequence[PhotoFile],
    *,
    desk: Desk,
    progress: Progress,
    frontal: int | None = None,
    accept_few: bool = False,
    is_adult: Callable[[str], bool] = nobody_to_ask,
) -> Redone:
    """1. find the sitter  2. sit again, compared with the old double  3. destroy the old one.

    The old double dies only when the new one is sealed: a set that is refused costs the sitter nothing. Raises
    NotFoundError and what `sit` raises.
    """
    with desk.store.begin() as connection:
        known = doubles.get(connection, old)  # (1)
    sitting = sit(
        photos,
        known.sitter,
        desk=desk,
        progress=progress,
        frontal=frontal,
        accept_few=accept_few,
        is_adult=is_adult,
        instead_of=old,
        idle_days=known.idle_days,
    )  # (2)
    return Redone(sitting=sitting, erased=erasure.erase_double(desk, old, reason=Reason.REDONE))  # (3)
