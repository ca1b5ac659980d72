"""More like me: a template's ideal, eased towards the sitter."""

from typing import Final

from fenshen.engines.engine import MOST_PRESSES
from fenshen.templates.data import Colour
from fenshen.templates.recipe import NEUTRAL, Look, Rig, Template, Wish

LIGHT: Final = 0.75  # of a rig's strength that the last press gives back to the photo's own light
DRAMA: Final = 0.7  # of contrast, colour, exposure and fade that the last press takes back
WISH: Final = 0.8  # of the turn that a template would like


def eased(template: Template, presses: int) -> Template:
    """The template after so many presses of "more like me", 0..MOST_PRESSES; 0 gives the template itself.

    Light, contrast, colour and grain give way; frame, backdrop and whether there is colour at all do not: it stays the
    picture that was chosen.
    """
    if not presses:
        return template
    share = min(presses, MOST_PRESSES) / MOST_PRESSES
    changes = {
        "wish": eased_wish(template.wish, share),
        "rig": _eased_rig(template.rig, share),
        "look": _eased_look(template.look, share),
    }
    return template.model_copy(update=changes)


def eased_wish(wish: Wish, share: float) -> Wish:
    """Less of a turn; a smile only as the sitter likes it."""
    smile = wish.smile if share < 0.5 else None  # noqa: PLR2004 - from the second press on
    return wish.model_copy(update={"yaw": wish.yaw * (1 - WISH * share), "smile": smile})


def _eased_rig(rig: Rig, share: float) -> Rig:
    return rig.model_copy(update={"strength": rig.strength * (1 - LIGHT * share)})


def _eased_look(look: Look, share: float) -> Look:
    back = DRAMA * share

    def tint(colour: Colour) -> Colour:
        red, green, blue = (c + back * (n - c) for c, n in zip(colour, NEUTRAL, strict=True))
        return red, green, blue

    return look.model_copy(
        update={
            "exposure": look.exposure * (1 - back),
            "contrast": look.contrast + back * (1 - look.contrast),
            "saturation": look.saturation + back * (1 - look.saturation),
            "shadows": tint(look.shadows),
            "highlights": tint(look.highlights),
            "fade": look.fade * (1 - back),
            "bloom": look.bloom * (1 - share),
            "grain": look.grain * (1 - share),
        }
    )
