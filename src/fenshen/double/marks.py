"""Lasting marks: moles, scars and freckles that most photos show where that spot of the face is in view."""

from collections.abc import Sequence

from fenshen.double.own_face import Mark
from fenshen.double.unwrap import Chart, Flat
from fenshen.vision.arrays import Floats


def lasting(flats: Sequence[Flat], shadings: Sequence[Floats], chart: Chart, uv: Floats) -> tuple[Mark, ...]:
    """Find them."""
    del flats, shadings, chart, uv
    return ()
