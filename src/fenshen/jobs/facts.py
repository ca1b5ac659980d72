"""What may be written down in the clear about work: ids, names of templates, numbers. There is no room for words."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

WORD: Final = re.compile(r"[\w.-]{0,64}", re.ASCII)


def as_json(facts: Mapping[str, Any]) -> str:
    """Write down what a job wants, what came of it, or what is told of it.

    It lies in the clear, so there is no room in it for words of a person. Raises ValueError for anything but numbers,
    ids and names.
    """

    def is_plain(value: object) -> bool:
        if isinstance(value, Mapping):
            return all(is_plain(part) for pair in value.items() for part in pair)
        if isinstance(value, list | tuple):
            return all(is_plain(part) for part in value)
        return value is None or isinstance(value, int | float) or bool(WORD.fullmatch(str(value)))

    if not is_plain(facts):
        raise ValueError("a job holds ids, names and numbers only")
    return json.dumps(facts, sort_keys=True)
