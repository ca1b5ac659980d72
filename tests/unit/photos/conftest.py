"""Photos of people who do not exist, and ways to spoil them."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fenshen.clock import SystemClock
from fenshen.photos.inspect import Inspected, inspect
from fenshen.photos.judge import Role
from fenshen.rights.consent import Permit, Purpose, for_this_run

Picture = NDArray[np.uint8]
DATA = Path(__file__).parents[2] / "data"


def code(picture: Picture | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Code a picture as a file."""
    out = BytesIO()
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    image.save(out, kind, **options)
    return out.getvalue()


def person(name: str) -> bytes:
    """Give the file of a person's photo, such as ``anna/00``."""
    return (DATA / "people" / f"{name}.jpg").read_bytes()


def pixels(name: str) -> Picture:
    """Give the pixels of a person's photo."""
    return np.asarray(Image.open(BytesIO(person(name))).convert("RGB"))


@pytest.fixture(scope="session")
def permit() -> Permit:
    """Allow looking at photos."""
    return for_this_run(Purpose.INSPECT_PHOTOS, SystemClock())


@pytest.fixture(scope="session")
def look(permit: Permit, models: Path) -> Callable[..., Inspected]:
    """Inspect a picture or a file."""

    def at(photo: Picture | bytes, role: Role = "supplementary") -> Inspected:
        return inspect(photo if isinstance(photo, bytes) else code(photo), permit, models, role=role)

    return at


@pytest.fixture(scope="session")
def reasons(look: Callable[..., Inspected]) -> Callable[..., tuple[str, ...]]:
    """Tell the reasons a picture is given."""

    def of(photo: Picture | bytes, role: Role = "supplementary") -> tuple[str, ...]:
        return look(photo, role).verdict.reasons

    return of
