"""Consent before pixels. Whatever opens a face takes a Permit, and only this file can make one.

Consent is given for each purpose by itself, never by default, in exact words and to exact terms whose hashes are
kept. Other words, other terms, a withdrawal, or a purpose that was not agreed to: no permit.
"""

from collections.abc import Collection, Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from fenshen.clock import Clock
from fenshen.errors import ConsentRequiredError, FenshenError, PermitRefusedError
from fenshen.ids import ConsentId, SitterId, new_id
from fenshen.rights.notices import Notice, notice
from fenshen.rights.purposes import Purpose

__all__ = ["AgeBand", "Permit", "Purpose"]

if TYPE_CHECKING:  # the database and the keys take half a second, and who only looks at photos needs neither
    from sqlalchemy import Connection

    from fenshen.rights.desk import Desk
    from fenshen.rights.receipts import Receipt
    from fenshen.rights.terms import Terms

PERMIT_LIFE = timedelta(hours=1)  # long enough for any one run; `still` asks anew within it
_MAKER = object()  # known to this file only


class AgeBand(StrEnum):
    """How old a sitter was said to be, no finer than the law asks."""

    UNDER_14 = "under-14"  # PIPL 31: all their data are sensitive, and a parent or guardian agrees
    TEEN = "14-17"  # no full legal capacity (Civil Code 19): a parent or guardian agrees, too
    ADULT = ">=18"


class GuardianNeededError(FenshenError):
    """The sitter was not declared an adult, and no parent or guardian agreed for them."""

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
    minor: AgeBand | None = None,
) -> "Receipt":
    """Remember that a sitter agreed to these purposes, in today's words in ``language``; give the receipt.

    ``adult``: declared to be 18 or older. ``is_self``: the sitter speaks; else somebody who said that the
    sitter told them so. ``minor``: a parent or guardian speaks for a sitter of this age, who was told and does not
    object; they read the words about minors, too. An earlier no to the same purposes is forgotten.
    Raises GuardianNeededError having stored nothing.
    """
    from fenshen.rights import receipts
    from fenshen.rights.terms import terms
    from fenshen.store import consents

    if not adult and minor is None:
        raise GuardianNeededError
    age = AgeBand.ADULT if adult or minor is None else minor
    now = desk.clock.now()
    shown = [notice(purpose, language, minor=age is not AgeBand.ADULT) for purpose in sorted(purposes)]
    agreed_to = [terms(Purpose(each.purpose), desk.settings) for each in shown]
    facts = {
        "purposes": [_agreed(*both) for both in zip(shown, agreed_to, strict=True)],
        "language": language,
        "age_band": age.value,
        "guardian": None if age is AgeBand.ADULT else "declared",
        "uploader_is_subject": is_self,
    }
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        receipt = receipts.issue(
            desk, receipts.ReceiptKind.CONSENT, sitter, facts, subject=subject, connection=connection
        )
        for each, bound in zip(shown, agreed_to, strict=True):
            row = consents.ConsentRow(
                id=ConsentId(new_id("consent")),
                sitter=sitter,
                purpose=each.purpose,
                language=language,
                notice_sha256=each.sha256,
                terms_sha256=bound.sha256,
                receipt=receipt.id,
                age_band=age,
                is_self=is_self,
                granted_at=now,
            )
            consents.add(connection, row)
        consents.take_back_refusals(connection, sitter, frozenset(purposes))
    return receipt


def _agreed(words: Notice, bound: "Terms") -> dict[str, object]:
    """One purpose as the receipt tells it."""
    return {
        "purpose": words.purpose,
        "notice_sha256": words.sha256,
        "terms_sha256": bound.sha256,
        "lives": list(bound.lives),
        "processors": list(bound.processors),
    }


def refuse(desk: "Desk", sitter: SitterId, purposes: Collection[Purpose]) -> None:
    """Remember that a sitter said no, so that nobody asks them again for the time in ``lifetimes``."""
    from fenshen.rights import audit, receipts
    from fenshen.rights.audit_events import AuditEvent
    from fenshen.store import consents
    from fenshen.vault.keys import KeyUse

    known = desk.vault.keys.holds(sitter, KeyUse.SUBJECT)  # who never agreed has no pseudonym, and gets none
    subject = receipts.subject(desk, sitter) if known else None
    with desk.store.begin() as connection:
        for purpose in sorted(purposes):
            audit.record(desk, connection, AuditEvent.CONSENT_REFUSED, subject=subject, purpose=purpose.value)
            row = consents.RefusalRow(
                id=new_id("refusal"), sitter=sitter, purpose=purpose, refused_at=desk.clock.now()
            )
            consents.refuse(connection, row)


def not_to_be_asked(desk: "Desk", sitter: SitterId) -> Mapping[Purpose, datetime]:
    """Give the purposes that a sitter said no to lately, and until when they must not be asked again."""
    from fenshen.rights.lifetimes import life_of
    from fenshen.store import consents

    with desk.store.look() as connection:
        rows = consents.refused(connection, sitter)
    until = {Purpose(row.purpose): row.refused_at + life_of("refusal") for row in rows}
    return {purpose: moment for purpose, moment in until.items() if moment > desk.clock.now()}


def agreed(desk: "Desk", sitter: SitterId) -> frozenset[Purpose]:
    """Give the purposes that a sitter's standing consents cover, in the words of today."""
    with desk.store.look() as connection:
        return frozenset(purpose for purpose in Purpose if _stands(connection, desk, sitter, purpose))


def age_of(desk: "Desk", sitter: SitterId) -> AgeBand | None:
    """Give the age band of a sitter as it was said the last time that anybody agreed; None when nobody did."""
    from fenshen.store import consents

    with desk.store.look() as connection:
        rows = consents.every(connection, sitter)
    return AgeBand(rows[-1].age_band) if rows else None


def is_minor(desk: "Desk", sitter: SitterId) -> bool:
    """Tell whether a guardian spoke for a sitter the last time that anybody agreed."""
    return age_of(desk, sitter) not in {None, AgeBand.ADULT}


def require(desk: "Desk", sitter: SitterId, purpose: Purpose) -> Permit:
    """Give a permit for one purpose.

    Raises ConsentRequiredError: never agreed, withdrawn, or words or terms have changed since.
    """
    with desk.store.look() as connection:
        if not _stands(connection, desk, sitter, purpose):
            raise ConsentRequiredError(purpose=purpose)
    return _permit(sitter, purpose, desk.clock)


def still(desk: "Desk", permit: Permit, purpose: Purpose) -> None:
    """Raise PermitRefusedError unless a permit covers ``purpose`` now *and* the consent behind it still stands.

    Long work asks this before each step that opens or hands out a face, so that a withdrawal stops it.
    """
    with desk.store.begin() as connection:
        still_within(connection, desk, permit, purpose)


def still_within(connection: "Connection", desk: "Desk", permit: Permit, purpose: Purpose) -> None:
    """Ask the same inside a transaction that writes: what it writes cannot outrun a withdrawal."""
    permit.check(purpose, desk.clock.now())
    if not _stands(connection, desk, permit.sitter, purpose):
        raise PermitRefusedError(purpose=purpose)


def for_this_run(purpose: Purpose, clock: Clock) -> Permit:
    """Give a permit to look at photos named by hand on one's own machine, while nothing of them is stored.

    For INSPECT_PHOTOS only; anything that keeps or makes something raises ConsentRequiredError. The sitter's
    id in it is made up and written nowhere.
    """
    if purpose is not Purpose.INSPECT_PHOTOS:
        raise ConsentRequiredError(purpose=purpose)
    return _permit(SitterId(new_id("sitter")), purpose, clock)


def receipt_of(desk: "Desk", sitter: SitterId, purpose: Purpose) -> bytes | None:
    """Give the receipt of a sitter's newest standing consent to one purpose; None when its file was moved away."""
    from fenshen.errors import NotFoundError
    from fenshen.ids import ReceiptId
    from fenshen.rights import receipts
    from fenshen.store import consents

    with desk.store.look() as connection:
        rows = consents.standing(connection, sitter, purpose)
    try:
        return (
            receipts.kept(desk, ReceiptId(rows[-1].receipt), receipts.ReceiptKind.CONSENT).data
            if rows
            else None
        )
    except NotFoundError:
        return None


def take_back(connection: "Connection", desk: "Desk", sitter: SitterId, purposes: Collection[Purpose]) -> int:
    """Take consents back: from now on there are no permits for these purposes. Gives how many were standing.

    It erases nothing by itself; ``erasure.withdraw`` does both, in this transaction and after it.
    """
    from fenshen.store import consents, together

    if Purpose.RENDER_PORTRAIT in purposes:
        together.forget(connection, sitter)  # who agrees anew later is asked anew for each group
    return consents.withdraw(connection, sitter, frozenset(purposes), desk.clock.now())


def _stands(connection: "Connection", desk: "Desk", sitter: SitterId, purpose: Purpose) -> bool:
    from fenshen.rights.terms import terms
    from fenshen.store import consents

    today = terms(purpose, desk.settings).sha256
    return any(
        row.terms_sha256 == today
        and row.notice_sha256 == notice(purpose, row.language, minor=row.age_band != AgeBand.ADULT).sha256
        for row in consents.standing(connection, sitter, purpose)
    )


def _permit(sitter: SitterId, purpose: Purpose, clock: Clock) -> Permit:
    now = clock.now()
    return Permit(sitter=sitter, purpose=purpose, granted_at=now, expires_at=now + PERMIT_LIFE, maker=_MAKER)
