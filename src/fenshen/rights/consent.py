"""Consent before pixels. Whatever opens a face takes a Permit, and only this file can make one.

Consent is given for each purpose by itself, never by default, in exact words whose hash is kept. Other words,
a withdrawal, or a purpose that was not agreed to: no permit.
"""

from collections.abc import Collection
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from fenshen.clock import Clock
from fenshen.errors import ConsentRequiredError, FenshenError, PermitRefusedError
from fenshen.ids import ConsentId, SitterId, new_id
from fenshen.rights.notices import notice

if TYPE_CHECKING:  # the database and the keys take half a second, and who only looks at photos needs neither
    from fenshen.rights.desk import Desk
    from fenshen.rights.receipts import Receipt

PERMIT_LIFE = timedelta(hours=1)  # long enough for any one run; a withdrawal is never older than that
_MAKER = object()  # known to this file only


class Purpose(StrEnum):
    """All that a face may ever be opened for. What is not in this list cannot be asked for."""

    INSPECT_PHOTOS = "inspect_photos"
    BUILD_DOUBLE = "build_double"
    RENDER_PORTRAIT = "render_portrait"
    KEEP_DOUBLE = "keep_double"


class GuardianNeededError(FenshenError):
    """The sitter was not declared an adult, and consent by a guardian is not built yet."""

    code = "guardian_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Proof that a sitter's consent covers one purpose now.

    Made by ``require`` and ``for_this_run`` only: making one elsewhere raises PermitRefusedError. That guards
    against mistakes, not against a programmer with bad intent, whom no check inside Python would stop.
    """

    sitter: SitterId
    purpose: Purpose
    granted_at: datetime
    expires_at: datetime
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse to exist unless this file made it."""
        if maker is not _MAKER:
            raise PermitRefusedError(purpose=self.purpose)

    def check(self, purpose: Purpose, now: datetime, *, sitter: SitterId | None = None) -> None:
        """Raise PermitRefusedError unless this permit covers ``purpose`` at this moment.

        sitter: whose face is to be opened; must be given wherever what is opened belongs to somebody by name.
        """
        if purpose is not self.purpose or not self.granted_at <= now < self.expires_at:
            raise PermitRefusedError(purpose=purpose)
        if sitter is not None and sitter != self.sitter:
            raise PermitRefusedError(purpose=purpose)


def grant(
    desk: "Desk",
    sitter: SitterId,
    purposes: Collection[Purpose],
    *,
    adult: bool,
    is_self: bool,
    language: str,
) -> "Receipt":
    """Remember that a sitter agreed to these purposes, in today's words in ``language``; give the receipt.

    ``adult``: declared to be 18 or older. ``is_self``: the sitter speaks; else somebody who said that the
    sitter told them so. Raises GuardianNeededError having stored nothing.
    """
    from fenshen.rights import receipts
    from fenshen.store import consents

    if not adult:
        raise GuardianNeededError
    now, shown = desk.clock.now(), [notice(purpose, language) for purpose in sorted(purposes)]
    facts = {
        "purposes": [{"purpose": each.purpose, "notice_sha256": each.sha256} for each in shown],
        "language": language,
        "age_band": ">=18",
        "guardian": None,
        "uploader_is_subject": is_self,
    }
    # The receipt comes first: better a receipt for a consent we ask for again than a consent without receipt.
    receipt = receipts.issue(
        desk, receipts.ReceiptKind.CONSENT, sitter, facts, subject=receipts.subject(desk, sitter)
    )
    with desk.store.begin() as connection:
        for each in shown:
            row = consents.ConsentRow(
                id=ConsentId(new_id("consent")),
                sitter=sitter,
                purpose=each.purpose,
                language=language,
                notice_sha256=each.sha256,
                is_adult=adult,
                is_self=is_self,
                granted_at=now,
            )
            consents.add(connection, row)
    return receipt


def agreed(desk: "Desk", sitter: SitterId) -> frozenset[Purpose]:
    """Give the purposes that a sitter's standing consents cover, in the words of today."""
    return frozenset(purpose for purpose in Purpose if _stands(desk, sitter, purpose))


def require(desk: "Desk", sitter: SitterId, purpose: Purpose) -> Permit:
    """Give a permit for one purpose.

    Raises ConsentRequiredError: never agreed, withdrawn, or the words have changed since.
    """
    if not _stands(desk, sitter, purpose):
        raise ConsentRequiredError(purpose=purpose)
    return _permit(sitter, purpose, desk.clock)


def for_this_run(purpose: Purpose, clock: Clock) -> Permit:
    """Give a permit to look at photos named by hand on one's own machine, while nothing of them is stored.

    For INSPECT_PHOTOS only; anything that keeps or makes something raises ConsentRequiredError. The sitter's
    id in it is made up and written nowhere.
    """
    if purpose is not Purpose.INSPECT_PHOTOS:
        raise ConsentRequiredError(purpose=purpose)
    return _permit(SitterId(new_id("sitter")), purpose, clock)


def withdraw(desk: "Desk", sitter: SitterId, purposes: Collection[Purpose]) -> int:
    """Take consents back: from now on there are no permits for these purposes. Gives how many were standing.

    It erases nothing by itself; ``holdings.withdraw`` does both.
    """
    from fenshen.store import consents

    with desk.store.begin() as connection:
        return consents.withdraw(connection, sitter, frozenset(purposes), desk.clock.now())


def _stands(desk: "Desk", sitter: SitterId, purpose: Purpose) -> bool:
    from fenshen.store import consents

    with desk.store.begin() as connection:
        row = consents.standing(connection, sitter, purpose)
    return row is not None and row.is_adult and row.notice_sha256 == notice(purpose, row.language).sha256


def _permit(sitter: SitterId, purpose: Purpose, clock: Clock) -> Permit:
    now = clock.now()
    return Permit(sitter=sitter, purpose=purpose, granted_at=now, expires_at=now + PERMIT_LIFE, maker=_MAKER)
