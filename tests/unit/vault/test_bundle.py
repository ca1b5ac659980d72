"""The photos a sitter takes away: whole for them, nothing for anybody else."""

import io
import os
import random
from pathlib import Path

import pytest
from tests.scan import INSIDE

from fenshen.vault import bundle
from fenshen.vault.bundle import (
    COST,
    HEAD,
    MAGIC,
    BundleCostlyError,
    BundleDamagedError,
    BundleLockedError,
    BundleNewerError,
    BundleUnreadableError,
    Cost,
    PassphraseShortError,
    Secret,
    open_bundle,
    passphrase,
    read_head,
    write_bundle,
)
from fenshen.vault.recovery_code import new_code, read_code

PHOTOS = [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes([n]) * (700_000 * n) for n in range(3)]
CHEAP = Cost(passes=1, memory=64, lanes=1)


@pytest.fixture
def secret() -> Secret:
    return Secret(kind="code", value=read_code(new_code()))


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guess quickly: for tests that open thousands."""
    monkeypatch.setattr(bundle, "COST", CHEAP)


def written(path: Path, secret: Secret, photos: list[bytes] = PHOTOS) -> Path:
    with path.open("wb") as file:
        write_bundle(file, [io.BytesIO(photo).getvalue for photo in photos], secret)
    return path


def with_figures(data: bytes, passes: int, memory: int, lanes: int) -> bytes:
    """Forge the figures of Argon2id, as one could who wants to exhaust the machine."""
    body = (
        data[:10]
        + passes.to_bytes(2, "big")
        + memory.to_bytes(4, "big")
        + bytes([lanes])
        + data[17 : HEAD - 8]
    )
    return body + bundle._digest(body) + data[HEAD:]


def test_the_sitter_gets_every_photo_back_as_it_came_in_its_order(tmp_path: Path, secret: Secret) -> None:
    path = written(tmp_path / "mine", secret)
    assert [photo() for photo in open_bundle(path, secret)] == PHOTOS
    assert read_head(path).kind == "code"
    assert read_head(path).cost == COST


def test_nothing_of_a_photo_or_of_the_code_lies_open_in_it(tmp_path: Path, secret: Secret) -> None:
    data = written(tmp_path / "mine", secret).read_bytes()
    assert not any(header.search(data) for header in INSIDE.values())
    assert secret.value not in data
    assert str(secret) == "Secret(kind='code')"


def test_two_bundles_of_the_same_photos_and_code_share_no_bytes(tmp_path: Path, secret: Secret) -> None:
    one, other = (written(tmp_path / name, secret).read_bytes()[HEAD:] for name in "ab")
    assert {one[at : at + 16] for at in range(0, len(one), 16)}.isdisjoint(
        other[at : at + 16] for at in range(0, len(other), 16)
    )


def test_another_code_and_another_kind_of_secret_open_nothing(tmp_path: Path, secret: Secret) -> None:
    path = written(tmp_path / "mine", secret)
    for wrong in (
        Secret(kind="code", value=read_code(new_code())),
        Secret(kind="passphrase", value=secret.value),
        Secret(kind="code", value=b""),
    ):
        with pytest.raises(BundleLockedError):
            open_bundle(path, wrong)


def test_a_passphrase_opens_what_it_sealed_however_the_keyboard_writes_it(tmp_path: Path) -> None:
    path = written(tmp_path / "mine", passphrase("café 三只 oranges\n"))
    assert len(open_bundle(path, passphrase("cafe\u0301 三只 oranges\r\n"))) == len(PHOTOS)
    with pytest.raises(BundleLockedError):
        open_bundle(path, passphrase("cafe 三只 oranges"))


def test_a_passphrase_that_is_soon_guessed_is_refused() -> None:
    with pytest.raises(PassphraseShortError):
        passphrase("elevenchars\r\n")


@pytest.mark.usefixtures("cheap")
def test_every_flipped_bit_and_every_lost_end_is_noticed_and_nothing_given(
    tmp_path: Path, secret: Secret
) -> None:
    small = [b"one photo" * 9, b"another" * 7]
    path = written(tmp_path / "mine", secret, small)
    whole, chance = path.read_bytes(), random.Random(5)  # noqa: S311  (the same harm each time)
    harmed = [whole[:length] for length in range(0, len(whole), 7)]
    harmed += [whole + b"\0", whole + whole[HEAD:]]
    for at in (*range(HEAD), *chance.sample(range(HEAD, len(whole)), 200)):
        harmed.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
    refused = (BundleDamagedError, BundleUnreadableError, BundleNewerError, BundleLockedError)
    for data in harmed:
        path.write_bytes(data)
        with pytest.raises(refused):
            open_bundle(path, secret)
    assert len(harmed) > 300


@pytest.mark.usefixtures("cheap")
def test_photos_that_changed_places_or_came_from_another_bundle_are_noticed(
    tmp_path: Path, secret: Secret
) -> None:
    size = bundle._sealed(9)
    one = written(tmp_path / "one", secret, [b"photo one", b"photo two"]).read_bytes()
    other = written(tmp_path / "other", secret, [b"photo one", b"photo two"]).read_bytes()
    start = len(one) - 2 * size
    first, second = one[start : start + size], one[start + size :]
    for forged in (one[:start] + second + first, one[:start] + first + first, one[:start] + other[start:]):
        (tmp_path / "forged").write_bytes(forged)
        with pytest.raises(BundleDamagedError):
            open_bundle(tmp_path / "forged", secret)


@pytest.mark.parametrize(
    ("passes", "memory", "lanes"),
    [(9, 65536, 4), (3, (256 << 10) + 1, 4), (3, 65536, 9), (65535, 2**32 - 1, 255)],
)
def test_a_bundle_that_would_exhaust_the_machine_is_not_even_tried(
    tmp_path: Path, secret: Secret, monkeypatch: pytest.MonkeyPatch, passes: int, memory: int, lanes: int
) -> None:
    path = written(tmp_path / "mine", secret)
    path.write_bytes(with_figures(path.read_bytes(), passes, memory, lanes))
    monkeypatch.setattr(bundle, "_stretch", lambda *_: pytest.fail("the costly step was taken"))
    with pytest.raises(BundleCostlyError):
        open_bundle(path, secret)


@pytest.mark.parametrize(("passes", "memory", "lanes"), [(0, 65536, 4), (3, 31, 4), (3, 65536, 0), (0, 0, 0)])
def test_figures_that_argon2_does_not_know_are_damage(
    tmp_path: Path, secret: Secret, passes: int, memory: int, lanes: int
) -> None:
    path = written(tmp_path / "mine", secret)
    path.write_bytes(with_figures(path.read_bytes(), passes, memory, lanes))
    with pytest.raises(BundleDamagedError):
        open_bundle(path, secret)


@pytest.mark.usefixtures("cheap")
def test_a_giant_file_is_refused_by_its_size_before_its_photos_are_read(
    tmp_path: Path, secret: Secret
) -> None:
    path = written(tmp_path / "mine", secret, [b"photo"])
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # a hole: a terabyte that costs nothing
    with pytest.raises(BundleDamagedError):
        open_bundle(path, secret)


@pytest.mark.usefixtures("cheap")
def test_an_index_that_speaks_of_more_than_a_sitting_takes_is_refused(
    tmp_path: Path, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who has the code could make one; a sitter's machine may still not be made to read gigabytes."""
    path = written(tmp_path / "mine", secret, [b"photo"])
    monkeypatch.setattr(bundle, "MOST_BYTES", 4)
    with pytest.raises(BundleDamagedError):
        open_bundle(path, secret)


def test_a_newer_format_is_named(tmp_path: Path, secret: Secret) -> None:
    path = tmp_path / "mine"
    path.write_bytes(MAGIC + b"\x02" + bytes(200))
    with pytest.raises(BundleNewerError) as refused:
        open_bundle(path, secret)
    assert refused.value.facts == {"format": 2}


def test_what_is_no_bundle_is_said_so_and_a_pipe_keeps_nobody_waiting(tmp_path: Path, secret: Secret) -> None:
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff" * 100)
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    for name in ("picture", "empty", "pipe", "nothing", "."):
        with pytest.raises(BundleUnreadableError):
            open_bundle(tmp_path / name, secret)


def test_no_two_photos_are_in_memory_together_while_it_is_written(tmp_path: Path, secret: Secret) -> None:
    alive: list[int] = []

    class Counted(bytes):
        """A photo that says when it is let go."""

        def __del__(self) -> None:
            alive.pop()

    def opened() -> bytes:
        alive.append(1)
        assert len(alive) == 1
        return Counted(b"pixels" * 1000)

    with (tmp_path / "mine").open("wb") as file:
        write_bundle(file, [opened] * 5, secret)
    assert len(open_bundle(tmp_path / "mine", secret)) == 5
