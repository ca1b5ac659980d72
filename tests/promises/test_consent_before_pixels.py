"""Promise: no photo is opened without consent, to this purpose, now."""

import io
import json
import os
import pty
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes.rights import desk_at, settings_at, unsafe_permit

from fenshen.cli.consent_question import RefusedLatelyError, days_to_keep, ensure_consent
from fenshen.errors import ConsentRequiredError, PermitRefusedError
from fenshen.ids import SitterId
from fenshen.photos.decode import decode
from fenshen.rights import consent, holdings, notices
from fenshen.rights.consent import AgeBand, GuardianNeededError, Permit, Purpose
from fenshen.rights.desk import Desk, open_desk
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
        ("\x04\x04", None),  # the terminal was closed
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
    assert (
        shown.index("nothing is given to anyone")
        < shown.index("erase what is kept")
        < shown.index("18 or older")
    )


def never_asked(question: str) -> str:
    raise AssertionError(question)


def test_a_no_to_what_is_optional_is_kept_and_not_asked_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "y\ny\ny\ny\ny\n\n")
    assert ask(desk, interactive=True)
    monkeypatch.setattr("builtins.input", never_asked)
    assert not ask(desk, interactive=True)  # nobody is asked a second time …
    with pytest.raises(RefusedLatelyError):  # … not even when it cannot be done without
        ensure_consent(
            desk, ANNA, [Purpose.RENDER_PORTRAIT], adult_flag=False, consent_flag=False, interactive=True
        )
    assert consent.agreed(desk, ANNA) == {*TO_MAKE}


def test_of_somebody_unknown_not_even_their_no_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "y\ny\nno\nno\nno\nno\n")
    with pytest.raises(ConsentRequiredError):
        ask(desk, interactive=True)
    assert nothing_stored(desk)
    assert holdings.holdings(desk, ANNA) == []


def test_who_comes_by_themselves_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "y\ny\ny\ny\ny\n\n")
    assert ask(desk, interactive=True)
    typed(monkeypatch, "y\ny\ny\n")
    receipt = ensure_consent(
        desk, ANNA, [], optional=[Purpose.RENDER_PORTRAIT], adult_flag=False, consent_flag=False,
        interactive=True, again=True,
    )  # fmt: skip
    assert receipt is not None
    assert consent.agreed(desk, ANNA) == set(Purpose)


@pytest.mark.parametrize(
    ("answer", "days"), [("7\n", 7), ("\n", 30), ("9999\n", 365), ("soon\n", 30), ("0\n", 30)]
)
def test_the_sitter_is_asked_how_long_the_double_may_be_kept(
    monkeypatch: pytest.MonkeyPatch, answer: str, days: int
) -> None:
    typed(monkeypatch, answer)
    assert days_to_keep(interactive=True) == days


def test_who_runs_the_studio_for_others_is_told_before_anyone_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for_others = replace(settings_at(tmp_path), operator="Portraits Ltd, privacy@example.org")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(GuardianNeededError):
        ask(open_desk(for_others), interactive=True)
    shown = " ".join(capsys.readouterr().out.split())
    assert 0 < shown.index("privacy@example.org") < shown.index("18 or older")


@pytest.mark.parametrize(
    ("answers", "band"),
    [
        ("n\ny\ny\ny\ny\ny\ny\ny\n", AgeBand.UNDER_14),
        ("n\ny\ny\n\ny\ny\ny\ny\n", AgeBand.TEEN),
        ("n\nn\n", None),  # neither an adult nor a guardian
        ("n\ny\nn\n", None),  # the child does not want to
        ("n\ny\n\n", None),  # nobody asked the child
    ],
)
def test_a_minor_sits_only_when_a_guardian_and_the_child_agree(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answers: str, band: AgeBand | None
) -> None:
    typed(monkeypatch, answers)
    if band is None:
        with pytest.raises(GuardianNeededError):
            ask(desk, interactive=True)
        assert nothing_stored(desk)
    else:
        assert ask(desk, interactive=True)
        assert consent.age_of(desk, ANNA) is band
        assert consent.agreed(desk, ANNA) == set(Purpose)


def test_a_guardian_reads_the_words_about_minors_and_they_are_part_of_the_consent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "n\ny\ny\ny\ny\ny\ny\ny\n")
    assert ask(desk, interactive=True)
    with desk.store.begin() as connection:
        row = consents.every(connection, ANNA)[0]
    assert row.notice_sha256 == notices.notice(row.purpose, row.language, minor=True).sha256
    assert row.notice_sha256 != notices.notice(row.purpose, row.language).sha256
    assert not row.is_self


def test_a_guardian_may_agree_by_a_flag_that_says_so(desk: Desk) -> None:
    receipt = ensure_consent(
        desk, ANNA, TO_MAKE, adult_flag=False, consent_flag=True, interactive=False, guardian_of="14-17"
    )
    assert receipt is not None
    body = json.loads(receipt.data)
    assert (body["age_band"], body["guardian"], body["uploader_is_subject"]) == ("14-17", "declared", False)
    later = ensure_consent(  # known from then on
        desk, ANNA, [Purpose.RENDER_PORTRAIT], adult_flag=False, consent_flag=True, interactive=False
    )
    assert later is not None
    assert json.loads(later.data)["age_band"] == "14-17"
