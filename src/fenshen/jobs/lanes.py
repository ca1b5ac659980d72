"""Lanes: which jobs wait for which machines. A slot of a worker serves one lane, so no lane waits behind another.

The shipped ones are ``cpu``, for whatever needs a processor; ``gpu``, for engines whose card asks for one; and
``light``, for short work without nets, which every worker does beside the long one. FENSHEN_LANES sends a kind of job,
or all that an engine makes, to another one: ``portraits=gpu``, ``diffusion=a100``. A kind goes before an engine, an
engine before what its card needs.
"""

from collections.abc import Iterable, Mapping
from typing import Final

CPU, GPU, LIGHT = "cpu", "gpu", "light"
SHIPPED: Final = {"webhook": LIGHT, "export": LIGHT}
NEEDED: Final = {
    "cpu": CPU,
    "light": LIGHT,
}  # lane by an engine's device; any other device is in the lane ``gpu``
PATIENT: Final = frozenset(
    {CPU, LIGHT}
)  # taken on also while nobody serves them: any worker does, when it comes
USUAL: Final = (CPU, LIGHT)  # served by a worker that was told nothing
LIGHT_SLOTS: Final = 2  # of every worker that serves it: one that waits for an answer holds up no other


def lane_of(kind: str, rules: Mapping[str, str], *, engine: str = "", device: str = CPU) -> str:
    """Give the lane of a job. rules: the operator's, by kind or engine; device: what the engine's card needs."""
    for what, known in ((kind, rules), (engine, rules), (kind, SHIPPED)):
        if what in known:
            return known[what]
    return CPU if device == CPU else GPU


def slots_of(lanes: Iterable[str], abreast: int) -> dict[str, int]:
    """Give how many jobs of each lane a worker does at a time."""
    return {lane: LIGHT_SLOTS if lane == LIGHT else abreast for lane in lanes}


def written(slots: Mapping[str, int]) -> str:
    """Write slots down for the table of workers."""
    return ",".join(f"{lane}={number}" for lane, number in sorted(slots.items()))


def read(slots: str) -> dict[str, int]:
    """Read them back."""
    pairs = (each.partition("=") for each in slots.split(",") if each)
    return {lane: int(number) for lane, _, number in pairs}
