"""How often a stranger passes for the sitter, and the sitter for a stranger."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from table import Rate

from fenshen.photos.inspect import Inspected
from fenshen.photos.sameness import compare

ANSWERS = ("same", "unsure", "other")
SIBLINGS = {"synthetic/lin", "synthetic/wei", "synthetic/mei"}
OWN_PHOTOS = (1, 2, 4, 9, 20)  # besides the frontal
ROUNDS = 150
FACING = 15.0  # degrees; a frontal is chosen among these

People = dict[str, list[tuple[NDArray[np.float32], float]]]  # person → (embedding, yaw) of each photo


def people_in(photos: dict[str, list[Inspected]]) -> People:
    """Keep what can be compared."""
    return {
        key: [
            (p.embedding, p.measures.yaw) for p in found if p.embedding is not None and p.measures is not None
        ]
        for key, found in photos.items()
        if key.split("/")[0] in {"london", "measure-only", "synthetic"}
    }


def pairs(people: People, group: str) -> dict[str, dict[str, Rate]]:
    """Compare every frontal of a group with every other photo of it, two photos at a time."""
    told: dict[str, Counter[str]] = {"own": Counter(), "stranger": Counter(), "sibling": Counter()}
    within = {key: found for key, found in people.items() if key.startswith(group)}
    for one, own in within.items():
        for number, (frontal, yaw) in enumerate(own):
            if abs(yaw) > FACING:
                continue
            for other, found in within.items():
                kind = "own" if other == one else "sibling" if {one, other} <= SIBLINGS else "stranger"
                against = [e for i, (e, _) in enumerate(found) if other != one or i != number]
                told[kind].update(compare(frontal, [e])[0] for e in against)
    return {
        kind: {answer: Rate(counts[answer], sum(counts.values())) for answer in ANSWERS}
        for kind, counts in told.items()
        if counts
    }


def sets(people: People, owners: Sequence[str]) -> dict[int, dict[str, dict[str, Rate]]]:
    """Put one photo of a stranger, who may be of any group, into sets of growing size; count what is said of whom."""
    chance = random.Random(5)  # noqa: S311  (a draw, no secret)
    found: dict[int, dict[str, dict[str, Rate]]] = {}
    for size in OWN_PHOTOS:
        told: dict[str, Counter[str]] = {"own": Counter(), "stranger": Counter()}
        for owner in owners:
            for _ in range(ROUNDS):
                one = _draw(people, owner, size, chance)
                if one is None:
                    continue
                frontal, own, stranger = one
                answers = compare(frontal, [*own, stranger])
                told["own"].update(answers[:-1])
                told["stranger"].update(answers[-1:])
        found[size + 2] = {
            kind: {answer: Rate(counts[answer], sum(counts.values())) for answer in ANSWERS}
            for kind, counts in told.items()
        }
    return found


def _draw(
    people: People, owner: str, size: int, chance: random.Random
) -> tuple[NDArray[np.float32], list[NDArray[np.float32]], NDArray[np.float32]] | None:
    own = people[owner]
    fronts = [i for i, (_, yaw) in enumerate(own) if abs(yaw) <= FACING]
    others = [key for key in people if key != owner and people[key] and not {key, owner} <= SIBLINGS]
    if not fronts or len(own) <= size:
        return None
    first = chance.choice(fronts)
    rest = chance.sample([i for i in range(len(own)) if i != first], size)
    stranger, _ = chance.choice(people[chance.choice(others)])
    return own[first][0], [own[i][0] for i in rest], stranger


def report(photos: dict[str, list[Inspected]]) -> dict[str, object]:
    """Print both tables and give them as data."""
    people, figures = people_in(photos), {}
    print("\nSame person, two photos alone (the first look)                      [95 % Wilson over pairs]")
    for group in ("london", "measure-only", "synthetic"):
        count = sum(key.startswith(group) for key in people)
        for kind, answers in pairs(people, group).items():
            print(
                f"  {group:13s} {kind:9s} {count:3d} people  "
                + "  ".join(f"{a}: {answers[a]}" for a in ANSWERS)
            )
            figures[f"pairs/{group}/{kind}"] = {a: answers[a].as_dict() for a in ANSWERS}
    for group in ("measure-only", "synthetic"):
        owners = [key for key in people if key.startswith(group)]
        if not owners:
            continue
        print(
            f"\nOne stranger of any set among the photos of {len(owners)} people ({group}), {ROUNDS} draws each"
        )
        for size, answer in sets(people, owners).items():
            own, stranger = answer["own"], answer["stranger"]
            print(
                f"  {size:2d} photos  stranger taken for the sitter {stranger['same']}   "
                f"doubted {stranger['unsure'].percent:5.1f} %   own called a stranger {own['other']}   "
                f"doubted {own['unsure'].percent:4.1f} %"
            )
            figures[f"sets/{group}/{size}"] = {
                who: {a: r.as_dict() for a, r in told.items()} for who, told in answer.items()
            }
    print("  Draws repeat the same people: the intervals say how well the draw is known, not the world.")
    return figures
