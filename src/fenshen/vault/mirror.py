"""A second copy of every wrapped key on another disk, so that a lost disk loses nobody, and an erasure kills both.

The keys at home are the truth. A key is written to the mirror before it is written at home, and destroyed in the mirror
before it is destroyed at home: so no key that seals anything has one copy only, and no copy outlives its receipt.
While the mirror cannot be reached no key is made and none destroyed; an erasure that was ordered waits, uncertified.
"""

from collections.abc import Iterator
from pathlib import Path

from fenshen.errors import FenshenError
from fenshen.store import disk

KEK = b"fenshen-kek-"  # how a key-encryption key's own file begins: it is never mirrored nor wrapped
MARK = ".fenshen-key-mirror"  # tells the mirror from the empty place where its disk should be mounted


class MirrorUnreachableError(FenshenError):
    """The second copy of the keys cannot be reached, so no key can be made or destroyed now."""

    code, retry = "mirror_unreachable", True


class Mirror:
    """The mirror of a folder of wrapped keys; without a folder of its own it does nothing."""

    def __init__(self, home: Path, folder: Path | None) -> None:
        """Mirror ``home`` in ``folder``; an empty one is taken into use. Raises MirrorUnreachableError."""
        self._home, self._folder = home, folder
        if folder is not None and folder.is_dir() and not any(folder.iterdir()):
            disk.write_durably(folder / MARK, b"")
            self.mend()
        self.must_be_there()

    def must_be_there(self) -> None:
        """Raise MirrorUnreachableError unless the mirror is there."""
        if self._folder is not None and not (self._folder / MARK).is_file():
            raise MirrorUnreachableError

    def write(self, path: Path, data: bytes) -> None:
        """Write a wrapped key, in both places. Raises MirrorUnreachableError, DiskFullError."""
        if self._folder is not None:
            self.must_be_there()
            disk.write_durably(disk.private_folder(self._place(path).parent) / path.name, data)
        disk.write_durably(path, data)

    def destroy(self, path: Path) -> None:
        """Destroy the mirror's copy of a key; home's is the caller's. Raises MirrorUnreachableError."""
        if self._folder is not None:
            self.must_be_there()
            disk.shred(self._place(path))

    def mend(self) -> None:
        """Make the mirror what home is: copy what it lacks, destroy what home does not have (any more)."""
        if self._folder is None:
            return
        self.must_be_there()
        for path in wrapped_files(self._home):
            place = self._place(path)
            if not place.exists() or place.read_bytes() != path.read_bytes():
                disk.write_durably(disk.private_folder(place.parent) / place.name, path.read_bytes())
        for place in wrapped_files(self._folder):
            if not (self._home / place.relative_to(self._folder)).exists():
                disk.shred(place)

    def differing(self) -> int:
        """Count the keys that stand in one place only, or differently. Raises MirrorUnreachableError."""
        if self._folder is None:
            return 0
        self.must_be_there()
        ours, theirs = (
            {path.relative_to(root): path.read_bytes() for path in wrapped_files(root)}
            for root in (self._home, self._folder)
        )
        return sum(ours.get(name) != theirs.get(name) for name in ours.keys() | theirs.keys())

    def _place(self, path: Path) -> Path:
        if self._folder is None:
            raise AssertionError("there is no mirror")
        return self._folder / path.relative_to(self._home)


def wrapped_files(home: Path) -> Iterator[Path]:
    """Give every file below a folder of keys that a key-encryption key wraps: the studio's secrets, people's keys."""
    for path in sorted(home.glob("*")):
        if path.is_file() and not path.name.startswith(".") and not path.suffix and not _is_kek(path):
            yield path
    for path in sorted(home.glob("people/*/*")):
        if path.name.isdecimal():
            yield path


def _is_kek(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(KEK)) == KEK
