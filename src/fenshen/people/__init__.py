"""People who do not exist, with photos of each: for the demo, the tests and the curious.

They are renderings; ``README.md`` beside this file says what of, and under which licence.
"""

from functools import partial
from importlib.resources import files
from typing import Final

from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.errors import NotFoundError
from fenshen.photos.folder import PhotoFile

NAMES: Final = ("anna", "omar")


def double_of(name: str) -> OpenDouble:
    """Give a bundled person's small double, to try templates on: two takes at half size. Raises NotFoundError.

    Nobody's consent is asked, because it is nobody's face. `tools/models_of_nobody.py` makes them.
    """
    if name not in NAMES:
        raise NotFoundError(kind="person", id=name)
    return codec.unpack((files(__package__) / name / "double.bin").read_bytes())


def photos_of(name: str) -> list[PhotoFile]:
    """List a bundled person's photos in the order of their names; the first is the frontal. Raises NotFoundError."""
    if name not in NAMES:
        raise NotFoundError(kind="person", id=name)
    shots = sorted((shot for shot in (files(__package__) / name).iterdir()), key=lambda shot: shot.name)
    return [PhotoFile(name=s.name, read=partial(s.read_bytes)) for s in shots if s.name.endswith(".jpg")]
