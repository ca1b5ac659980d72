"""The rules: from numbers to a verdict with all its reasons at once, so that a photo is retaken only once.

Pure, and data but for ten lines. A frontal photo must show the sitter from the front, calm, lit and whole; among
the others a profile, a laugh, another light are welcome. Each limit lies between what good photos reach and where
faults begin, on the sets that ``benchmarks/gate`` prints.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

from fenshen.photos.measure import Measures

Role = Literal["frontal", "supplementary"]
Outcome = Literal["accepted", "warned", "refused"]
Severity = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be done with a photo and why; reasons are keys of the words, the gravest first."""

    verdict: Outcome
    reasons: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether the photo may go into a double."""
        return self.verdict != "refused"


@dataclass(frozen=True, slots=True)
class Limit:
    """Holds while a measure lies strictly between two values; ``either_way`` takes its size without the sign."""

    measure: str
    above: float = -inf
    below: float = inf
    either_way: bool = False

    def holds(self, measures: Measures) -> bool:
        """Tell whether the measure lies in between; a measure that could not be taken never does."""
        value: float | None = getattr(measures, self.measure)
        if value is None:
            return False
        return self.above < (abs(value) if self.either_way else value) < self.below


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault: there when all its limits hold. How grave it is depends on the photo's role; None is welcome."""

    code: str
    limits: tuple[Limit, ...]
    frontal: Severity | None
    supplementary: Severity | None

    def holds(self, measures: Measures) -> bool:
        """Tell whether the fault is there."""
        return all(limit.holds(measures) for limit in self.limits)


NEAR_FRONT = Limit("yaw", below=25, either_way=True)
"""Eyes, mouth and evenness are judged only while both halves of the face are seen."""

BOTH_EYES = Limit("yaw", below=20, either_way=True)
"""Beyond this only the nearer eye is compared with its cheek."""

NOT_PROFILE = Limit("yaw", below=50, either_way=True)
"""In profile the mesh covers hair and background, so the light on it says nothing."""

LIT = (
    Limit("highlights", above=130),
    Limit("side_light", below=0.4, either_way=True),
    Limit("sharpness", above=0.265),
    Limit("sideways", below=1),
)
"""In deep shade, in light from one side, blurred or lying, the mesh doubts a face that nothing covers."""

WHOLE = Limit("outside", below=0.1)
"""Of a face that is cut off nothing finer is said: the mesh has to guess the rest."""

UPRIGHT = Limit("sideways", below=1)
"""Of a face that lies on its side the net that sees what is before it knows nothing."""

HINTED = (Limit("hidden", above=0.01), Limit("burnt", below=0.02), WHOLE)
"""The net sees something before the face, though not enough to say so; what is burnt out is as flat as a thing."""

WHITE_LIGHT = Limit("unnatural", below=8)
"""Under a coloured lamp each cheek has the colour of what lights it."""

OF_THE_FILE = (
    Rule("sideways", (Limit("sideways", above=0),), "refuse", "refuse"),
    Rule("no_face", (Limit("faces", below=1), Limit("sideways", below=1)), "refuse", "refuse"),
    Rule("ai_made", (Limit("ai_made", above=0),), "refuse", "refuse"),
    Rule("ai_edited", (Limit("ai_edited", above=0),), "warn", "warn"),
)
"""Judged even when no face could be measured."""

OF_THE_FACE = (
    Rule("several_faces", (Limit("rival", above=0.35),), "refuse", "refuse"),
    Rule("bystander", (Limit("rival", above=0.12, below=0.35),), "refuse", "warn"),
    Rule("face_cut_off", (Limit("outside", above=0.10),), "refuse", "refuse"),
    Rule("face_at_edge", (Limit("outside", above=0.02, below=0.10),), "refuse", "warn"),
    # Half a face passes for a profile, but a profile looks into the picture, not out of its edge.
    Rule(
        "face_at_edge",
        (Limit("margin_beside", below=0.17), Limit("yaw", above=45, either_way=True)),
        "refuse",
        "warn",
    ),
    Rule("head_cropped", (Limit("margin_above", below=0.12), Limit("outside", below=0.02)), "warn", None),
    # Lashes and brows are lost below about 60 px between the pupils; ISO/IEC 29794-5 puts its half point at 70.
    Rule("face_too_small", (Limit("eye_distance", below=40),), "refuse", "refuse"),
    Rule("face_too_small", (Limit("eye_distance", above=40, below=60),), "refuse", None),
    Rule("face_small", (Limit("eye_distance", above=40, below=60),), None, "warn"),
    Rule("face_small", (Limit("eye_distance", above=60, below=90),), "warn", None),
    Rule("blurred", (Limit("sharpness", below=0.265),), "refuse", "refuse"),
    Rule("soft", (Limit("sharpness", above=0.265, below=0.335),), "warn", "warn"),
    Rule("soft", (Limit("fine_detail", below=0.235), Limit("sharpness", above=0.265)), "warn", "warn"),
    Rule("noisy", (Limit("noise", above=0.06),), "refuse", "refuse"),
    Rule("grainy", (Limit("noise", above=0.03, below=0.06),), "warn", "warn"),
    Rule("compressed", (Limit("jpeg_quality", below=20),), "refuse", "refuse"),
    Rule("compressed_somewhat", (Limit("jpeg_quality", above=20, below=40),), "warn", "warn"),
    # By the face's brightest parts, not its mean: dark skin in good light has them, pale skin in the dark has not.
    Rule("too_dark", (Limit("highlights", below=65), NOT_PROFILE), "refuse", "refuse"),
    Rule("dim", (Limit("highlights", above=65, below=90), NOT_PROFILE), "warn", "warn"),
    Rule("overexposed", (Limit("burnt", above=0.08),), "refuse", "refuse"),
    Rule("glaring", (Limit("burnt", above=0.02, below=0.08),), "warn", "warn"),
    Rule("one_sided_light", (Limit("side_light", above=0.4, either_way=True), NEAR_FRONT), "warn", None),
    Rule("black_and_white", (Limit("colour", below=4),), "refuse", "warn"),
    Rule("turned_away", (Limit("yaw", above=22, either_way=True),), "refuse", None),
    Rule("slightly_turned", (Limit("yaw", above=13, below=22, either_way=True),), "warn", None),
    Rule("looking_up_or_down", (Limit("pitch", above=22, either_way=True),), "refuse", None),
    Rule("head_tilted", (Limit("roll", above=20, either_way=True),), "warn", None),
    Rule("eyes_closed", (Limit("eyes_shut", above=0.45), NEAR_FRONT), "refuse", "warn"),
    Rule("mouth_open", (Limit("mouth_open", above=0.25),), "warn", None),
    # Of a head turned away the net is never sure.
    Rule("face_unclear", (Limit("presence", below=0.9), NOT_PROFILE), "refuse", "warn"),
    Rule(
        "looking_away",
        (Limit("gaze", above=20), Limit("eyes_shut", below=0.45), NEAR_FRONT, WHOLE),
        "warn",
        None,
    ),
    Rule("taken_close", (Limit("distance", below=38), WHOLE), "warn", None),
    Rule("odd_colour", (Limit("unnatural", above=8), Limit("colour", above=4), NOT_PROFILE), "warn", "warn"),
    Rule("forehead_covered", (Limit("forehead_covered", above=0.5), NEAR_FRONT, WHOLE), "warn", None),
    Rule("forehead_covered", (Limit("brim", above=0.9), NEAR_FRONT, WHOLE), "warn", None),
    Rule("forehead_covered", (Limit("hidden_forehead", above=0.25), NEAR_FRONT, WHOLE), "warn", None),
    # Dark glass shows no eye; a mirror shows the room where the skin below the eye should be.
    Rule("eyes_covered", (Limit("eye_contrast", below=0.045), NEAR_FRONT), "refuse", "refuse"),
    Rule(
        "eyes_covered",
        (Limit("eye_contrast", below=0.03), Limit("eye_lightness", below=0.5)),
        "refuse",
        "refuse",
    ),
    # Tinted glass and the deep shade of a brow at noon look alike: doubted, not refused, but the frontal needs eyes.
    Rule(
        "eyes_in_shadow",
        (
            Limit("eye_contrast", above=0.045, below=0.095),
            Limit("under_eyes", above=0.15, below=0.55),
            NEAR_FRONT,
        ),
        "refuse",
        "warn",
    ),
    Rule(
        "eyes_covered",
        (Limit("under_eyes", above=0.55), WHITE_LIGHT, BOTH_EYES),
        "refuse",
        "refuse",
    ),
    # Whatever the head is turned to, glass that shows no eye behind it is a thing before the eye.
    Rule("eyes_covered", (Limit("hidden_eyes", above=0.3), UPRIGHT, NOT_PROFILE, WHOLE), "refuse", "refuse"),
    Rule(
        "eyes_in_shadow",
        (Limit("hidden_eyes", above=0.06), Limit("eye_contrast", below=0.12), UPRIGHT, NEAR_FRONT),
        "refuse",
        "warn",
    ),
    # Cloth has no lips, or another colour than the skin above it.
    Rule(
        "mouth_covered",
        (
            Limit("lip_contrast", below=0.1),
            Limit("lip_redness", below=1.5),
            Limit("lip_lightness", above=0.2),
            NEAR_FRONT,
        ),
        "refuse",
        "refuse",
    ),
    Rule(
        "mouth_covered",
        (Limit("lower_face", above=1.0), Limit("lip_redness", below=2.0), NEAR_FRONT),
        "refuse",
        "refuse",
    ),
    # Something dark before the mouth: shade leaves lips their form.
    Rule("mouth_covered", (Limit("lip_contrast", below=0.05), NEAR_FRONT, *LIT), "refuse", "warn"),
    Rule(
        "mouth_covered",
        (
            Limit("lip_contrast", below=0.095),
            Limit("lip_redness", below=3.5),
            Limit("certainty", below=7.8),
            NEAR_FRONT,
            *LIT,
        ),
        "refuse",
        "warn",
    ),
    # A hand has the colour of the face; what lies before it is seen by a net (vision.hidden).
    Rule("face_covered", (Limit("hidden", above=0.35), UPRIGHT, NOT_PROFILE, WHOLE), "refuse", "refuse"),
    Rule(
        "face_covered",
        (Limit("hidden", above=0.16, below=0.35), UPRIGHT, NOT_PROFILE, WHOLE),
        "refuse",
        "warn",
    ),
    Rule(
        "face_covered", (Limit("hidden", above=0.11, below=0.16), UPRIGHT, NOT_PROFILE, WHOLE), "warn", "warn"
    ),
    # A hand along the outline hides little, but its own outline passes for the cheek's.
    Rule(
        "hand_at_face",
        (Limit("hand", above=-0.11), Limit("hidden", below=0.11), NOT_PROFILE, WHOLE),
        "warn",
        "warn",
    ),
    # A little of it and an odd cheek are more than either: a book or a telephone is flat where a cheek is round.
    Rule("face_covered", (Limit("odd_cheek", above=1.5), WHITE_LIGHT, BOTH_EYES, *HINTED), "warn", "warn"),
    Rule("face_covered", (Limit("flat_cheek", above=1.9), BOTH_EYES, *HINTED), "warn", "warn"),
    Rule(
        "face_covered",
        (
            Limit("flattest", below=0.03),
            Limit("burnt", below=0.02),
            Limit("highlights", above=65),
            NOT_PROFILE,
        ),
        "refuse",
        "refuse",
    ),
)


def judge(measures: Measures, role: Role) -> Verdict:
    """Apply every rule and give all reasons; a refusal outweighs a warning."""
    rules = OF_THE_FILE if measures.faces == 0 else OF_THE_FILE + OF_THE_FACE
    found = [rule for rule in rules if rule.holds(measures)]
    refusing = [rule.code for rule in found if getattr(rule, role) == "refuse"]
    warning = [rule.code for rule in found if getattr(rule, role) == "warn"]
    outcome: Outcome = "refused" if refusing else "warned" if warning else "accepted"
    return Verdict(verdict=outcome, reasons=tuple(dict.fromkeys(refusing + warning)))


def add(verdict: Verdict, code: str, severity: Severity) -> Verdict:
    """Give the verdict with one more reason, found by looking at the whole set."""
    if severity == "refuse":
        return Verdict(verdict="refused", reasons=(code, *verdict.reasons))
    outcome: Outcome = "warned" if verdict.verdict == "accepted" else verdict.verdict
    return Verdict(verdict=outcome, reasons=(*verdict.reasons, code))
