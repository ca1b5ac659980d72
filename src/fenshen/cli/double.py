"""``fenshen double``: making doubles (``double_make``) and what is kept of them (``double_kept``)."""

from fenshen.cli import double_kept, double_make
from fenshen.cli.screen import new_app

app = new_app(group=True)
app.add_typer(double_make.app)
app.add_typer(double_kept.app)
