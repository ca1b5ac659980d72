"""Seat several people in one picture: a take for each, on one scale, and where the camera must move so that it fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.take import CUT_ALPHA, Edge, Take
from fenshen.engines.studio.casting import in_turn
from fenshen.engines.studio.framing import Window
from fenshen.engines.studio.perspective import nearness
from fenshen.engines.studio.reshape import Change, reshaped
from fenshen.engines.studio.shoulders import GOES_ON, completed
from fenshen.templates.group import Layout, Seat
from fenshen.vision import regions

SIDE: Final = 2.2  # eye distances of body that a seat would like to each side of the eyes
ABOVE: Final = 2.5  # eye distances above the eyes, where hair has ended
HEAD: Final = 1.75  # eye distances from the middle of a face to where the hair ends
FACE: Final = 1.25  # eye distances from the middle of a face to its side
MOST_APART: Final = 1.6  # eye distances that two people are moved apart at most
CLOSER: Final = np.linspace(1.0, 0.72, 15)  # the frame, as share of what was asked
RUNS_OUT: Final = 0.9  # eye distances inside the picture's side at which a cut sleeve still goes on out of it
OVER: Final = 0.05  # eye distances that it goes on beyond
LIFT: Final = np.linspace(-0.12, 0.06, 13)  # of its height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sat:
    """One person on a seat. Lengths in pixels of the take unless said otherwise."""

    take: Take
    whole: Take  # the same before its shoulders were rounded
    double: OpenDouble
    seat: Seat
    eyes: tuple[float, float]  # middle between the pupils
    unit: float  # pixels of the take per eye distance of a grown-up
    room: tuple[
        float, float
    ]  # how far the photo shows the body below the eyes, and to the nearer cut side; in units


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What of the layout the picture shows, in eye distances from the layout's middle and upper border."""

    left: float
    top: float
    tall: float
    pixels: float  # per eye distance


def seated(double: OpenDouble, seat: Seat, layout: Layout, without: Sequence[int] = ()) -> Sat:
    """Cast the take that suits a seat best, and make it fit to stand there. without: photos to be used last."""
    ranked = list(in_turn(double, seat.wish, lost=partial(_lacking, double=double, seat=seat, layout=layout)))
    take = min(ranked, key=lambda take: take.photo in without)
    take = reshaped(take, Change(nearer=nearness(take, double.takes)))
    sat = _sat(take, double, seat)
    return replace(sat, take=completed(take, sat.unit * seat.size), room=sat.room)


def running_out(people: Sequence[Sat], camera: Camera, aspect: float) -> list[Sat]:
    """Let whoever sits outermost reach out of the picture where the photo ends just inside it: no shoulder there.

    aspect: of the picture, width over height.
    """
    sides = {Edge.LEFT: (camera.left, -1), Edge.RIGHT: (camera.left + camera.tall * aspect, 1)}
    outermost = {Edge.LEFT: min(people, key=_x), Edge.RIGHT: max(people, key=_x)}
    return [
        _run_out(sat, {edge: sides[edge] for edge, outer in outermost.items() if outer is sat})
        for sat in people
    ]


def _run_out(sat: Sat, sides: Mapping[Edge, tuple[float, int]]) -> Sat:
    """sides: where the picture ends there, and which way is out."""
    apart, width = sat.unit * sat.seat.size, sat.whole.alpha.shape[1]
    beside: dict[Edge, float] = {}
    for edge, (border, way) in sides.items():
        shown = (width - sat.eyes[0] if way > 0 else sat.eyes[0]) / sat.unit
        beyond = way * (border - sat.seat.x) - shown
        if edge in sat.whole.cut and beyond <= RUNS_OUT:
            beside[edge] = (max(0.0, beyond) + OVER) * sat.unit
    if not beside:
        return sat
    aside = round(beside.get(Edge.LEFT, 0.0))
    take = completed(sat.whole, apart, beside)
    return replace(sat, take=take, eyes=(sat.eyes[0] + aside, sat.eyes[1]))


def spread_out(people: Sequence[Sat]) -> list[Sat]:
    """Move people apart as far as nobody's hair covers the face of who sits beside and behind them."""
    row = sorted(people, key=lambda each: each.seat.x)
    moved = [row[0]]
    for each in row[1:]:
        beside = moved[-1]
        asked = each.seat.x - row[len(moved) - 1].seat.x
        front, back, way = (each, beside, -1) if each.seat.order > beside.seat.order else (beside, each, 1)
        needed = _half(front, back, way) + FACE * back.seat.size
        x = beside.seat.x + max(asked, min(needed, asked + MOST_APART))
        moved.append(replace(each, seat=each.seat.model_copy(update={"x": x})))
    middle = (moved[0].seat.x + moved[-1].seat.x - row[0].seat.x - row[-1].seat.x) / 2
    centred = {
        id(old.double): replace(new, seat=new.seat.model_copy(update={"x": new.seat.x - middle}))
        for old, new in zip(row, moved, strict=True)
    }
    return [centred[id(each.double)] for each in people]


def _half(front: Sat, back: Sat, way: int) -> float:
    """How far somebody's head and hair reach to one side at the height of another's face, eye distances."""
    high, low = (back.seat.y - front.seat.y + reach * back.seat.size for reach in (-1.0, 1.4))
    rows = [round(front.eyes[1] + at * front.unit) for at in (high, low)]
    body = front.take.alpha[max(0, rows[0]) : max(1, rows[1])] > CUT_ALPHA
    columns = np.flatnonzero(body.sum(0) > 0.04 * max(1, len(body)))
    if not columns.size:
        return 0.0
    edge = float(columns[-1] if way > 0 else columns[0])
    return abs(edge - front.eyes[0]) / front.unit


def choose_camera(people: Sequence[Sat], layout: Layout, height: int) -> Camera:
    """The frame nearest to the layout's that shows no lower end of anybody in the first row. height: pixels.

    It steps back when people were moved apart.
    """
    reach = [max(abs(seat.x) for seat in seats) for seats in (layout.seats, [each.seat for each in people])]
    wider = (layout.tall * layout.aspect / 2 + max(0.0, reach[1] - reach[0])) / (
        layout.tall * layout.aspect / 2
    )
    layout = layout.model_copy(update={"tall": layout.tall * wider})
    tries = [(float(closer), float(lift)) for closer in CLOSER for lift in LIFT]

    def seen(tried: tuple[float, float]) -> Camera:
        return _camera(layout, tried[0], tried[1], height)

    return seen(min(tries, key=lambda tried: _cost(seen(tried), tried, people, layout)))


def _cost(camera: Camera, tried: tuple[float, float], people: Sequence[Sat], layout: Layout) -> float:
    """What a frame spoils: 0 = exactly the layout, and nothing cut."""
    closer, lift = tried
    cost = 2.2 * abs(float(np.log(closer))) + 3.0 * abs(lift)
    front, outer = max(each.seat.order for each in people), {min(people, key=_x), max(people, key=_x)}
    half = camera.tall * layout.aspect / 2
    for each in people:
        below, beside = each.room
        seat = each.seat
        end = max(0.0, camera.top + camera.tall - seat.y - below - GOES_ON / 3)
        crown = max(0.0, camera.top - seat.y + ABOVE * seat.size)
        head = max(0.0, abs(seat.x) + HEAD * seat.size - half)
        side = max(0.0, half - abs(seat.x) - beside) if each in outer else 0.0
        shares = (14 if seat.order == front else 5) * end + 8 * crown + 40 * head + 6 * side
        cost += shares / camera.tall
    return cost


def window_of(sat: Sat, camera: Camera, box: tuple[int, int, int, int]) -> Window:
    """The window of a take that fills a box of the picture. box: left, top, width, height in pixels."""
    scale = sat.unit / camera.pixels  # take pixels per picture pixel
    x, y = place(sat, camera)
    return Window(
        x=sat.eyes[0] - (x - box[0]) * scale,
        y=sat.eyes[1] - (y - box[1]) * scale,
        width=box[2] * scale,
        height=box[3] * scale,
    )


def place(sat: Sat, camera: Camera) -> tuple[float, float]:
    """Where in the picture somebody's eyes are, pixels."""
    return (sat.seat.x - camera.left) * camera.pixels, (sat.seat.y - camera.top) * camera.pixels


def _camera(layout: Layout, closer: float, lift: float, height: int) -> Camera:
    tall = closer * layout.tall
    middle = 0.42 * layout.tall  # about the line of the eyes
    return Camera(
        left=-tall * layout.aspect / 2,
        top=middle - 0.42 * tall + lift * tall,
        tall=tall,
        pixels=height / tall,
    )


def _x(sat: Sat) -> float:
    return sat.seat.x


def _sat(take: Take, double: OpenDouble, seat: Seat) -> Sat:
    pupils = take.points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL]]
    apart = float(np.linalg.norm(pupils[0] - pupils[1]))  # in space: a turned head is no smaller
    x, y = pupils[:, :2].mean(0).tolist()
    unit = apart / seat.size
    height, width = take.alpha.shape
    body = take.alpha > CUT_ALPHA
    beside = [x] if body[:, 0].any() else []
    beside += [width - x] if body[:, -1].any() else []
    room = ((height - y) / unit, min(beside, default=np.inf) / unit)
    return Sat(take=take, whole=take, double=double, seat=seat, eyes=(x, y), unit=unit, room=room)


def _lacking(take: Take, *, double: OpenDouble, seat: Seat, layout: Layout) -> float:
    """How much body a photo lacks for a seat, in units of `casting.CROWN`; 0 when it shows enough."""
    below, beside = _sat(take, double, seat).room
    wanted = layout.tall - seat.y
    return 0.03 * (max(0.0, wanted - below) + max(0.0, SIDE * seat.size - beside))
