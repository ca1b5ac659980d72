"""What people read before they agree: complete, short, in both languages, versioned to the letter."""

import re
from datetime import timedelta

import pytest

from fenshen.rights import notices
from fenshen.rights.consent import PERMIT_LIFE, Purpose
from fenshen.store import doubles

LANGUAGES = ("zh", "en")
BANNED = (
    "永久",
    "不可撤销",
    "可转让",
    "可转授权",
    "任何形式",
    "perpetual",
    "irrevocable",
    "transferable",
    "sublicens",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_purpose_has_its_own_words(language: str) -> None:
    texts = {notices.notice(purpose, language).text for purpose in Purpose}
    assert len(texts) == len(Purpose)
    assert all(texts)


def test_each_step_takes_no_more_than_120_chinese_characters_and_no_long_sentence() -> None:
    for text in [
        *notices.common("zh"),
        notices.minors("zh"),
        *(notices.notice(purpose, "zh").text for purpose in Purpose),
        notices.notice("together", "zh").text,
    ]:
        assert len(text) <= 120
        sentences = [sentence for sentence in re.split("[。；：]", text) if sentence]
        assert sum(map(len, sentences)) / len(sentences) <= 25


# PIPL 17: who, contact, purpose and means, kinds, retention, rights; 30: necessity, effect; rule 21: what to do
WANTED = {
    "zh": (
        *("运行本馆的人", "请找这个人", "检查清晰度", "面部网格", "销毁"),
        *("查看、导出、删除", "就无法知道", "冒充", "撤回同意", "更正"),
    ),
    "en": (
        *("Whoever runs this studio", "Ask that person", "check sharpness", "a mesh of the face"),
        *("destroyed", "see, take away or erase", "cannot tell", "pose as you", "withdraws your consent"),
        "correct something",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_law_wants_said_is_said(language: str) -> None:
    whole = "\n".join(
        [*notices.common(language), *(notices.notice(purpose, language).text for purpose in Purpose)]
    )
    assert [item for item in WANTED[language] if item not in whole] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_take_more_than_is_needed(language: str) -> None:
    whole = "\n".join(
        [*notices.common(language), *(notices.notice(purpose, language).text for purpose in Purpose)]
    )
    assert [word for word in BANNED if word in whole] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_told_is_the_time_kept(language: str) -> None:
    assert str(doubles.IDLE_DAYS) in notices.notice("keep_double", language).text
    assert timedelta(days=doubles.IDLE_DAYS) > PERMIT_LIFE


def test_the_hash_is_of_these_words_in_this_language_for_this_purpose() -> None:
    hashes = {notices.notice(purpose, language).sha256 for purpose in Purpose for language in LANGUAGES}
    assert len(hashes) == len(Purpose) * len(LANGUAGES)
