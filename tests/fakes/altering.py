"""What a thief, a bad cable or a worn-out disk does to sealed bytes, seeded so that it happens again."""

from collections.abc import Iterator
from random import Random

from fenshen.vault.seal import FRAME, HEADER, TAG

WAYS = (
    "flip a bit",
    "drop a byte",
    "repeat a byte",
    "swap two bytes",
    "cut the end off",
    "add a byte",
    "drop a frame",
    "repeat a frame",
    "swap two frames",
    "take a frame of another",
)


def alterations(
    whole: bytes, another: bytes, times: int, *, seed: int, of_frames: bool = True
) -> Iterator[tuple[str, bytes]]:
    """Give ``times`` altered copies, each with what was done to it, by every way in turn.

    another: sealed bytes of the same length, of the same person. of_frames: whether ``whole`` has sealed frames to
    play with; the first six ways need none. A copy that happens to be the original is not given.
    """
    chance, done = Random(seed), 0  # noqa: S311  (the same each time)
    ways = WAYS if of_frames else WAYS[:6]
    while done < times:
        way = ways[done % len(ways)]
        altered = _frames_moved(way, whole, another, chance) if "frame" in way else _byte(way, whole, chance)
        if altered != whole:
            done += 1
            yield way, altered


def _byte(way: str, whole: bytes, chance: Random) -> bytes:
    # Half of the damage is in the header and the first bytes, which are few.
    where = chance.randrange(min(len(whole), HEADER + TAG) if chance.random() < 0.5 else len(whole))
    head, byte, tail = whole[:where], whole[where : where + 1], whole[where + 1 :]
    if way == "flip a bit":
        return head + bytes([byte[0] ^ 1 << chance.randrange(8)]) + tail
    if way == "drop a byte":
        return head + tail
    if way == "repeat a byte":
        return head + byte + byte + tail
    if way == "swap two bytes":
        other = chance.randrange(len(whole))
        swapped = bytearray(whole)
        swapped[where], swapped[other] = swapped[other], swapped[where]
        return bytes(swapped)
    if way == "cut the end off":
        return head
    return whole + chance.randbytes(1)


def _frames_moved(way: str, whole: bytes, another: bytes, chance: Random) -> bytes:
    frames = split(whole)
    one, two = chance.sample(range(len(frames)), 2)
    if way == "drop a frame":
        del frames[one]
    elif way == "repeat a frame":
        frames.insert(two, frames[one])
    elif way == "swap two frames":
        frames[one], frames[two] = frames[two], frames[one]
    else:
        frames[one] = split(another)[one]
    return whole[:HEADER] + b"".join(frames)


def split(sealed: bytes) -> list[bytes]:
    """Give the frames of sealed bytes."""
    size = FRAME + TAG
    return [sealed[at : at + size] for at in range(HEADER, len(sealed), size)]
