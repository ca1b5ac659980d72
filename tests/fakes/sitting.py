"""A real sitting with a bundled person who does not exist, small and quick; and the world around it."""

import hashlib
import io
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from fenshen.clock import SystemClock
from fenshen.flow.sit import Sitting, sit
from fenshen.ids import SitterId
from fenshen.people import photos_of
from fenshen.photos.folder import PhotoFile
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from fenshen.vision.arrays import Floats

ANNA = SitterId("sitter_anna")
GOOD_SHOTS = (0, 1, 3, 15, 18)  # the frontal, two smiles, to the left, to the right
WIDTH = 432  # pixels: 100 between the eyes, a third of the work
_sat: dict[Path, "Sat"] = {}


@cache
def shot(number: int, name: str = "anna", width: int = WIDTH) -> bytes:
    """One photo of a bundled person as a small JPEG."""
    picture = Image.open(io.BytesIO(photos_of(name)[number].read()))
    sink = io.BytesIO()
    picture.resize((width, width * 4 // 3), Image.Resampling.LANCZOS).save(sink, "JPEG", quality=92)
    return sink.getvalue()


def shots(*numbers: int) -> dict[str, bytes]:
    """Files of photos of anna by name."""
    return {f"{number:02}.jpg": shot(number) for number in numbers or GOOD_SHOTS}


def as_files(photos: Mapping[str, bytes]) -> list[PhotoFile]:
    """Photos in memory, as a sitting takes them."""
    return [PhotoFile(name=name, read=BytesIO(content).getvalue) for name, content in photos.items()]


def put(folder: Path, photos: Mapping[str, bytes]) -> Path:
    """Write photos into a new folder, as a user would have them."""
    folder.mkdir(parents=True)
    for name, content in photos.items():
        (folder / name).write_bytes(content)
    return folder


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below a folder: its content's digest and when it was last changed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in files
    }


def settings_of(home: Path, models: Path) -> Settings:
    """The settings of a home with real weights."""
    key = home / "keys" / "kek"
    return Settings(home=home, models=models, key_file=key, language="en", producer="fenshen-studio")


@dataclass(frozen=True, kw_only=True)
class Sat:
    """What came of one sitting; copied for each test that changes something."""

    home: Path
    models: Path
    sitting: Sitting
    embeddings: tuple[Floats, ...]  # of the sitter's photos: what must be nowhere

    def desk(self, home: Path | None = None) -> Desk:
        """Open the studio it happened in."""
        return open_desk(settings_of(home or self.home, self.models), SystemClock())

    def moved_to(self, home: Path) -> Desk:
        """Open a copy of that studio that a test may ruin."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        return self.desk(home)


def sat(home: Path, models: Path) -> Sat:
    """Sit once per process and weights; later calls get the first one's outcome."""
    if models not in _sat:
        desk = open_desk(settings_of(home, models), SystemClock())
        consent.grant(desk, ANNA, list(Purpose), adult=True, is_self=True, language="en")
        sitting = sit(as_files(shots()), ANNA, desk=desk, progress=Silent())
        seen = tuple(p.embedding for p in sitting.report.photos if p.embedding is not None)
        _sat[models] = Sat(home=home, models=models, sitting=sitting, embeddings=seen)
    return _sat[models]


@dataclass
class Written:
    """Files that this process opened to write, made, renamed or removed while somebody watched."""

    paths: set[Path] = field(default_factory=set)

    def outside(self, *folders: Path) -> set[Path]:
        """Those that lie in none of these folders."""
        roots = [folder.resolve() for folder in folders]
        return {p for p in self.paths if not any(p.resolve().is_relative_to(root) for root in roots)}


_watching: list[Written] = []
_CHANGING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"}


@contextmanager
def watched_writing() -> Iterator[Written]:
    """Watch by Python's audit events what is written; what Rust or C opens by itself is not seen."""
    written = Written()
    _watching.append(written)
    try:
        yield written
    finally:
        _watching.remove(written)


def _hear(event: str, details: tuple[Any, ...]) -> None:
    if not _watching:
        return
    writes = event == "open" and isinstance(details[2], int) and details[2] & 0o3  # O_WRONLY, O_RDWR
    if writes or event in _CHANGING:
        for name in details[: 2 if event in {"os.rename", "os.link"} else 1]:
            if isinstance(name, str | bytes):
                path = (_place(event, details) / os.fsdecode(name)).absolute()
                for written in _watching:
                    written.paths.add(path)


def _place(event: str, details: tuple[Any, ...]) -> Path:
    """The folder that a name is relative to: given as an open folder, or where we are."""
    handle = details[-1] if event in {"os.remove", "os.rmdir", "os.mkdir"} else -1
    return Path(f"/proc/self/fd/{handle}").resolve() if isinstance(handle, int) and handle >= 0 else Path()


sys.addaudithook(_hear)
