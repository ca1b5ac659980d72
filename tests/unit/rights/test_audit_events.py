"""The log can hold ids, counts, hashes and codes, and no word about anybody."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenshen.rights.audit_events import REASONS, SHAPES, About, AuditEvent, AuditFactRefusedError, entry, fits
from fenshen.rights.consent import Purpose
from fenshen.rights.erasure import Reason

AT, SUBJECT, HASH = "2026-11-22T12:00:00Z", "5" * 64, "a" * 64
RECEIPTED = {"receipt": "receipt_0123456789abcdef", "sha256": HASH}
EXAMPLES: dict[AuditEvent, dict[str, Any]] = {
    AuditEvent.CONSENT_GIVEN: RECEIPTED,
    AuditEvent.CONSENT_REFUSED: {"purpose": "keep_double"},
    AuditEvent.CONSENT_WITHDRAWN: RECEIPTED,
    AuditEvent.PHOTOS_DESTROYED: RECEIPTED,
    AuditEvent.DOUBLE_MADE: {"takes": 7},
    AuditEvent.DOUBLE_USED: {"portraits": 3},
    AuditEvent.ERASURE_BEGUN: {"reason": "asked"},
    AuditEvent.ERASURE_DONE: RECEIPTED,
    AuditEvent.EXPORT_GIVEN: {"holdings": 9},
    AuditEvent.KEYS_ROTATED: {"keys": 12},
    AuditEvent.BACKUP_MADE: {"sha256": HASH, "bytes": 0},
    AuditEvent.RESTORED: {"size": 9, "root": HASH},
    AuditEvent.LABEL_FREE_GRANTED: RECEIPTED,
}
NAMES = st.sampled_from(
    ["张伟", "zhang wei", "Anna", "anna@example.org", "sitter_0123456789abcdef", "double_1"]
)
FREE = st.one_of(
    NAMES, st.text(min_size=1), st.floats(), st.binary(), st.none(), st.booleans(), st.integers(max_value=-1),
    st.lists(st.text()), st.dictionaries(st.text(), st.integers()), st.integers(min_value=10**15),
)  # fmt: skip


def about(event: AuditEvent) -> str | None:
    return None if SHAPES[event].about is About.STUDIO else SUBJECT


@pytest.mark.parametrize("event", AuditEvent)
def test_each_event_is_entered_in_one_spelling(event: AuditEvent) -> None:
    text = entry(17, event, about(event), AT, EXAMPLES[event])
    body = json.loads(text)
    assert (body["n"], body["event"], body["subject"], body["facts"]) == (
        17,
        event,
        about(event),
        EXAMPLES[event],
    )
    assert fits(text, 17)
    assert not fits(text, 18)
    assert not fits(json.dumps(body, sort_keys=True), 17)  # with spaces
    assert not fits(text + "\n", 17)


@pytest.mark.parametrize("event", AuditEvent)
@given(value=FREE)
def test_nothing_that_could_be_words_about_a_person_is_entered(event: AuditEvent, value: Any) -> None:
    for name in EXAMPLES[event]:
        with pytest.raises(AuditFactRefusedError):
            entry(0, event, about(event), AT, {**EXAMPLES[event], name: value})
    if value is not None:
        with pytest.raises(AuditFactRefusedError):
            entry(0, event, value, AT, EXAMPLES[event])
    with pytest.raises(AuditFactRefusedError):
        entry(0, event, about(event), value, EXAMPLES[event])
    with pytest.raises(AuditFactRefusedError):
        entry(0, event, about(event), AT, {**EXAMPLES[event], "note": value})


@pytest.mark.parametrize("event", AuditEvent)
def test_no_fact_can_be_left_out(event: AuditEvent) -> None:
    for name in EXAMPLES[event]:
        with pytest.raises(AuditFactRefusedError):
            entry(0, event, about(event), AT, {k: v for k, v in EXAMPLES[event].items() if k != name})


@pytest.mark.parametrize("event", AuditEvent)
@given(junk=st.text(min_size=1, max_size=3), data=st.data())
def test_a_text_with_one_thing_put_in_or_changed_is_no_entry(
    event: AuditEvent, junk: str, data: st.DataObject
) -> None:
    text = entry(5, event, about(event), AT, EXAMPLES[event])
    where = data.draw(st.integers(0, len(text)))
    put_in = text[:where] + junk + text[where:]
    if fits(put_in, 5):  # a longer count is a count; nothing else may be longer
        assert junk.isascii()
        assert junk.isdecimal()


def test_what_is_about_a_person_names_one_and_what_is_not_names_nobody() -> None:
    for event, shape in SHAPES.items():
        wrong = {About.PERSON: None, About.STUDIO: SUBJECT}.get(shape.about, "sitter_0123456789abcdef")
        with pytest.raises(AuditFactRefusedError):
            entry(0, event, wrong, AT, EXAMPLES[event])
    assert entry(0, AuditEvent.CONSENT_REFUSED, None, AT, EXAMPLES[AuditEvent.CONSENT_REFUSED])


def test_the_codes_are_those_of_consent_and_erasure() -> None:
    assert {reason.name.lower() for reason in Reason} == REASONS
    for purpose in Purpose:
        assert entry(0, AuditEvent.CONSENT_REFUSED, None, AT, {"purpose": purpose})


def test_a_refusal_says_which_event_and_never_the_value() -> None:
    with pytest.raises(AuditFactRefusedError) as refused:
        entry(0, AuditEvent.DOUBLE_MADE, SUBJECT, AT, {"takes": "zhang wei"})
    assert "zhang" not in str(refused.value)
