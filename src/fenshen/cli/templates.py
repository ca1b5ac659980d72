"""``fenshen templates list | show | check | import``: what one can be portrayed as, and templates of one's own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen.cli import template_check, template_import
from fenshen.cli.screen import Json, language, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.templates.adjust import Choice, Dial

app = new_app(group=True)
app.command("import", help=told("templates_import"))(template_import.import_picture)
app.command("check", help=told("templates_check"))(template_check.check_pack_of)


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
    from fenshen.templates.catalogue import chosen, left_out, tags

    templates = chosen(tag or (), suits)
    if as_json:
        print_json([template.summary() for template in templates])
        return
    if faulty := left_out():
        tell(told("templates_left_out", packs=faulty), style="yellow")
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
    if found.adjust:
        columns = [told(f"templates_column_{name}") for name in ("name", "title", "adjust")]
        rows = [(name, getattr(what.label, speak), _reach(what)) for name, what in found.adjust.items()]
        show_table(columns, rows, title=told("templates_adjust"))


def _reach(what: Dial | Choice) -> str:
    """Where a dial goes, or what one may choose; the default first or in brackets."""
    if what.kind == "dial":
        return f"{what.minimum:g} … {what.maximum:g} ({what.default:g})"
    return " / ".join(each.name for each in what.options)
