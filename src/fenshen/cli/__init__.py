"""The command line: one file per verb, and one edge where every refusal becomes words.

How a verb is written (``check`` as the example):

1. Its name stands in ``VERBS`` below and its help line in the words under ``verb_check``.
2. ``cli/check.py`` has a module-level ``app = screen.new_app()`` and its command::

       app = new_app()

       @app.command(help=told("verb_check"))
       def check(
           folder: Annotated[Path, typer.Argument(help=told("check_folder"))],
           as_json: Json = False,
       ) -> None:
           from fenshen.photos import inspect  # heavy: imported when the verb runs

   A verb with subverbs uses ``new_app(group=True)`` and ``@app.command("list", help=told("models_list"))``.
   At module level it imports only ``typer``, ``fenshen.cli.screen`` and light things (no numpy, cv2, sqlalchemy).
3. Every command takes ``as_json: Json = False`` last. With it, stdout holds exactly one JSON document
   (``screen.print_json``) and nothing else; without it, people read ``screen.show_table`` and ``screen.tell``.
   Progress goes to stderr: ``with screen.bars(as_json=as_json) as progress: ...``.
4. A refusal is raised as a FenshenError, never printed by the verb. Here it becomes what, why and fix with
   exit code 1, or ``{"error": {"code", "what", "fix"}}`` on stdout with ``--json``. To finish normally yet with
   another exit code (``verify`` on somebody else's picture), raise ``typer.Exit(1)``.
5. A verb knows no business rule: it loads the settings (``settings.load()``), calls one function below, prints.
6. A verb whose first answer is waited for has its work in a file of its own without typer, named in ``AT_ONCE``:
   ``run(Path)`` for its plainest line, and ``ahead()``, which begins, in a thread, to load what will be needed.
"""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

VERBS = (
    "demo",
    "check",
    "double",
    "portrait",
    "together",
    "idphoto",
    "templates",
    "jobs",
    "worker",
    "serve",
    "verify",
    "models",
    "rights",
    "receipt",
    "audit",
    "backup",
    "restore",
    "admin",
    "doctor",
)

AT_ONCE: Final = {"check": "check_folder"}
"""Verbs whose plainest line, a folder and nothing else, is run without typer, and in which file. Reading a line with
typer and pydantic takes 0.1 s, a fifth of what is waited for."""

RARELY: Final = 20_000
"""Objects made between two searches for garbage: at the usual 700 a tenth of the time of all imports goes into them."""

DONE, REFUSED, WRONG_USAGE, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    gc.set_threshold(RARELY)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        from fenshen.cli import refusal

        code = refusal.nobody_reads()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code: 0 done, 1 refused, 2 wrong usage, 3 broken, 130 interrupted."""
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        print(_help())  # noqa: T201  (rich would double the time this takes)
        return DONE
    if arguments[0] == "--version":
        from fenshen import __version__

        print(f"fenshen {__version__}")  # noqa: T201
        return DONE
    return _at_the_edge(arguments[0], list(arguments[1:]))


def _at_the_edge(verb: str, rest: list[str]) -> int:
    """Import the verb, run it, and turn whatever comes up into words and an exit code."""
    from fenshen.vault import core_files

    core_files.forbid()  # also for verbs that look at photos without opening the studio
    as_json = "--json" in rest
    if verb not in VERBS:
        from fenshen.cli import refusal  # needs typer, for which a verb that goes well may have no need

        return refusal.unknown_verb(verb, VERBS, as_json=as_json)
    try:
        return _run_verb(verb, rest)
    except KeyboardInterrupt:
        from fenshen.cli import refusal

        return refusal.interrupted(as_json=as_json)
    except Exception as error:  # noqa: BLE001  (the one edge of the command line)
        from fenshen.cli import refusal

        return refusal.explain(error, verb, as_json=as_json)


def _run_verb(verb: str, rest: list[str]) -> int:
    from importlib import import_module

    if verb in AT_ONCE and "--help" not in rest:
        work = import_module(f"fenshen.cli.{AT_ONCE[verb]}")
        work.ahead()
        if len(rest) == 1 and not rest[0].startswith("-"):
            return int(work.run(Path(rest[0])))

    from typer.main import get_command

    from fenshen.cli import screen

    module = import_module(f"fenshen.cli.{verb}")
    command = get_command(module.app)
    command.help = command.help or screen.told(f"verb_{verb}")
    code = command.main(rest, prog_name=f"fenshen {verb}", standalone_mode=False)
    if code == INTERRUPTED:  # typer turns Ctrl-C into a code; the edge has words for it
        raise KeyboardInterrupt
    return code if isinstance(code, int) else DONE


def _help() -> str:
    import os

    from fenshen.settings import language_of
    from fenshen.words import say

    language = language_of(os.environ)
    width = max(map(len, VERBS))
    verbs = [f"  {verb:<{width}}  {say(f'verb_{verb}', language)}" for verb in VERBS]
    return "\n".join([say("cli_intro", language), "", *verbs, "", say("cli_outro", language)])
