"""``fenshen templates list | show``: what one can be portrayed as."""

from __future__ import annotations

from typing import Annotated

import typer

from fenshen.cli.screen import Json, language, new_app, print_json, show_table, tell, told

app = new_app(group=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help=told("templates_name"))]


@app.command("list", help=told("templates_list"))
def list_templates(*, as_json: Json = False) -> None:
    """Show every template."""
    from fenshen.templates.catalogue import catalogue

    templates = catalogue().values()
    if as_json:
        print_json([template.summary() for template in templates])
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
