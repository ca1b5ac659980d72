"""The published schema of a template (JSON Schema 2020-12), made from the one definition in `recipe.py`.

What a schema cannot say, the reader still asks: that the backdrop's picture is among the assets, that no asset is
listed twice, and what `packs.py` asks of a folder.
"""

from typing import Any, Final

from fenshen.templates.recipe import Template

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of one recipe as JSON has it: TOML's tables are objects."""
    made = Template.model_json_schema()
    made.pop("description", None)
    about = "A recipe for a portrait, one TOML file in a pack. See docs/howto/make-a-template.md"
    return {"$schema": DIALECT, "title": made.pop("title"), "description": about, **made}
