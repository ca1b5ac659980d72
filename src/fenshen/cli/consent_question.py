"""Ask the person at the keyboard, in plain words, once for each purpose; and remember the answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from fenshen.cli import screen
from fenshen.cli.screen import tell, told
from fenshen.errors import ConsentRequiredError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fenshen.ids import SitterId
    from fenshen.progress import Progress
    from fenshen.rights.consent import Purpose
    from fenshen.rights.desk import Desk
    from fenshen.rights.receipts import Receipt

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
) -> Receipt | None:
    """See that the sitter agreed to ``purposes``, asking for what is missing; give the receipt, if a new one was made.

    1. what was agreed to before is not asked again  2. ``--consent`` stands for a yes to everything asked for
    3. without it and without anybody to ask, refuse  4. else show the notice and ask, each purpose by itself.
    A no to an ``optional`` purpose is fine. Raises ConsentRequiredError, GuardianNeededError; then nothing is kept.
    """
    from fenshen.rights import consent

    standing = consent.agreed(desk, sitter)
    missing = [purpose for purpose in (*purposes, *optional) if purpose not in standing]
    if not missing:  # (1)
        return None
    adult, is_self, agreed = (
        adult_flag,
        False,
        missing,
    )  # a flag does not say who speaks: then nobody claims to be them
    if not consent_flag:
        if not interactive:
            raise ConsentRequiredError(purpose=missing[0])  # (3)
        adult, is_self, agreed = _ask(missing, adult=adult_flag)  # (4)
    for purpose in missing:
        if purpose in purposes and purpose not in agreed:
            raise ConsentRequiredError(purpose=purpose)
    receipt = consent.grant(desk, sitter, agreed, adult=adult, is_self=is_self, language=screen.language())
    if interactive:
        tell(told("consent_receipt", file=str(receipt.path)))
    return receipt


def _ask(missing: Sequence[Purpose], *, adult: bool) -> tuple[bool, bool, list[Purpose]]:
    """Show the notice and ask. Gives: is the sitter an adult, is it the one who answers, and to what they agreed."""
    from fenshen.rights import notices
    from fenshen.rights.consent import GuardianNeededError

    language = screen.language()
    tell(told("consent_title"), style="bold")
    for paragraph in notices.common(language):
        tell(f"\n{paragraph}")
    tell("")
    if not adult and not yes(told("consent_ask_adult")):
        raise GuardianNeededError
    is_self = yes(told("consent_ask_self"))
    if not is_self and not yes(told("consent_ask_permission")):
        raise ConsentRequiredError(purpose=missing[0])
    agreed = []
    for purpose in missing:
        tell(f"\n{notices.notice(purpose, language).text}")
        if yes(told("consent_ask_purpose", purpose=told(f"purpose_{purpose}"))):
            agreed.append(purpose)
    return True, is_self, agreed


def age_question(progress: Progress, *, adult_flag: bool, interactive: bool) -> Callable[[str], bool]:
    """How to ask about a sitter who looks young: a flag stands for a yes; with nobody to ask it is a no."""

    def is_adult(code: str) -> bool:
        if adult_flag or not interactive:
            return adult_flag
        with screen.without_bars(progress):
            tell(f"{told(code)} {told(code, 'why')}", style="yellow")
            return yes(told("consent_ask_adult"))

    return is_adult


def yes(question: str) -> bool:
    """Ask a question on the terminal. Only a clear yes is a yes; no answer is a no."""
    try:
        answer = input(f"{question} {told('consent_yes_no')} ")
    except EOFError:
        return False
    return answer.strip().lower() in YES
