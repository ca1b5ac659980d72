"""How each measure is spread over good photos, and how far the fault it is for lies from them."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from looking import GOOD, Spoilt

from fenshen.photos.components import COMPONENTS, Component
from fenshen.photos.inspect import Inspected
from fenshen.photos.measure import Measures

FAULT_OF = {
    "inter_eye_distance": "30 px",
    "sharpness": "blur 4 %",
    "noise": "noise 10 %",
    "under_exposure": "dark 20 %",
    "over_exposure": "overexposed",
    "dynamic_range": "dark 20 %",
    "natural_colour": "coloured lamp",
    "compression": "JPEG q10",
    "eyes_visible": "tinted glasses",
    "mouth_visible": "mask",
    "face_visible": "hand before a cheek",
    "no_head_covering": "cap",
    "room_above": "cut above brows",
    "room_below": "cut below mouth",
}


def report(
    photos: dict[str, list[Inspected]], spoilt: Sequence[Spoilt], held: frozenset[str]
) -> dict[str, object]:
    """Print, for every measure, 5 %, half and 95 % of the held-out good photos, and of those with its fault."""
    good = [
        p.measures
        for key, found in photos.items()
        if key.startswith(GOOD) and key in held
        for p in found
        if p.measures and p.measures.faces
    ]
    bad: dict[str, list[Measures]] = defaultdict(list)
    for one in spoilt:
        if one.person in held and one.measures and one.measures.faces:
            bad[one.fault.name].append(one.measures)
    print(
        f"\nCalibration, held out: score 0-100 of {len(good)} good photos, and of photos with the measure's fault"
    )
    print(
        f"  {'':24s} {'unit':14s} {'5 %':>8s} {'50 %':>8s} {'95 %':>8s} {'score':>6s}   fault: 50 %  score  AUC"
    )
    return {row.name: _row(row, good, bad.get(FAULT_OF.get(row.name, ""), [])) for row in COMPONENTS}


def _row(row: Component, good: Sequence[Measures], bad: Sequence[Measures]) -> dict[str, object]:
    usual, scores = _taken(row, good)
    if not len(usual):
        return {"n": 0}
    low, middle, high = (float(v) for v in np.percentile(usual, (5, 50, 95)))
    line = f"  {row.name:24s} {row.unit:14s} {low:8.3f} {middle:8.3f} {high:8.3f} {np.median(scores):6.0f}"
    figures: dict[str, object] = {
        "unit": row.unit,
        "n": len(usual),
        "good_5_50_95": [low, middle, high],
        "score": float(np.median(scores)),
    }
    there, worse = _taken(row, bad)
    if len(there):
        apart = float((scores[:, None] > worse).mean() + (scores[:, None] == worse).mean() / 2)
        line += f"   {FAULT_OF[row.name]}: {np.median(there):.3f} {np.median(worse):6.0f} {apart:6.3f}"
        figures |= {
            "fault": FAULT_OF[row.name],
            "fault_n": len(there),
            "fault_5_50_95": [float(v) for v in np.percentile(there, (5, 50, 95))],
            "fault_score": float(np.median(worse)),
            "auc": apart,
        }
    print(line)
    return figures


def _taken(row: Component, measures: Sequence[Measures]) -> tuple[np.ndarray, np.ndarray]:
    """Values and scores of those on which the measure could be taken."""
    values = [value for m in measures if (value := row.value(m)) is not None]
    return np.array(values), np.clip([row.score(value) for value in values], 0, 100)
