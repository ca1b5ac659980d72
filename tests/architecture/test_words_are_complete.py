"""Whatever the studio can say, it can say in both languages."""

import re
from string import Formatter

import pytest

from fenshen.words import codes, fields, languages, say
from tests.architecture.source import SRC, error_codes, modules, strings

PROGRESS = re.compile(r"progress_[a-z_]+")
TOLD = re.compile(r"told\(\s*\"([a-z_]+)\"")
LEFT_OPEN = re.compile(r"TODO|FIXME|XXX")


def codes_of_errors() -> set[str]:
    return {code for tree in modules().values() for code in error_codes(tree)}


def placeholders(code: str, language: str) -> set[str]:
    return {
        n for f in fields(code, language) for _, n, _, _ in Formatter().parse(_raw(code, language, f)) if n
    }


def _raw(code: str, language: str, field: str) -> str:
    from fenshen.words import _catalogue

    return _catalogue(language)[code][field]


@pytest.mark.parametrize("language", languages())
def test_each_code_is_found_alone_as_it_is_among_all(language: str) -> None:
    from fenshen.words import _catalogue, _entry

    assert {code: _entry(code, language) for code in codes(language)} == _catalogue(language)


def test_every_error_says_what_why_and_how_to_mend_it_in_both_languages() -> None:
    lacking = {
        (code, language): missing
        for code in codes_of_errors()
        for language in languages()
        if (missing := {"what", "why", "fix"} - fields(code, language))
    }
    assert not lacking


def test_every_step_of_progress_has_words() -> None:
    steps = {s for tree in modules().values() for s in strings(tree) if PROGRESS.fullmatch(s)}
    assert steps <= codes("en")


def test_every_word_told_on_the_command_line_exists() -> None:
    told = {code for file in (SRC / "cli").rglob("*.py") for code in TOLD.findall(file.read_text("utf-8"))}
    assert told - {"check_folder"} <= codes("en")  # the example in the docstring of cli/__init__.py


def test_both_languages_hold_the_same_codes_and_fields() -> None:
    en, zh = ({c: fields(c, language) for c in codes(language)} for language in languages())
    assert en == zh


@pytest.mark.parametrize("code", sorted(codes()))
def test_both_languages_ask_for_the_same_facts(code: str) -> None:
    assert placeholders(code, "en") == placeholders(code, "zh")


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_empty_or_left_open(language: str) -> None:
    sentences = {(c, f): _raw(c, language, f).strip() for c in codes(language) for f in fields(c, language)}
    assert not {where for where, text in sentences.items() if not text or LEFT_OPEN.search(text)}


def test_chinese_is_chinese() -> None:
    same_in_any_language = {"doctor_python"}
    sentences = {code: _raw(code, "zh", "what") for code in codes("zh")}
    foreign = {
        c
        for c, t in sentences.items()
        if re.search(r"[A-Za-z]{3}", t) and not re.search(r"[\u4e00-\u9fff]", t)
    }
    assert foreign <= same_in_any_language


def test_words_without_an_entry_show_their_code_and_hide_nothing() -> None:
    assert say("never_heard", "zh") == "never_heard"
    assert "…" in say("weight_missing", "en")
