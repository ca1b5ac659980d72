"""Being shown together: a use of its own, which every person of a group permits by themselves, for this group alone.

Consent to portraits covers a sitter's own portraits. A picture of several says more: that they belong together. So a
group is proposed with its people, templates and last day; each of them agrees; and only when all have, and none has
taken it back, does `require` make a TogetherPermit. Nobody's row names another: who belongs to a group stands there
by its id, and a group that has lost somebody is whole no more.
"""

import re
from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from typing import Final

from fenshen.errors import FenshenError, NotFoundError
from fenshen.ids import GroupId, SitterId, new_id
from fenshen.rights import consent, receipts, seats
from fenshen.rights.desk import Desk
from fenshen.rights.lifetimes import LIFETIMES, life_of
from fenshen.rights.notices import Notice, common, minors, notice
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import together
from fenshen.store.together import TogetherRow

STANDS: Final = life_of("together")
LONGEST: Final = next(each.choice for each in LIFETIMES if each.kind == "together") or STANDS
FEWEST, MOST = 2, 6
NAME: Final = re.compile("[a-z][a-z0-9_]{0,39}")  # of a template: nobody's words are kept
_MAKER = object()  # known to this file only


class TogetherNotAgreedError(FenshenError):
    """Somebody has not agreed to be shown with these people, in this template, now. Facts: ``seat``, from 1."""

    code = "together_not_agreed"


class SamePersonTwiceError(FenshenError):
    """One person was asked for on two seats. Facts: ``first``, ``second``: the seats, from 1."""

    code = "same_person_twice"


class GroupSizeError(FenshenError):
    """A group has too few or too many people. Facts: ``people``, ``fewest``, ``most``."""

    code = "group_size"


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherPermit:
    """Proof that all of a group agree now. Made by `require` only; making one elsewhere raises TypeError."""

    group: GroupId
    sitters: tuple[SitterId, ...]  # by seat
    template: str
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse to exist unless this file made it."""
        if maker is not _MAKER:
            raise TypeError("a TogetherPermit is made by rights.together.require only")


def propose(
    desk: Desk, sitters: Sequence[SitterId], templates: Sequence[str], *, life: timedelta = STANDS
) -> GroupId:
    """Propose a group: nobody has agreed yet. life: at most LONGEST.

    Raises SamePersonTwiceError, GroupSizeError, and NotFoundError for what cannot be a template.
    """
    check_seats(sitters)
    for name in templates:
        if not NAME.fullmatch(name):
            raise NotFoundError(kind="template", id="?")
    group, now = GroupId(new_id("group")), desk.clock.now()
    with desk.store.begin() as connection:
        for sitter in sitters:
            row = TogetherRow(
                id=new_id("together"), group=group, sitter=sitter, people=len(sitters),
                templates=",".join(sorted(set(templates))), proposed_at=now, expires_at=now + min(life, LONGEST),
            )  # fmt: skip
            together.add(connection, row)
    return group


def check_seats(sitters: Sequence[SitterId]) -> None:
    """Raise SamePersonTwiceError or GroupSizeError unless these are two to six different people."""
    for second, sitter in enumerate(sitters):
        if (first := sitters.index(sitter)) != second:
            raise SamePersonTwiceError(first=first + 1, second=second + 1)
    if not FEWEST <= len(sitters) <= MOST:
        raise GroupSizeError(people=len(sitters), fewest=FEWEST, most=MOST)


def words(desk: Desk, sitter: SitterId, language: str) -> Notice:
    """Give what a person, or a minor's guardian, reads before agreeing."""
    return notice("together", language, minor=consent.is_minor(desk, sitter))


def spoken(language: str, *, minor: bool) -> tuple[str, ...]:
    """Give all that `agree` notes the hash of, by paragraph: first the use itself, then what holds for every use."""
    said = notice("together", language, minor=minor)
    return said.text, *common(language), *([minors(language)] if minor else [])


def agree(desk: Desk, group: GroupId, sitter: SitterId, *, language: str) -> Receipt:
    """Note a person's yes, in the words of today, and give the receipt. Raises NotFoundError.

    A guardian says it for a minor. The receipt names nobody else of the group.
    """
    row, now, said = part(desk, group, sitter), desk.clock.now(), words(desk, sitter, language)
    facts = {
        "group": group,
        "people": row.people,
        "templates": row.templates.split(","),
        "until": f"{row.expires_at:%Y-%m-%d}",
        "language": language,
        "notice_sha256": said.sha256,
    }
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        together.agree(connection, group, sitter, now=now, language=language, words_sha256=said.sha256)
        return receipts.issue(
            desk, ReceiptKind.TOGETHER, sitter, facts, subject=subject, connection=connection
        )


def withdraw(desk: Desk, group: GroupId, sitter: SitterId) -> Receipt:
    """Take a yes back, or say no; from now on the group is whole no more. Raises NotFoundError.

    What waits in the vault of this group is destroyed, everybody's copy; see `seats.leave`.
    """
    part(desk, group, sitter)
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        together.withdraw(connection, group, sitter)
        receipt = receipts.issue(
            desk, ReceiptKind.WITHDRAWAL, sitter, {"group": group}, subject=subject, connection=connection
        )
    seats.leave(desk, sitter, group)
    desk.store.scrub()
    return receipt


def part(desk: Desk, group: GroupId, sitter: SitterId) -> TogetherRow:
    """Give a person's part in a group that is still proposed or agreed. Raises NotFoundError."""
    with desk.store.begin() as connection:
        rows = [row for row in together.every(connection, sitter) if row.group == group]
    if not rows or rows[0].expires_at <= desk.clock.now():
        raise NotFoundError(kind="group", id=group)
    return rows[0]


def require(desk: Desk, sitters: Sequence[SitterId], template: str) -> TogetherPermit:
    """Give a permit for one template and exactly these people, by seat.

    Raises SamePersonTwiceError, GroupSizeError; TogetherNotAgreedError with the first seat that is missing in the
    group that lacks the fewest.
    """
    check_seats(sitters)
    now, lacking = desk.clock.now(), list(range(len(sitters)))
    with desk.store.begin() as connection:
        groups = [row.group for row in together.every(connection, sitters[0])]
        found = {group: together.of_group(connection, group) for group in groups}
    for group, rows in found.items():
        parts = {row.sitter: row for row in rows}
        if not set(sitters) >= set(parts) or rows[0].people != len(sitters):
            continue
        missing = [
            k
            for k, sitter in enumerate(sitters)
            if not _stands(desk, parts.get(sitter), sitter, template, now)
        ]
        if not missing:
            return TogetherPermit(group=group, sitters=tuple(sitters), template=template, maker=_MAKER)
        lacking = min(lacking, missing, key=len)
    raise TogetherNotAgreedError(seat=lacking[0] + 1)


def still(desk: Desk, permit: TogetherPermit) -> None:
    """Raise TogetherNotAgreedError unless all of these people agree now, in this group or another of the same."""
    require(desk, permit.sitters, permit.template)


def _stands(desk: Desk, row: TogetherRow | None, sitter: SitterId, template: str, now: datetime) -> bool:
    return (
        row is not None
        and row.agreed_at is not None
        and now < row.expires_at
        and template in row.templates.split(",")
        and row.language is not None
        and row.words_sha256 == words(desk, sitter, row.language).sha256
    )
