"""Turn a template's dials and choices: what was asked for becomes fields of the recipe."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from fenshen.templates.adjust import Choice, Dial, Drive

FIXED: Final = frozenset(
    {
        "name", "title", "description", "suits", "child_safe", "tags", "mode", "licence", "source", "private", "assets",
        "label", "adjust",
    }
)  # fmt: skip
"""What a template is and whose it is; all else may be driven."""
GRID: Final = 1e-6  # of a step: how far from a whole number of steps counts as one
TUPLE: Final = (int, float)

Asked = Mapping[str, float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """What is wrong with something adjustable, and where."""

    code: str
    at: str
    wants: str = ""


def moved(facts: Mapping[str, Any], adjust: Mapping[str, Dial | Choice], asked: Asked) -> dict[str, Any]:
    """The recipe's facts with the fields that dials and choices drive. facts: as JSON has them.

    asked: values within their ranges, by name. What stands at its default changes nothing.
    """
    changed: dict[str, Any] = json.loads(json.dumps(facts))
    for name, value in asked.items():
        what = adjust[name]
        if isinstance(what, Choice):
            for put in next(each for each in what.options if each.name == value).puts:
                wanted = put.model_dump(mode="json")["value"]
                _set(changed, put.field, int(wanted) if _is_whole(wanted) else wanted)
        elif abs(float(value) - what.default) > GRID * what.step:
            for drive in what.drives:
                _set(changed, drive.field, driven(what, drive, found(facts, drive.field), float(value)))
    return changed


def offered(adjust: Mapping[str, Dial | Choice]) -> dict[str, Any]:
    """What a list tells: names, ranges, defaults, options; never which fields they drive."""
    return {name: _shown(what) for name, what in adjust.items()}


def driven(dial: Dial, drive: Drive, own: Any, value: float) -> Any:
    """What a field becomes: even from the recipe's own value to that at the nearer end. A whole number stays whole."""
    if value < dial.default:
        end, share = drive.low, (dial.default - value) / (dial.default - dial.minimum)
        end = dial.minimum if end is None else end
    else:
        end, share = drive.high, (value - dial.default) / (dial.maximum - dial.default)
        end = dial.maximum if end is None else end
    if isinstance(own, list):
        ends = end if isinstance(end, tuple) else (end,) * len(own)
        return [_between(here, there, share) for here, there in zip(own, ends, strict=True)]
    return _between(own, end if isinstance(end, int | float) else end[0], share)


def found(facts: Any, way: str) -> Any:
    """The value of a field by its way, as rig.lights.0.kelvin. Raises LookupError when there is none."""
    for part in way.split("."):
        if isinstance(facts, list) and part.isdigit():
            facts = facts[int(part)]
        else:
            facts = (facts if isinstance(facts, dict) else {})[part]
    return facts


def misfits(recipe: BaseModel, adjust: Mapping[str, Dial | Choice]) -> Iterator[Misfit]:
    """Everything wrong with what may be adjusted of a recipe, in the order it is written.

    A dial's range holds its default, on the grid of its steps; what it drives is there, is a number or a colour, and
    nothing else drives it; and with each dial at either end, and each option chosen, the recipe still keeps its own
    rules. Those are rules of single fields, so what holds at both ends holds between them.
    """
    facts = recipe.model_dump(mode="json", exclude={"adjust"})
    taken: dict[str, str] = {}
    for name, what in adjust.items():
        at = f"adjust.{name}"
        wrong = list(_dial(what, facts, at) if isinstance(what, Dial) else _choice(what, facts, at))
        ways = {drive.field for drive in what.drives} if isinstance(what, Dial) else _ways(what)
        wrong += [Misfit(code="adjust_twice", at=at, wants=way) for way in sorted(ways & set(taken))]
        taken |= dict.fromkeys(ways, name)
        yield from wrong
        if not wrong:
            yield from _spoilt(recipe, facts, name, what)


def _shown(what: Dial | Choice) -> dict[str, Any]:
    if isinstance(what, Dial):
        return what.model_dump(mode="json", exclude={"drives"})
    return what.model_dump(mode="json", exclude={"options": {"__all__": {"puts"}}})


def _dial(dial: Dial, facts: Mapping[str, Any], at: str) -> Iterator[Misfit]:
    if not dial.minimum <= dial.default <= dial.maximum or dial.minimum == dial.maximum:
        yield Misfit(code="adjust_default", at=f"{at}.default", wants=f"{dial.minimum:g} … {dial.maximum:g}")
        return
    for name, place in (("default", dial.default), ("maximum", dial.maximum)):
        steps = (place - dial.minimum) / dial.step
        if abs(steps - round(steps)) > GRID * max(1, abs(steps)):
            yield Misfit(code="adjust_step", at=f"{at}.{name}", wants=f"{dial.minimum:g} + n · {dial.step:g}")
    ways = [drive.field for drive in dial.drives]
    for number, drive in enumerate(dial.drives):
        here = f"{at}.drives.{number}"
        own = _there(facts, drive.field)
        if own is None:
            yield Misfit(code="adjust_field", at=f"{here}.field", wants=drive.field)
        elif not _is_number(own) and not _is_colour(own):
            yield Misfit(code="adjust_kind", at=f"{here}.field", wants=drive.field)
        elif ways.count(drive.field) > 1:
            yield Misfit(code="adjust_twice", at=f"{here}.field", wants=drive.field)
        else:
            yield from _ends(dial, drive, own, here)


def _ends(dial: Dial, drive: Drive, own: Any, at: str) -> Iterator[Misfit]:
    """An end has the field's form; an end left out is the dial's own number, which then is the field's, too."""
    for name, end in (("low", drive.low), ("high", drive.high)):
        if isinstance(end, tuple) and not _is_colour(own):
            yield Misfit(code="adjust_kind", at=f"{at}.{name}", wants=drive.field)
    if None in {drive.low, drive.high} and (not _is_number(own) or abs(own - dial.default) > GRID):
        yield Misfit(code="adjust_own", at=at, wants=f"{drive.field} = {own}")


def _choice(choice: Choice, facts: Mapping[str, Any], at: str) -> Iterator[Misfit]:
    names = [each.name for each in choice.options]
    if len(set(names)) < len(names):
        yield Misfit(code="adjust_twice", at=f"{at}.options", wants=", ".join(names))
    if choice.options[0].puts:
        yield Misfit(code="adjust_first", at=f"{at}.options.0.puts")
    for number, option in enumerate(choice.options):
        for which, put in enumerate(option.puts):
            if not _is_there(facts, put.field):
                here = f"{at}.options.{number}.puts.{which}.field"
                yield Misfit(code="adjust_field", at=here, wants=put.field)


def _spoilt(recipe: BaseModel, facts: Mapping[str, Any], name: str, what: Dial | Choice) -> Iterator[Misfit]:
    """Read the recipe again at both ends, or with each option, as strictly as from a file."""
    tries: list[tuple[str, float | str]] = []
    if isinstance(what, Dial):
        tries = [("minimum", what.minimum), ("maximum", what.maximum)]
    else:
        tries += [(f"options.{number}", each.name) for number, each in enumerate(what.options) if number]
    for place, value in tries:
        try:
            type(recipe).model_validate_json(
                json.dumps(moved(facts, {name: what}, {name: value})), strict=True
            )
        except ValidationError as error:
            wants = ".".join(str(part) for part in error.errors()[0]["loc"]) or "file"
            yield Misfit(code="adjust_spoils", at=f"adjust.{name}.{place}", wants=wants)


def _ways(choice: Choice) -> set[str]:
    return {put.field for option in choice.options for put in option.puts}


def _there(facts: Mapping[str, Any], way: str) -> Any:
    """The field's value; None when it is not there, or is no field that may be driven."""
    if not _is_there(facts, way):
        return None
    return found(facts, way)


def _is_there(facts: Mapping[str, Any], way: str) -> bool:
    if way.split(".", 1)[0] in FIXED:
        return False
    try:
        found(facts, way)
    except LookupError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, TUPLE) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    """Whether it may stand in a field for whole numbers, too: 7 was read as 7.0."""
    return isinstance(value, float) and value.is_integer()


def _is_colour(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(_is_number(each) for each in value)  # noqa: PLR2004


def _between(here: float, there: float, share: float) -> float | int:
    value = there if share >= 1 else here + (there - here) * share
    return round(value) if isinstance(here, int) else float(value)


def _set(facts: dict[str, Any], way: str, value: Any) -> None:
    above, _, last = way.rpartition(".")
    holder = found(facts, above) if above else facts
    if isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
