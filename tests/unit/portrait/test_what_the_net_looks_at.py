"""A take is put before a grey wall where the identity net looks, and the net sees what it saw of the whole."""

from pathlib import Path

import numpy as np
import pytest

from fenshen import people
from fenshen.portrait.likeness import embedding_of, mesh_of, on_grey
from fenshen.vision.identity import cosine, embed, looked_at


@pytest.mark.parametrize("who", people.NAMES)
def test_the_part_that_is_looked_at_tells_the_net_as_much_as_the_whole(who: str, models: Path) -> None:
    for take in people.double_of(who).takes:
        whole = embed(on_grey(take), mesh_of(take), models)
        assert cosine(embedding_of(take, models), whole) > 0.99999


@pytest.mark.parametrize("who", people.NAMES)
def test_what_lies_outside_of_it_is_not_read(who: str, models: Path) -> None:
    take = people.double_of(who).takes[0]
    mesh, picture = mesh_of(take), on_grey(take)
    left, top, right, bottom = looked_at(mesh, take.alpha.shape)
    assert (right - left) * (bottom - top) < 0.8 * take.alpha.size
    other = np.zeros_like(picture)
    other[top:bottom, left:right] = picture[top:bottom, left:right]
    assert np.array_equal(embed(other, mesh, models), embed(picture, mesh, models))
