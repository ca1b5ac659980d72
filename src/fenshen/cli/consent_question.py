"""Ask the person at the keyboard, in plain words, once for each purpose; and remember the answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from fenshen.cli import screen
from fenshen.cli.screen import tell, told
from fenshen.errors import ConsentRequiredError, FenshenError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fenshen.ids import SitterId
    from fenshen.progress import Progress
    from fenshen.rights.consent import AgeBand, Purpose
    from fenshen.rights.desk import Desk
    from fenshen.rights.receipts import Receipt


class RefusedLatelyError(FenshenError):
    """The sitter said no to this, and is not asked again for a while. Facts: ``purpose``, ``sitter``, ``until``."""

    code = "refused_lately"


YES = frozenset({"y", "yes", "是", "好", "同意"})


def can_ask(*, as_json: bool) -> bool:
    """Tell whether somebody sits at the keyboard and reads the screen."""
    return not as_json and sys.stdin.isatty() and sys.stdout.isatty()


def ensure_consent(
    desk: Desk,
    sitter: SitterId,
    purposes: Sequence[Purpose],
    *,
    optional: Sequence[Purpose] = (),
    adult_flag: bool,
    consent_flag: bool,
    interactive: bool,
    again: bool = False,
    guardian_of: str | None = None,
) -> Receipt | None:
    """See that the sitter agreed to ``purposes``, asking for what is missing; give the receipt, if a new one was made.

    1. what was agreed to before is not asked again, and what was refused lately neither: people change their
    mind by ``rights agree``, not by being asked often  2. ``--consent`` stands for a yes to everything asked for
    3. without it and without anybody to ask, refuse  4. else show the notice and ask, each purpose by itself.
    A no to an ``optional`` purpose is fine, and remembered. again: the sitter came by themselves to say another
    word, so a no of lately does not stand in the way. guardian_of: the age band of a minor for whom whoever typed
    the flag speaks as parent or guardian. Raises ConsentRequiredError, RefusedLatelyError,
    GuardianNeededError.
    """
    from fenshen.rights import consent

    standing = _standing(desk, sitter, guardian_of)
    missing = [purpose for purpose in (*purposes, *optional) if purpose not in standing]
    if not consent_flag and not again:
        missing = _without_refused(desk, sitter, missing, purposes)
    if not missing:  # (1)
        return None
    minor = (
        None if adult_flag else consent.AgeBand(guardian_of) if guardian_of else _known_minor(desk, sitter)
    )
    is_self, agreed = False, list(missing)  # a flag does not say who speaks: then nobody claims to be them
    if not consent_flag:
        if not interactive:
            raise ConsentRequiredError(purpose=missing[0])  # (3)
        minor, is_self, agreed = _ask(desk, missing, adult=adult_flag, minor=minor)  # (4)
        adult_flag = minor is None
        if not agreed and not purposes:
            consent.refuse(desk, sitter, missing)
            return None
    refused = [purpose for purpose in missing if purpose not in agreed]
    if needed := [purpose for purpose in refused if purpose in purposes]:
        if standing:  # of somebody unknown nothing is kept, not even their no
            consent.refuse(desk, sitter, refused)
        raise ConsentRequiredError(purpose=needed[0])
    if refused:
        consent.refuse(desk, sitter, refused)
    receipt = consent.grant(
        desk, sitter, agreed, adult=adult_flag, minor=minor, is_self=is_self, language=screen.language()
    )
    if interactive:
        tell(told("consent_receipt", file=str(receipt.path)))
    return receipt


def _standing(desk: Desk, sitter: SitterId, guardian_of: str | None) -> frozenset[Purpose]:
    """Give what was agreed to before; nothing when it was said as by an adult and a guardian comes to say it now."""
    from fenshen.rights import consent

    is_new = guardian_of is not None and not consent.is_minor(desk, sitter)
    return frozenset() if is_new else consent.agreed(desk, sitter)


def _known_minor(desk: Desk, sitter: SitterId) -> AgeBand | None:
    """Give the age band of a minor whose guardian spoke before; whoever grew up since says so with ``--adult``."""
    from fenshen.rights import consent

    return consent.age_of(desk, sitter) if consent.is_minor(desk, sitter) else None


def _without_refused(
    desk: Desk, sitter: SitterId, missing: Sequence[Purpose], purposes: Sequence[Purpose]
) -> list[Purpose]:
    """Take out what the sitter said no to lately. Raises RefusedLatelyError when it cannot be done without."""
    from fenshen.rights import consent

    until = consent.not_to_be_asked(desk, sitter)
    for purpose in missing:
        if purpose in until and purpose in purposes:
            raise RefusedLatelyError(purpose=purpose, sitter=sitter, until=f"{until[purpose]:%Y-%m-%d}")
    return [purpose for purpose in missing if purpose not in until]


def _ask(
    desk: Desk, missing: Sequence[Purpose], *, adult: bool, minor: AgeBand | None
) -> tuple[AgeBand | None, bool, list[Purpose]]:
    """Show the notice and ask. Gives: a minor's age band, is it the sitter who answers, and to what they agreed."""
    from fenshen.rights import notices

    language = screen.language()
    tell(told("consent_title"), style="bold")
    for paragraph in notices.common(language):
        tell(f"\n{paragraph}")
    if desk.settings.operator:
        tell(f"\n{told('consent_operator', operator=desk.settings.operator)}")
    tell("")
    if not adult and minor is None and not yes(told("consent_ask_adult")):
        minor = _ask_guardian(language)
    is_self = minor is None and yes(told("consent_ask_self"))
    if minor is None and not is_self and not yes(told("consent_ask_permission")):
        raise ConsentRequiredError(purpose=missing[0])
    agreed = []
    for purpose in missing:
        tell(f"\n{notices.notice(purpose, language).text}")
        if yes(told("consent_ask_purpose", purpose=told(f"purpose_{purpose}"))):
            agreed.append(purpose)
    return minor, is_self, agreed


def _ask_guardian(language: str) -> AgeBand:
    """Ask whether a parent or guardian sits here, and whether the child was asked. Raises GuardianNeededError."""
    from fenshen.rights import notices
    from fenshen.rights.consent import AgeBand, GuardianNeededError

    if not yes(told("consent_ask_guardian")):
        raise GuardianNeededError
    tell(f"\n{notices.minors(language)}\n")
    if not yes(told("consent_ask_child")):
        raise GuardianNeededError
    return AgeBand.UNDER_14 if yes(told("consent_ask_under_14")) else AgeBand.TEEN


def age_question(
    progress: Progress, *, adult_flag: bool, interactive: bool, guardian_agreed: bool = False
) -> Callable[[str], bool]:
    """How to ask about a sitter who looks young: a flag stands for a yes; with nobody to ask it is a no.

    guardian_agreed: a guardian spoke for them already, so that they look young is no news.
    """

    def is_adult(code: str) -> bool:
        if guardian_agreed:
            return True
        if adult_flag or not interactive:
            return adult_flag
        with screen.without_bars(progress):
            tell(f"{told(code)} {told(code, 'why')}", style="yellow")
            return yes(told("consent_ask_adult"))

    return is_adult


def days_to_keep(*, interactive: bool) -> int:
    """Ask how long a double may lie unused before it is destroyed; Enter, or nobody to ask, is the usual time."""
    from fenshen.store.doubles import IDLE_DAYS, MOST_IDLE_DAYS

    if not interactive:
        return IDLE_DAYS
    try:
        answer = input(f"{told('consent_ask_days', days=IDLE_DAYS, most=MOST_IDLE_DAYS)} ").strip()
    except EOFError:
        return IDLE_DAYS
    return min(int(answer), MOST_IDLE_DAYS) if answer.isdecimal() and int(answer) else IDLE_DAYS


def yes(question: str) -> bool:
    """Ask a question on the terminal. Only a clear yes is a yes; no answer is a no."""
    try:
        answer = input(f"{question} {told('consent_yes_no')} ")
    except EOFError:
        return False
    return answer.strip().lower() in YES
