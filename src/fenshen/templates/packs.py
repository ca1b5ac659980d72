"""Packs of one's own: folders that a stranger may have written. Read as data, and nothing in them is believed.

A pack is one folder. In it lie recipes (`*.toml`) and the assets that they list; no folders, no links, nothing else.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from fenshen.errors import FenshenError
from fenshen.templates.lines import line_of
from fenshen.templates.reading import TemplateFault, faults_in, parsed
from fenshen.templates.recipe import Template

MOST_PACKS: Final = 200
MOST_FILES: Final = 64  # of one pack
PREVIEW: Final = "preview.webp"  # what an import leaves beside its recipe, for whoever looks into the folder
MAX_RECIPE: Final = 64_000  # bytes
MAX_ASSET: Final = 4_000_000
PACK_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NO_DERIVATIVES: Final = re.compile(r"\bND\b|no[- ]?deriv", re.IGNORECASE)
SHOWN: Final = 40  # characters of a stranger's file name that are told


class PackMissingError(FenshenError):
    """There is no such folder, or it may not be read."""

    code = "pack_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One folder as it was read."""

    folder: Path
    templates: tuple[Template, ...]  # those without a fault of their own
    faults: tuple[TemplateFault, ...]
    assets: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # those that are listed, by name


def read_pack(folder: Path, taken: frozenset[str] = frozenset(), *, contents: bool = True) -> Pack:
    """1. every entry an ordinary file  2. every recipe sound  3. names free  4. assets listed, and there.

    taken: names that other templates have. contents: whether assets are read too. Gives all faults at once.
    Raises PackMissingError.
    """
    faults: list[TemplateFault] = []
    recipes, others = _files(folder, faults)  # (1)
    templates: list[Template] = []
    for name in recipes:
        try:
            text = _read(folder / name, MAX_RECIPE).decode("utf-8")
        except _Unread as why:
            faults.append(fault(why.code, name, **why.facts))
            continue
        except UnicodeDecodeError:
            faults.append(fault("pack_not_text", name))
            continue
        recipe, found = parsed(text)  # (2)
        faults += faults_in(shown(name), found)
        if recipe is None:
            continue
        if recipe.name in taken or recipe.name in {one.name for one in templates}:  # (3)
            faults.append(fault("pack_name_taken", name, "name", name=recipe.name))
        else:
            faults += _no_derivatives(recipe, name, text)
            templates.append(recipe.lying_in(folder))
    sound = not faults
    assets = dict(_assets(folder, templates, faults, contents=contents))
    listed = {asset.file for recipe in templates for asset in recipe.assets}
    if sound:  # a recipe that could not be read may have listed it
        faults += [fault("pack_unlisted", name) for name in others if name not in listed | {PREVIEW}]  # (4)
    return Pack(folder=folder, templates=tuple(templates), faults=tuple(faults), assets=assets)


def read_asset(folder: Path, name: str) -> bytes:
    """One listed asset of a pack. Raises PackMissingError when it is no ordinary file of a decent size any more."""
    try:
        return _read(folder / name, MAX_ASSET)
    except _Unread:
        raise PackMissingError from None


def own(folder: Path, taken: frozenset[str]) -> tuple[Template, ...]:
    """The templates of every pack without a fault in a folder of packs, in the order of their names."""
    return _own(folder, taken, tuple(_signature(folder)))


def packs_in(folder: Path) -> list[Path]:
    """Every pack in a folder of packs, with faults or without."""
    return [folder / pack for pack in sorted({pack for pack, *_ in _signature(folder)})]


def faulty(folder: Path, taken: frozenset[str]) -> int:
    """How many packs in a folder of packs are left out for their faults."""
    sound = {recipe.folder for recipe in own(folder, taken)}
    return sum(pack not in sound for pack in packs_in(folder))


def shown(name: str) -> str:
    """A stranger's file name as it may be printed."""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


def fault(code: str, file: str, at: str = "", /, **facts: str | float) -> TemplateFault:
    """A fault of a whole file."""
    return TemplateFault(code=code, file=shown(file), at=at, facts=facts)


def forbids_derivatives(licence: str) -> bool:
    """Whether a licence allows no works made of it, as a portrait is: the ND of Creative Commons, by its SPDX name."""
    return NO_DERIVATIVES.search(licence) is not None


def _no_derivatives(recipe: Template, file: str, text: str) -> Iterator[TemplateFault]:
    """Every licence in a recipe that forbids what a template is for."""
    licences = {"licence": recipe.licence}
    licences |= {f"assets.{number}.licence": asset.licence for number, asset in enumerate(recipe.assets)}
    for at, licence in licences.items():
        if forbids_derivatives(licence):
            yield replace(fault("licence_no_derivatives", file, at, licence=licence), line=line_of(text, at))


@lru_cache(maxsize=8)
def _own(
    folder: Path, taken: frozenset[str], signature: tuple[tuple[str, str, int, int], ...]
) -> tuple[Template, ...]:
    found: list[Template] = []
    for pack in sorted({pack for pack, *_ in signature}):
        read = read_pack(folder / pack, taken | {recipe.name for recipe in found}, contents=False)
        if not read.faults:
            found += read.templates
    return tuple(found)


def _signature(folder: Path) -> Iterator[tuple[str, str, int, int]]:
    """What tells whether anything below changed: pack, file, time, size. Links are not followed."""
    for pack in [pack for pack in _entries(folder) if PACK_NAME.fullmatch(pack.name)][:MOST_PACKS]:
        if not pack.is_dir(follow_symlinks=False):
            continue
        for entry in _entries(Path(pack.path))[: MOST_FILES + 1]:
            with suppress(OSError):  # it went away while we looked
                facts = entry.stat(follow_symlinks=False)
                yield pack.name, entry.name, facts.st_mtime_ns, facts.st_size


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies in a folder, in the order of names; nothing when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _files(folder: Path, faults: list[TemplateFault]) -> tuple[list[str], list[str]]:
    """Names of recipes and of other files, in order. What is no ordinary file is a fault."""
    if folder.is_symlink() or not folder.is_dir():
        raise PackMissingError
    visible = [entry for entry in _entries(folder) if not entry.name.startswith(".")]
    if len(visible) > MOST_FILES:
        faults.append(fault("pack_too_many", "", limit=MOST_FILES))
    names = []
    for entry in visible[:MOST_FILES]:
        if entry.is_file(follow_symlinks=False):
            names.append(entry.name)
        else:
            faults.append(fault("pack_no_file", entry.name))
    recipes = [name for name in names if name.endswith(".toml")]
    if not recipes:
        faults.append(fault("pack_no_recipe", "template.toml"))
    return recipes, [name for name in names if not name.endswith(".toml")]


def _assets(
    folder: Path, templates: list[Template], faults: list[TemplateFault], *, contents: bool
) -> Iterator[tuple[str, bytes]]:
    """Every listed asset once; one that is not there, or too large, is a fault."""
    for name in sorted({asset.file for recipe in templates for asset in recipe.assets}):
        try:
            data = _read(folder / name, MAX_ASSET if contents else 0, whole=contents)
        except _Unread as why:
            faults.append(fault(why.code, name, **why.facts))
        else:
            if contents:
                yield name, data


class _Unread(Exception):  # noqa: N818 - never leaves this file
    """Why a file was not read."""

    def __init__(self, code: str, **facts: str | float) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def _read(file: Path, most: int, *, whole: bool = True) -> bytes:
    """An ordinary file of at most so many bytes, its link not followed; with whole=False only looked at."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as why:
        raise _Unread("pack_no_file" if why.errno == errno.ELOOP else "pack_file_missing") from None
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise _Unread("pack_no_file")
        if facts.st_size > (most if whole else MAX_ASSET):
            raise _Unread("pack_file_too_large", limit=most if whole else MAX_ASSET)
        return _all_of(handle, most) if whole else b""
    finally:
        os.close(handle)


def _all_of(handle: int, most: int) -> bytes:
    """What an open file holds, no more than so many bytes of it: it may grow meanwhile."""
    parts: list[bytes] = []
    while most > 0 and (part := os.read(handle, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
