"""Reads MakeHuman's data (CC0): the base mesh, its targets, its rig, and garments fitted to it. NumPy only.

Lengths are MakeHuman's decimetres, +y up, the face looks along +z.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wavefront:
    """A mesh as its file has it: faces are lists of (vertex, texture vertex)."""

    vertices: Array  # (n, 3)
    texture: Array  # (m, 2)
    faces: list[list[tuple[int, int]]]
    groups: list[str]  # of each face


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """A mesh bound to the base mesh: each of its points hangs on three of the body's."""

    mesh: Wavefront
    anchors: NDArray[np.int64]  # (n, 3)
    weights: Array  # (n, 3)
    offsets: Array  # (n, 3)
    scales: dict[int, tuple[int, int, float]]  # per axis: two points of the body and their usual distance
    hides: set[int]  # points of the body that are out of sight under it


def wavefront(path: Path) -> Wavefront:
    """Read an .obj."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    faces: list[list[tuple[int, int]]] = []
    groups: list[str] = []
    group = ""
    for line in path.read_text("utf-8", errors="replace").splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif kind == "vt":
            texture.append([float(x) for x in rest[:2]])
        elif kind == "g":
            group = rest[0] if rest else ""
        elif kind == "f":
            corners = [[*corner.split("/"), ""][:2] for corner in rest]
            faces.append([(int(a) - 1, int(b) - 1 if b else -1) for a, b in corners])
            groups.append(group)
    return Wavefront(vertices=np.array(vertices), texture=np.array(texture), faces=faces, groups=groups)


def garment(path: Path) -> Garment:
    """Read an .mhclo and the .obj that it names."""
    rows: list[tuple[list[int], list[float], list[float]]] = []
    scales: dict[int, tuple[int, int, float]] = {}
    hides: set[int] = set()
    mesh, part = "", ""
    for line in path.read_text("utf-8", errors="replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "obj_file":
            mesh = words[1]
        elif words[0] in {"x_scale", "y_scale", "z_scale"}:
            scales["xyz".index(words[0][0])] = (int(words[1]), int(words[2]), float(words[3]))
        elif words[0] in {"verts", "delete_verts"}:
            part = words[0]
        elif re.match(r"-?\d", words[0]) and part == "verts":
            numbers = [float(word) for word in words]
            if len(numbers) == 1:
                rows.append(([int(numbers[0])] * 3, [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
            else:
                offset = numbers[6:9] if len(numbers) > 8 else [0.0, 0.0, 0.0]  # noqa: PLR2004
                rows.append(([int(x) for x in numbers[:3]], numbers[3:6], offset))
        elif part == "delete_verts":
            for low, high in re.findall(r"(\d+)(?:\s*-\s*(\d+))?", line):
                hides.update(range(int(low), int(high or low) + 1))
    anchors, weights, offsets = zip(*rows, strict=True)
    return Garment(
        mesh=wavefront(path.parent / mesh), anchors=np.array(anchors), weights=np.array(weights),
        offsets=np.array(offsets), scales=scales, hides=hides,
    )  # fmt: skip


class Body:
    """The base mesh in a shape and a pose."""

    def __init__(self, data: Path, targets: dict[str, float]) -> None:
        """targets: name of a file below targets/ -> how much of it."""
        self.mesh = wavefront(data / "3dobjs/base.obj")
        self.rest = self.mesh.vertices.copy()
        for name, amount in targets.items():
            lines = (data / "targets" / f"{name}.target").read_text("utf-8").splitlines()
            moves = [line.split() for line in lines if len(line.split()) == 4 and not line.startswith("#")]  # noqa: PLR2004
            index = np.array([int(move[0]) for move in moves], int)
            self.rest[index] += amount * np.array([[float(x) for x in move[1:4]] for move in moves]).reshape(
                -1, 3
            )
        rig = json.loads((data / "rigs/default.mhskel").read_text("utf-8"))
        shares = json.loads((data / "rigs/default_weights.mhw").read_text("utf-8"))["weights"]
        self.bones, self.joints = rig["bones"], rig["joints"]
        self.names = list(self.bones)
        self.shares = np.zeros((len(self.rest), len(self.names)))
        for bone, pairs in shares.items():
            for vertex, share in pairs:
                self.shares[vertex, self.names.index(bone)] += share
        self.shares[self.shares.sum(1) == 0, 0] = 1
        self.shares /= self.shares.sum(1, keepdims=True)

    def joint(self, bone: str) -> Array:
        """Where a bone begins, (3,)."""
        return np.asarray(self.rest[self.joints[self.bones[bone]["head"]]].mean(0))

    def moves(self, turns: dict[str, Array]) -> Array:
        """What each bone does: (bones, 4, 4). turns: bone -> rotation (3, 3) about its beginning."""
        done: dict[str, Array] = {}

        def of(bone: str) -> Array:
            if bone not in done:
                parent = self.bones[bone]["parent"]
                here = np.eye(4)
                if bone in turns:
                    here[:3, :3] = turns[bone]
                    here[:3, 3] = self.joint(bone) - turns[bone] @ self.joint(bone)
                done[bone] = (of(parent) if parent else np.eye(4)) @ here
            return done[bone]

        return np.stack([of(bone) for bone in self.names])

    def worn(self, item: Garment) -> tuple[Array, Array]:
        """A garment's points on this body at rest, (n, 3), and how much each bone moves them, (n, bones)."""
        size = np.ones(3)
        for axis, (one, other, usual) in item.scales.items():
            size[axis] = abs(self.rest[one, axis] - self.rest[other, axis]) / usual
        points = np.einsum("nkc,nk->nc", self.rest[item.anchors], item.weights) + item.offsets * size
        weights = np.maximum(item.weights, 0)
        shares = np.einsum("nkb,nk->nb", self.shares[item.anchors], weights)
        return points, shares / shares.sum(1, keepdims=True)


def posed(points: Array, shares: Array, moves: Array) -> Array:
    """Linear blend skinning: (n, 3), (n, bones), (bones, 4, 4) -> (n, 3)."""
    blended = np.einsum("nb,bij->nij", shares, moves)
    return np.asarray(np.einsum("nij,nj->ni", blended, np.c_[points, np.ones(len(points))])[:, :3])


def turn(axis: tuple[float, float, float], degrees: float) -> Array:
    """Rotation about an axis (Rodrigues)."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
