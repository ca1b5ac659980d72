"""Promise: no photo is opened without consent, to this purpose, now."""

import io
import os
import pty
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes.rights import desk_at, unsafe_permit

from fenshen.cli.consent_question import ensure_consent
from fenshen.errors import ConsentRequiredError, PermitRefusedError
from fenshen.ids import SitterId
from fenshen.photos.decode import decode
from fenshen.rights import consent
from fenshen.rights.consent import GuardianNeededError, Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.store import consents

ANNA = SitterId("sitter_anna")
TO_MAKE = (Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


class Untouchable:
    """A photo that rings when anybody so much as asks for its length."""

    def __getattribute__(self, name: str) -> object:
        raise AssertionError(name)

    def __len__(self) -> int:
        raise AssertionError

    def __getitem__(self, where: object) -> bytes:
        raise AssertionError


@pytest.mark.parametrize(
    "permit",
    [
        unsafe_permit(Purpose.RENDER_PORTRAIT),
        unsafe_permit(Purpose.KEEP_DOUBLE),
        unsafe_permit(Purpose.INSPECT_PHOTOS, now=YESTERDAY),
        unsafe_permit(Purpose.BUILD_DOUBLE, now=YESTERDAY),
    ],
)
def test_no_photo_is_decoded_without_a_permit(permit: Permit) -> None:
    with pytest.raises(PermitRefusedError):
        decode(Untouchable(), permit)  # type: ignore[arg-type]


@pytest.mark.parametrize("permit", [None, True, "inspect_photos", Purpose.INSPECT_PHOTOS])
def test_what_is_no_permit_opens_nothing(permit: object) -> None:
    with pytest.raises((AttributeError, TypeError)):
        decode(Untouchable(), permit)  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def ask(desk: Desk, *, adult: bool = False, yes: bool = False, interactive: bool = False) -> bool:
    """Go through the question as ``double create`` does; tell whether a receipt was given."""
    receipt = ensure_consent(
        desk,
        ANNA,
        TO_MAKE,
        optional=(Purpose.RENDER_PORTRAIT,),
        adult_flag=adult,
        consent_flag=yes,
        interactive=interactive,
    )
    return receipt is not None


def nothing_stored(desk: Desk) -> bool:
    with desk.store.begin() as connection:
        return consents.every(connection, ANNA) == [] and not (desk.settings.home / "receipts").exists()


def test_with_nobody_to_ask_and_no_flag_nothing_happens(desk: Desk) -> None:
    with pytest.raises(ConsentRequiredError):
        ask(desk)
    with pytest.raises(ConsentRequiredError):
        ask(desk, adult=True)  # being an adult is not agreeing
    assert nothing_stored(desk)


def test_agreeing_without_saying_that_one_is_an_adult_is_refused(desk: Desk) -> None:
    with pytest.raises(GuardianNeededError):
        ask(desk, yes=True)
    assert nothing_stored(desk)


def test_both_flags_are_an_answer_and_are_remembered(desk: Desk) -> None:
    assert ask(desk, adult=True, yes=True)
    assert consent.agreed(desk, ANNA) == {*TO_MAKE, Purpose.RENDER_PORTRAIT}
    assert not ask(desk)  # asked once: no new receipt, no question


def typed(monkeypatch: pytest.MonkeyPatch, answers: str) -> list[str]:
    """Sit at a real terminal and type these lines; gives what was shown there, growing."""
    ours, theirs = pty.openpty()
    shown: list[str] = []

    def read() -> None:
        while True:
            try:
                shown.append(os.read(ours, 4096).decode(errors="replace"))
            except OSError:
                return

    threading.Thread(target=read, daemon=True).start()
    os.write(ours, answers.encode())
    monkeypatch.setattr("sys.stdin", os.fdopen(theirs, "r", closefd=False))
    monkeypatch.setattr("sys.stdout", os.fdopen(theirs, "w", buffering=1, closefd=False))
    return shown


@pytest.mark.parametrize(
    ("answers", "agreed"),
    [
        ("y\ny\ny\ny\ny\ny\n", {*TO_MAKE, Purpose.RENDER_PORTRAIT}),
        ("是\n是\n同意\n同意\nno\n同意\n", None),  # not to keep it: then there is no double
        ("y\ny\ny\ny\ny\n\n", {*TO_MAKE}),  # the optional purpose: Enter is a no, and that is fine
        ("y\n\ny\ny\ny\ny\ny\n", {*TO_MAKE, Purpose.RENDER_PORTRAIT}),  # for somebody else, who said yes
        ("y\n\n\n", None),  # for somebody else, who was not asked
        ("y\ny\nmaybe\ny\ny\ny\n", None),  # only a clear yes is a yes
        ("\x04", None),  # the terminal was closed
    ],
)
def test_only_a_clear_yes_to_each_purpose_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answers: str, agreed: set[Purpose] | None
) -> None:
    typed(monkeypatch, answers)
    if agreed is None:
        with pytest.raises((ConsentRequiredError, GuardianNeededError)):
            ask(desk, interactive=True)
        assert nothing_stored(desk)
    else:
        assert ask(desk, interactive=True)
        assert consent.agreed(desk, ANNA) == agreed


def test_one_reads_the_whole_notice_before_the_first_question(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(GuardianNeededError):
        ask(desk, interactive=True)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.index("nothing is uploaded") < shown.index("erase what is kept") < shown.index("18 or older")
