"""``fenshen templates list | show``: what one can be portrayed as."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from fenshen.cli.screen import Json, language, new_app, print_json, show_table, tell, told

app = new_app(group=True)


class Whom(StrEnum):
    """Whom a template may suit, as `templates/recipe.py` has it."""

    MAN = "man"
    WOMAN = "woman"
    CHILD = "child"
    ANYONE = "anyone"


Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help=told("templates_with_tag"))]
Suited = Annotated[Whom | None, typer.Option("--suits", help=told("templates_suiting"))]
Name = Annotated[str, typer.Argument(metavar="NAME", help=told("templates_name"))]


@app.command("list", help=told("templates_list"))
def list_templates(*, tag: Tags = None, suits: Suited = None, as_json: Json = False) -> None:
    """Show every template, or those that have all the tags and suit whom they are for."""
    from fenshen.templates.catalogue import chosen, tags

    templates = chosen(tag or (), suits)
    if as_json:
        print_json([template.summary() for template in templates])
        return
    if not templates:
        tell(told("templates_none", tags=", ".join(tags())))
        return
    columns = [told(f"templates_column_{name}") for name in ("name", "title", "description")]
    speak = language()
    show_table(columns, [(t.name, getattr(t.title, speak), getattr(t.description, speak)) for t in templates])


@app.command("show", help=told("templates_show"))
def show_template(name: Name, *, as_json: Json = False) -> None:
    """Show one template in full."""
    from fenshen.templates.catalogue import template

    found = template(name)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    speak = language()
    tell(f"{getattr(found.title, speak)} · {found.name}", style="bold")
    tell(getattr(found.description, speak))
    facts = (("suits", ", ".join(found.suits)), ("tags", ", ".join(found.tags)), ("licence", found.licence))
    show_table(["", ""], [*((told(f"templates_{key}"), value) for key, value in facts), ("", found.source)])
