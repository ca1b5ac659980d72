"""The sitter looks young: a flag answers for machines, a person is asked, and silence is no."""

import io
from functools import partial
from pathlib import Path

import pytest
from tests.fakes.rights import agree
from tests.fakes.sitting import settings_of

from fenshen.cli.consent_question import age_question, ensure_consent
from fenshen.cli.screen import bars
from fenshen.ids import SitterId
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk


def test_a_flag_stands_for_the_answer_and_nobody_to_ask_is_a_no() -> None:
    assert age_question(Silent(), adult_flag=True, interactive=False)("sitter_maybe_minor")
    assert not age_question(Silent(), adult_flag=False, interactive=False)("sitter_maybe_minor")


@pytest.mark.parametrize(("typed", "answer"), [("y\n", True), ("是\n", True), ("n\n", False), ("", False)])
def test_a_person_is_asked_in_words_and_only_a_clear_yes_is_a_yes(
    typed: str, *, answer: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with bars() as progress:
        progress.step("progress_judging", 1, 2)
        ask = age_question(progress, adult_flag=False, interactive=True)
        assert ask("sitter_maybe_minor") is answer
        progress.step("progress_judging", 2, 2)  # the bars are back
    shown = capsys.readouterr().out
    assert "18 or older?" in shown
    assert "estimate" in shown


def test_a_guardian_may_speak_for_somebody_who_was_taken_for_an_adult(home: Path, models: Path) -> None:
    desk, mia = open_desk(settings_of(home, models)), SitterId("sitter_mia")
    agree(desk, mia)
    ensure = partial(ensure_consent, desk, mia, [Purpose.BUILD_DOUBLE])
    answer = partial(ensure, adult_flag=False, consent_flag=True, interactive=False)
    assert answer() is None  # it was said before
    assert answer(guardian_of="14-17")
    assert consent.age_of(desk, mia) is consent.AgeBand.TEEN
    assert Purpose.BUILD_DOUBLE in consent.agreed(desk, mia)
    assert answer(guardian_of="14-17") is None
