"""Portraits without the visible words: only for whoever applied and took the duty to label upon themselves.

Labelling Measures (国信办通字〔2025〕2号), Article 9: on the user's application, after an agreement that makes it the
user's duty to label, and with a log that names the recipient and is kept for at least six months. Everything else in
the file stays: metadata, signature, watermark (Article 10). Only `require` makes a LabelFreePermit.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fenshen.errors import FenshenError
from fenshen.ids import ApplicationId, SitterId, new_id
from fenshen.rights import receipts
from fenshen.rights.desk import Desk
from fenshen.rights.duties import duty
from fenshen.rights.lifetimes import life_of
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import label_free
from fenshen.store.label_free import ApplicationRow
from fenshen.vault.vault import DataClass, Destroyed

KEPT: Final = life_of("recipient")
STANDS: Final = timedelta(days=30)  # an agreement is not for ever
ARTICLE: Final = "国信办通字〔2025〕2号 Art. 9"
LONGEST_RECIPIENT: Final = 2000  # characters
_MAKER = object()  # known to this file only


class LabelFreePurpose(StrEnum):
    """What portraits without visible words may be asked for. What is not in this list cannot be asked for."""

    PRINT = "print"  # a print that is labelled beside or behind the picture
    PUBLICATION = "publication"  # a page or post that carries the label in its own design
    ADVERTISING = "advertising"
    ARTWORK = "artwork"
    RESEARCH = "research"


class LabelFreeNotAgreedError(FenshenError):
    """Nobody applied for this sitter's portraits without visible words, or the agreement no longer stands."""

    code = "label_free_not_agreed"


class RecipientMissingError(FenshenError):
    """The law wants to know who receives the portraits. Facts: ``limit``."""

    code = "recipient_missing"


class LegalTermError(FenshenError):
    """The law does not let this be erased yet. Facts: ``until``."""

    code = "legal_term"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFreePermit:
    """Proof that an application stands now. Made by `require` only; making one elsewhere raises TypeError."""

    application: ApplicationId
    sitter: SitterId
    expires_at: datetime
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse to exist unless this file made it."""
        if maker is not _MAKER:
            raise TypeError("a LabelFreePermit is made by rights.label_free.require only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An application that was agreed to, and the proof of it."""

    application: ApplicationId
    receipt: Receipt


def apply(
    desk: Desk,
    sitter: SitterId,
    *,
    purpose: LabelFreePurpose,
    recipient: str,
    language: str,
    duty_accepted: bool,
) -> Applied:
    """Agree on portraits without visible words.

    1. refuse unless the duty was accepted and a recipient named  2. seal the recipient under a key of this application
    alone  3. note the application  4. sign the receipt, both or neither. A crash before leaves an orphan that the
    sweep destroys.
    Raises LabelFreeNotAgreedError, RecipientMissingError, NotFoundError, DiskFullError.
    """
    if not duty_accepted:
        raise LabelFreeNotAgreedError
    if not 0 < len(recipient.strip()) <= LONGEST_RECIPIENT:  # (1)
        raise RecipientMissingError(limit=LONGEST_RECIPIENT)
    id_, now, words = ApplicationId(new_id("labelfree")), desk.clock.now(), duty(language)
    desk.vault.put(SitterId(id_), DataClass.RECIPIENT, id_, recipient.strip().encode())  # (2)
    facts = {
        "application": id_,
        "purpose": purpose.value,
        "language": language,
        "duty_sha256": words.sha256,
        "article": ARTICLE,
        "kept_days": KEPT.days,
    }
    subject = receipts.subject(desk, sitter)
    row = ApplicationRow(
        id=id_, sitter=sitter, at=now, last_used_at=now, purpose=purpose,
        language=language, duty_sha256=words.sha256,
    )  # fmt: skip
    with desk.store.begin() as connection:
        label_free.add(connection, row)  # (3)
        receipt = receipts.issue(
            desk, ReceiptKind.LABEL_FREE, sitter, facts, subject=subject, connection=connection
        )  # (4)
    return Applied(application=id_, receipt=receipt)


def require(desk: Desk, sitter: SitterId) -> LabelFreePermit:
    """Give a permit on the newest application that stands. Raises LabelFreeNotAgreedError."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        rows = label_free.every(connection, sitter)
    standing = [row for row in rows if now < row.at + STANDS and row.duty_sha256 == duty(row.language).sha256]
    if not standing:
        raise LabelFreeNotAgreedError
    newest = standing[-1]
    return LabelFreePermit(application=newest.id, sitter=sitter, expires_at=newest.at + STANDS, maker=_MAKER)


def note_use(desk: Desk, permit: LabelFreePermit) -> None:
    """Begin the legal term anew: portraits are about to leave. Raises LabelFreeNotAgreedError."""
    now = desk.clock.now()
    if now >= permit.expires_at:
        raise LabelFreeNotAgreedError
    with desk.store.begin() as connection:
        label_free.used(connection, permit.application, now)


def kept_until(row: ApplicationRow) -> datetime:
    """Tell when the legal term of an application ends."""
    return row.last_used_at + KEPT


def recipient(desk: Desk, id_: ApplicationId) -> str:
    """Open the recipient of one application. Raises NotFoundError."""
    return desk.vault.get(SitterId(id_), DataClass.RECIPIENT, id_).decode()


def check_may_be_erased(desk: Desk, who: SitterId) -> None:
    """Refuse to erase an application, asked for by its own id, before its legal term. Raises LegalTermError."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        rows = [row for row in label_free.every(connection, who) if str(row.id) == who]
    if rows and now < kept_until(rows[0]):
        raise LegalTermError(until=f"{kept_until(rows[0]):%Y-%m-%d}")


def kept_by_law(desk: Desk, sitter: SitterId) -> list[ApplicationId]:
    """Give which applications of a sitter stay behind when the sitter is erased."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        rows = label_free.every(connection, sitter)
    return [row.id for row in rows if now < kept_until(row)]


def told_as_kept(desk: Desk, ids: Sequence[ApplicationId]) -> list[dict[str, str]]:
    """Tell, for a receipt of erasure, which applications stay behind, until when, and why."""
    with desk.store.begin() as connection:
        rows = [row for id_ in ids for row in label_free.every(connection, id_)]
    return [
        {
            "kind": DataClass.RECIPIENT.value,
            "id": row.id,
            "until": f"{kept_until(row):%Y-%m-%d}",
            "law": ARTICLE,
        }
        for row in rows
    ]


def let_go(desk: Desk, sitter: SitterId) -> Destroyed:
    """Take a sitter out of their applications; what the law still wants kept then names the recipient only.

    What stays is told by `kept_by_law` and not counted as destroyed. Under the id of an application whose term is over
    (see `check_may_be_erased`), that application itself is destroyed.
    """
    with desk.store.begin() as connection:
        label_free.anonymise(connection, sitter)
        label_free.remove(connection, ApplicationId(sitter))
    return desk.vault.destroy(sitter, DataClass.RECIPIENT)


def purge(desk: Desk, term: timedelta) -> set[ApplicationId]:
    """Destroy applications whose legal term is over; give the ids of those that stay."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        rows = label_free.every(connection)
    live = {row.id for row in rows if now < row.last_used_at + term}
    over = [row.id for row in rows if row.id not in live]
    for id_ in over:
        desk.vault.destroy(SitterId(id_), DataClass.RECIPIENT)
        with desk.store.begin() as connection:
            label_free.remove(connection, id_)
    if over:
        desk.store.scrub()
    return live
