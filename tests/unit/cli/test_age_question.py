"""The sitter looks young: a flag answers for machines, a person is asked, and silence is no."""

import io

import pytest

from fenshen.cli.consent_question import age_question
from fenshen.cli.screen import bars
from fenshen.progress import Silent


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
