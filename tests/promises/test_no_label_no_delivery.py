"""Promise 4: what leaves carries every label, and the verifier never claims more than it can prove."""

import ast
from pathlib import Path

import fenshen
from fenshen import words
from fenshen.labels.verify import Mark, State

SOURCE = Path(fenshen.__file__).parent
LABELS = SOURCE / "labels"
STATES = {
    "visible": {State.VALID, State.PRESENT, State.ABSENT},
    "tc260": set(State) - {State.PRESENT, State.EXPIRED},
    "iptc": set(State) - {State.UNCHECKED, State.EXPIRED},
    "signature": {State.VALID, State.ALTERED, State.FOREIGN, State.DUPLICATE, State.UNCHECKED, State.ABSENT},
    "c2pa": set(State) - {State.PRESENT, State.DUPLICATE},
    "watermark": {State.VALID, State.FOREIGN, State.UNCHECKED, State.ALTERED, State.ABSENT},
    "training": {State.VALID, State.PRESENT, State.ALTERED, State.ABSENT},
    "consent": {State.VALID, State.PRESENT, State.FOREIGN, State.UNCHECKED, State.ALTERED, State.ABSENT},
}


def test_every_mark_in_every_state_says_in_both_languages_what_it_proves() -> None:
    for mark, states in STATES.items():
        for state in states:
            code = Mark(mark=mark, state=state).proves
            for language in words.languages():
                assert words.say(code, language) != code
                assert words.say(f"mark_state_{state}", language) != f"mark_state_{state}"


def test_only_the_labeller_can_make_what_the_door_accepts() -> None:
    """LabelledPicture(...) is called in one place, and the token it asks for is used in one file."""
    made = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "LabelledPicture"
    ]
    assert made == ["labels/write.py"]


def test_the_licences_of_the_label_s_fonts_lie_beside_them() -> None:
    for family in ("BarlowCondensed", "NotoSansSC"):
        text = (LABELS / "fonts" / f"OFL-{family}.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert sum(font.stat().st_size for font in (LABELS / "fonts").glob("*.ttf")) < 10_000


def test_only_one_file_asks_for_a_picture_without_visible_words_and_it_needs_an_agreement() -> None:
    """`label(label_free=…)` is called in one place, and what it takes is made in one place."""
    calls = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and (
            (node.func.id == "label" and any(each.arg == "label_free" for each in node.keywords))
            or node.func.id == "LabelFreePermit"
        )
    }
    assert calls == {"flow/send.py", "rights/label_free.py"}
