"""A seal opens for the right key and the right object, whole and unaltered, and for nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fenshen.errors import SealBrokenError
from fenshen.vault.seal import FRAME, HEADER, TAG, bind, seal, sealed_frames, unseal

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
CONTEXT = bind("sitter_1", "photo", "photo_1")
PLAIN = b"".join(bytes([n]) * FRAME for n in range(3)) + b"the end"
SEALED = seal(PLAIN, KEY, CONTEXT)
WHOLE = FRAME + TAG


def frames(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER:]
    return [body[start : start + WHOLE] for start in range(0, len(body), WHOLE)]


@pytest.mark.parametrize("length", [0, 1, 15, 16, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 2 * FRAME + 17])
def test_what_was_sealed_comes_back_at_every_length_around_a_frame(length: int) -> None:
    plain = (b"\x00\x01face" * (length // 6 + 1))[:length]
    sealed = seal(plain, KEY, CONTEXT)
    assert unseal(sealed, KEY, CONTEXT) == plain
    assert len(sealed) - length == HEADER + TAG * max(1, -(-length // FRAME))


@given(
    plain=st.binary(max_size=4096), key=st.binary(min_size=32, max_size=32), context=st.binary(max_size=64)
)
def test_any_bytes_come_back(plain: bytes, key: bytes, context: bytes) -> None:
    assert unseal(seal(plain, key, context), key, context) == plain


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    assert seal(b"face", KEY, CONTEXT) != seal(b"face", KEY, CONTEXT)


def test_frames_given_one_by_one_are_the_same_as_all_at_once() -> None:
    assert unseal(b"".join(map(bytes, sealed_frames(PLAIN, KEY, CONTEXT))), KEY, CONTEXT) == PLAIN


def test_nothing_of_the_plain_text_shows() -> None:
    assert b"the end" not in SEALED
    assert bytes(64) not in SEALED


@settings(max_examples=200, deadline=None)
@given(where=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_noticed(where: int, bit: int) -> None:
    bad = bytearray(SEALED)
    bad[where] ^= 1 << bit
    with pytest.raises(SealBrokenError):
        unseal(bytes(bad), KEY, CONTEXT)


@settings(max_examples=100, deadline=None)
@given(length=st.integers(0, len(SEALED) - 1))
def test_a_cut_off_end_is_noticed_wherever_it_was_cut(length: int) -> None:
    with pytest.raises(SealBrokenError):
        unseal(SEALED[:length], KEY, CONTEXT)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_cut_between_two_frames_is_noticed(count: int) -> None:
    with pytest.raises(SealBrokenError):
        unseal(SEALED[:HEADER] + b"".join(frames(SEALED)[:count]), KEY, CONTEXT)


@pytest.mark.parametrize(
    "order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3), (1, 2, 3), (0, 0, 1, 2, 3), (0, 1, 2, 3, 3)]
)
def test_swapped_dropped_and_repeated_frames_are_noticed(order: tuple[int, ...]) -> None:
    parts = frames(SEALED)
    with pytest.raises(SealBrokenError):
        unseal(SEALED[:HEADER] + b"".join(parts[n] for n in order), KEY, CONTEXT)


def test_bytes_added_at_the_end_are_noticed() -> None:
    with pytest.raises(SealBrokenError):
        unseal(SEALED + b"x", KEY, CONTEXT)


def test_a_frame_of_another_object_under_the_same_key_does_not_fit_in() -> None:
    other = frames(seal(PLAIN, KEY, bind("sitter_1", "photo", "photo_2")))
    mixed = [other[0], *frames(SEALED)[1:]]
    with pytest.raises(SealBrokenError):
        unseal(SEALED[:HEADER] + b"".join(mixed), KEY, CONTEXT)


@pytest.mark.parametrize(
    "context",
    [
        bind("sitter_2", "photo", "photo_1"),  # another sitter
        bind("sitter_1", "double", "photo_1"),  # another purpose
        bind("sitter_1", "photo", "photo_2"),  # another object
        b"",
    ],
)
def test_it_does_not_open_as_another_object(context: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal(SEALED, KEY, context)


def test_it_does_not_open_with_another_key() -> None:
    with pytest.raises(SealBrokenError):
        unseal(SEALED, OTHER_KEY, CONTEXT)


def test_a_key_of_the_wrong_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(b"face", b"short", CONTEXT)


@pytest.mark.parametrize("junk", [b"", b"FSS1", b"\xff\xd8\xff\xe0" + bytes(200), bytes(500)])
def test_what_was_never_sealed_is_refused(junk: bytes) -> None:
    with pytest.raises(SealBrokenError):
        unseal(junk, KEY, CONTEXT)


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_two_different_lists_of_fields_never_bind_alike(one: list[str], two: list[str]) -> None:
    assert (bind(*one) == bind(*two)) == (one == two)


def test_a_frame_held_on_to_never_shows_another_frames_bytes() -> None:
    """One buffer serves all frames; a consumer that keeps one is told so."""
    held = list(sealed_frames(PLAIN, KEY, CONTEXT))
    with pytest.raises(ValueError, match="released"):
        bytes(held[1])
