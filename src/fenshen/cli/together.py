"""``fenshen together propose | agree | withdraw | list | templates``: who may be shown in one picture with whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli import screen
from fenshen.cli.consent_question import can_ask, yes
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

app = new_app(group=True)

Ids = Annotated[list[str], typer.Argument(metavar="ID ID...", help=told("together_ids"))]
Id = Annotated[str, typer.Argument(metavar="ID", help=told("rights_id"))]
Group = Annotated[str, typer.Argument(metavar="GROUP", help=told("together_group"))]
Templates = Annotated[
    list[str], typer.Option("--template", "-t", metavar="NAME", help=told("together_template"))
]
Days = Annotated[int, typer.Option("--days", min=1, max=365, help=told("together_days"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
COLUMNS = ("group", "people", "templates", "until", "agreed")


@app.command("templates", help=told("together_templates"))
def list_templates(*, as_json: Json = False) -> None:
    """Show every template for several people."""
    from fenshen.templates.group import groups

    if as_json:
        print_json([template.summary() for template in groups().values()])
        return
    columns = [
        *(told(f"templates_column_{name}") for name in ("name", "title", "description")),
        told("together_column_people"),
    ]
    speak = screen.language()
    rows = [
        (t.name, getattr(t.title, speak), getattr(t.description, speak), ", ".join(map(str, t.seats)))
        for t in groups().values()
    ]
    show_table(columns, rows)


@app.command("propose", help=told("together_propose"))
def propose(people: Ids, *, template: Templates, days: Days = 30, as_json: Json = False) -> None:
    """Propose a group; each of its people is asked afterwards."""
    from fenshen.rights import erasure, retention, together
    from fenshen.templates.group import group_template

    names = [group_template(name).name for name in template]
    desk = retention.start(settings.load())
    sitters = [erasure.whose(desk, who) for who in people]
    group = together.propose(desk, sitters, names, life=timedelta(days=days))
    if as_json:
        print_json({"group": group, "people": len(sitters), "templates": names, "days": days})
    else:
        tell(told("together_proposed", group=group), style="bold green")


@app.command("agree", help=told("together_agree"))
def agree(group: Group, who: Id, *, consent: Consent = False, as_json: Json = False) -> None:
    """Show the words, and note this person's yes."""
    from fenshen.errors import ConsentRequiredError
    from fenshen.ids import GroupId
    from fenshen.rights import erasure, retention, together

    desk = retention.start(settings.load())
    sitter, language = erasure.whose(desk, who), screen.language()
    part = together.part(desk, GroupId(group), sitter)
    if not consent:
        if not can_ask(as_json=as_json):
            raise ConsentRequiredError(purpose="together")
        tell(
            told(
                "together_asked",
                people=part.people,
                templates=part.templates,
                until=f"{part.expires_at:%Y-%m-%d}",
            )
        )
        tell(together.words(desk, sitter, language).text)
        if not yes(told("together_ask")):
            raise ConsentRequiredError(purpose="together")
    receipt = together.agree(desk, GroupId(group), sitter, language=language)
    if as_json:
        print_json({"group": group, "receipt": receipt.path})
    else:
        tell(told("consent_receipt", file=str(receipt.path)))


@app.command("withdraw", help=told("together_withdraw"))
def withdraw(group: Group, who: Id, *, as_json: Json = False) -> None:
    """Take this person's yes back, or say no."""
    from fenshen.ids import GroupId
    from fenshen.rights import erasure, retention, together

    desk = retention.start(settings.load())
    receipt = together.withdraw(desk, GroupId(group), erasure.whose(desk, who))
    if as_json:
        print_json({"group": group, "receipt": receipt.path})
    else:
        tell(told("together_withdrawn", file=str(receipt.path)), style="bold green")


@app.command("list", help=told("together_list"))
def show_groups(who: Id, *, as_json: Json = False) -> None:
    """Show the groups a person was asked to join."""
    from fenshen.rights import erasure, retention
    from fenshen.store import together

    desk = retention.start(settings.load())
    sitter = erasure.whose(desk, who)
    with desk.store.begin() as connection:
        rows = together.every(connection, sitter)
    shown = [
        {
            "group": row.group,
            "people": row.people,
            "templates": row.templates.split(","),
            "until": row.expires_at.isoformat(),
            "agreed": row.agreed_at is not None,
        }
        for row in rows
    ]
    if as_json:
        print_json(shown)
        return
    columns = [told(f"together_column_{name}") for name in COLUMNS]
    answer = {True: told("together_yes"), False: told("together_not_yet")}
    show_table(
        columns,
        [
            (
                row.group,
                str(row.people),
                row.templates,
                f"{row.expires_at:%Y-%m-%d}",
                answer[row.agreed_at is not None],
            )
            for row in rows
        ],
    )
