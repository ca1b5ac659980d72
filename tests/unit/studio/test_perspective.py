"""The camera's nearness is taken out of a selfie, and of nothing else."""

from dataclasses import replace

import numpy as np
from tests.unit.studio.test_reshaping import a_head

from fenshen.double.take import Edge
from fenshen.engines.studio.head import face_width
from fenshen.engines.studio.perspective import PORTRAIT, SHARE, SHARE_BY_LENS, nearness, receded
from fenshen.engines.studio.relief import relief
from fenshen.engines.studio.reshape import DEEPER, Change, reshaped
from fenshen.vision.arrays import Floats, floats


def seen_from(points: Floats, inverse_distance: float, middle: Floats) -> Floats:
    """The points of a face seen from 1.5 m, as a camera sees them that is nearer. (n, 2)."""
    z = DEEPER * (points[[234, 454], 2].mean() - points[:, 2]) / 110
    scale = (1 - z / PORTRAIT) / (1 - z * inverse_distance)
    return floats((points[:, :2] - middle) * scale[:, None] + middle)


def test_a_selfie_among_farther_photos_is_near() -> None:
    selfie, portrait = a_head(1, distance=2.0), a_head(2, distance=12.0)
    assert nearness(selfie, (selfie, portrait)) > 0.2
    assert nearness(portrait, (selfie, portrait)) == 0


def test_a_face_that_always_reads_near_is_left_alone() -> None:
    """Some faces read half a metre from any distance."""
    takes = tuple(a_head(k, distance=d) for k, d in enumerate((3.2, 3.4, 3.6), 1))
    assert [nearness(take, takes) for take in takes] == [0, 0, 0]


def test_nothing_is_read_from_a_turned_head() -> None:
    turned = a_head(1, distance=1.5, yaw=30.0)
    assert nearness(turned, (turned, a_head(2, distance=12.0))) == 0


def test_no_more_than_most_of_what_was_read_is_taken_out() -> None:
    selfie, portrait = a_head(1, distance=2.0), a_head(2, distance=12.0)
    assert 0 < nearness(selfie, (selfie, portrait)) <= SHARE * (1 / 2.0 - 1 / 12.0)


def test_a_single_photo_is_near_only_if_nobodys_proportions_explain_it() -> None:
    assert nearness(a_head(1, distance=3.0), (a_head(1, distance=3.0),)) == 0
    assert nearness(a_head(1, distance=1.5), (a_head(1, distance=1.5),)) > 0


def test_a_lens_that_is_told_leaves_no_doubt() -> None:
    """What nobody's proportions could tell apart, half a metre from a metre, a lens does."""
    takes = tuple(a_head(k, distance=d, by_lens=True) for k, d in enumerate((2.0, 3.2, 6.5, 20.0), 1))
    near, middling, metre, far = (nearness(take, takes) for take in takes)
    assert near > middling > 0
    assert (metre, far) == (0, 0)
    assert near < SHARE_BY_LENS * (1 / 2.0 - 1 / PORTRAIT)
    assert nearness(takes[0], takes[:1]) == near, "whatever the other photos say"


def test_a_lens_does_not_help_where_the_head_is_not_seen_whole() -> None:
    for changes in ({"cut": (Edge.TOP,)}, {"yaw": 30.0}):
        take = a_head(1, distance=2.0, by_lens=True, **changes)
        assert nearness(take, (take,)) == 0


def test_a_cut_crown_is_not_stretched() -> None:
    selfie, portrait = a_head(1, distance=2.0, cut=(Edge.TOP,)), a_head(2, distance=12.0)
    assert nearness(selfie, (selfie, portrait)) == 0


def test_there_and_back_is_nearly_the_same_face() -> None:
    face = a_head()
    middle = relief(face).middle
    nearer = 0.25
    selfie = face.points.copy()
    selfie[:, :2] = seen_from(face.points, nearer + 1 / PORTRAIT, middle)
    back = reshaped(replace(face, points=selfie), Change(nearer=nearer))
    inner = [1, 4, 6, 33, 133, 263, 362, 61, 291, 13, 14]
    before = np.abs(selfie - face.points)[inner, :2].max() / face_width(face)
    after = np.abs(back.points - face.points)[inner, :2].max() / face_width(face)
    assert before > 0.03
    assert after < 0.35 * before


def test_what_is_far_stays_and_what_is_near_shrinks() -> None:
    head = relief(a_head())
    shift = receded(head, DEEPER * head.depth, 0.2, 110)
    assert not shift[head.depth == 0].any()
    outward = (shift * (head.positions() - head.middle)).sum(-1)
    assert outward.max() <= 1e-3
