"""Whatever a page can say, it says in words, in both languages: no code shows through."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from fenshen.jobs.states import JobKind, JobState
from fenshen.portrait import id_sizes
from fenshen.portrait.print_sheet import PAPERS
from fenshen.rights.account_holdings import LIVES, OWN
from fenshen.rights.complaints import ComplaintState, Topic
from fenshen.rights.holdings import KINDS
from fenshen.rights.purposes import Purpose
from fenshen.rights.receipts import ReceiptKind
from fenshen.web.pages.gallery import SHOWN
from fenshen.web.pages.portrait import SIZES, SMILES, TURNS
from fenshen.words import codes, languages

PAGES = Path(str(files("fenshen.web") / "pages"))
SCRIPTS = Path(str(files("fenshen.web") / "static"))
SAID = re.compile(r"""\bt\(\s*["']([a-z0-9_]+)["']\s*[,)]""")
FAMILIES = {
    "web_kind_": [*(kind.name for kind in KINDS), "receipt_key", *LIVES, *(table.name for table in OWN)],
    "web_life_": [*(kind.name for kind in KINDS), *LIVES],
    "web_job_": [kind.value for kind in JobKind if kind != JobKind.WEBHOOK],  # nobody waits for that one
    "web_mine_job_": [kind.value for kind in JobKind if kind != JobKind.WEBHOOK],
    "web_job_state_": [state.value for state in JobState],
    "web_over_": ["done", "failed", "parked", "cancelled"],
    "web_topic_": [topic.value for topic in Topic],
    "web_letter_": [state.value for state in ComplaintState],
    "web_receipt_": [kind.value for kind in ReceiptKind],
    "web_purpose_": [purpose.value for purpose in Purpose],
    "web_tag_": [tag.replace(" ", "_") for tag in SHOWN],
    "web_size_": [str(size) for size in SIZES],
    "web_turn_": list(TURNS),
    "web_smile_": list(SMILES),
    "web_paper_": list(PAPERS),
    "web_colour_": [*id_sizes.backgrounds(), "keep"],
    "web_begin_missing_": ["inspect_photos", "build_double", "keep_double", "age", "who", "told"],
    "web_sure_": ["person", "account"],
    "web_room_": ["waiting", "asking", "whole", "broken"],  # gather.Room.stage
    "web_gone_": ["erased", "withdrawn", "left"],
}


def test_every_word_of_every_page_exists() -> None:
    lacking = {
        (file.name, code)
        for file in PAGES.glob("*.jinja")
        for code in SAID.findall(file.read_text("utf-8"))
        if not {code, f"web_{code}"} & codes()
    }
    assert lacking == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_family_of_words_exists(family: str) -> None:
    assert {f"{family}{each}" for each in FAMILIES[family]} - codes() == set()


def test_no_page_says_anything_that_is_not_in_the_words() -> None:
    """What stands between tags is a placeholder, a number, a sign, or the name of the studio."""
    drawn = re.compile(r"{[{%#].*?[}%#]}", re.DOTALL)
    alone = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>|&\w+;", re.DOTALL)
    allowed = {"Fenshen", "分身", "中文", "English", "px", "mm", "json", "studio", "pub", "dpi", "MB"}
    said = {
        (file.name, word)
        for file in PAGES.glob("*.jinja")
        for word in re.findall(
            r"[A-Za-z\u4e00-\u9fff]{2,}", alone.sub(" ", drawn.sub(" ", file.read_text("utf-8")))
        )
    }
    assert {(file, word) for file, word in said if word not in allowed} == set()


def test_what_scripts_say_comes_from_the_page() -> None:
    for file in (*SCRIPTS.glob("album.js"), *SCRIPTS.glob("studio.js"), *SCRIPTS.glob("sign-in.js")):
        for sentence in re.findall(r"""textContent = ["'`]([^"'`]+)["'`]""", file.read_text("utf-8")):
            pytest.fail(f"{file.name} says {sentence!r}")


def test_there_are_two_languages() -> None:
    assert languages() == ("en", "zh")
