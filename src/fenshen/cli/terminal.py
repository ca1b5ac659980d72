"""How verbs talk to people: words, tables, progress bars, JSON. Rich is imported when first needed, typer never."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from fenshen import settings, words
from fenshen.progress import Progress, Silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType
    from rich.progress import Progress as RichProgress

COLOURS: Final = {"red": 31, "green": 32, "yellow": 33, "dim": 2}
"""What lines told at once may be painted in, and how ECMA-48 (SGR) counts it."""


def language() -> settings.Language:
    """Give the language to speak, even when the other settings are wrong."""
    return settings.language_of(os.environ)


def told(code: str, field: str = "what", /, **facts: str | float) -> str:
    """Put a code into words, in the user's language."""
    return words.say(code, language(), field, **facts)


def print_json(value: object) -> None:
    """Print one JSON document on stdout; paths and other objects as their text."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def tell(text: str, *, style: str = "") -> None:
    """Print one line for people on stdout; brackets in it are plain text."""
    _console().print(text, style=style, markup=False, highlight=False)


def tell_at_once(text: str, *, style: str = "") -> None:
    """Print one line on stderr while work goes on, above the bars; the answer itself belongs on stdout.

    Without rich, whose import would hold the first one up; the bars read its colours. What a terminal might obey
    shows as ``\ufffd``. style: one of ``COLOURS``, or none.
    """
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    painted = f"\x1b[{COLOURS[style]}m{plain}\x1b[0m" if style and _is_painted() else plain
    sys.stderr.write(f"{painted}\n")
    sys.stderr.flush()


def _is_painted() -> bool:
    """Tell whether stderr shows colours: a terminal does, unless asked not to (no-color.org) or known not to."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in {"dumb", "unknown"} or os.name != "posix":
        return False
    return sys.stderr.isatty()


def show_table(columns: Sequence[str], rows: Iterable[Sequence[RenderableType]], *, title: str = "") -> None:
    """Print a table on stdout. Cells that are str are plain text; pass rich renderables for colour."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for number, heading in enumerate(columns):
        table.add_column(
            heading, no_wrap=number == 0, overflow="fold"
        )  # the first names the row: never broken
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    _console().print(table)


def show_refusal(code: str, what: str, why: str, fix: str) -> None:
    """Print a refusal on stderr: what happened, why, and how to mend it."""
    from rich.panel import Panel
    from rich.text import Text

    lines = Text(what, style="bold")
    if why:
        lines.append(f"\n{why}", style="not bold")
    lines.append(f"\n→ {fix}", style="not bold green")
    _console(stderr=True).print(Panel(lines, subtitle=code, subtitle_align="right", border_style="red"))


@contextmanager
def bars(*, as_json: bool = False, patient: bool = False) -> Iterator[Progress]:
    """Give a Progress that draws bars on stderr; silent with ``--json``. ``patient``: none before something is done."""
    if as_json:
        yield Silent()
        return
    drawn = _Bars(patient=patient)
    try:
        yield drawn
    finally:
        if drawn.rich:
            drawn.rich.stop()


@contextmanager
def without_bars(progress: Progress) -> Iterator[None]:
    """Take the bars off the screen while a question is asked."""
    rich = progress.rich if isinstance(progress, _Bars) else None
    if rich:
        rich.stop()
    yield
    if rich:
        rich.start()


class _Bars:
    """One bar per step, in the order in which the steps are first heard of; the first one brings the bars."""

    def __init__(self, *, patient: bool) -> None:
        self._patient = patient
        self.rich: RichProgress | None = None
        self._tasks: dict[str, Any] = {}
        self._lock = Lock()  # steps are told from several threads

    def step(self, name: str, done: int, total: int) -> None:
        if self._patient and not done:
            return
        with self._lock:
            self.rich = self.rich or _started()
            if name not in self._tasks:
                self._tasks[name] = self.rich.add_task(told(name), total=total)
        self.rich.update(self._tasks[name], completed=done, total=total)


def _started() -> RichProgress:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    rich = RichProgress(*columns, console=_console(stderr=True))
    rich.start()
    return rich


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr)
