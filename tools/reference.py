"""Write `docs/reference/` from the house itself, in both languages; with `--check`, fail when it is stale."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
WRITTEN_BY = "<!-- Written by tools/reference.py. Change the code or the words, then run it again. -->\n"
SETTINGS = (
    "FENSHEN_HOME",
    "FENSHEN_MODELS",
    "FENSHEN_TEMPLATES",
    "FENSHEN_KEY",
    "FENSHEN_KEY_FILE",
    "FENSHEN_PASSPHRASE_FILE",
    "FENSHEN_KEY_MIRROR",
    "FENSHEN_BLOBS",
    "FENSHEN_S3_ENDPOINT",
    "FENSHEN_DATABASE",
    "FENSHEN_LANES",
    "FENSHEN_WORKER_LANES",
    "FENSHEN_REST",
    "FENSHEN_METRICS",
    "FENSHEN_METRICS_SECRET_FILE",
    "FENSHEN_WEBHOOK_HOSTS",
    "FENSHEN_WEBHOOK_CA",
    "FENSHEN_PROXIES",
    "FENSHEN_OIDC_ISSUER",
    "FENSHEN_OIDC_CLIENT",
    "FENSHEN_OIDC_SECRET_FILE",
    "FENSHEN_WECHAT_APP",
    "FENSHEN_WECHAT_SECRET_FILE",
    "FENSHEN_C2PA_CERTIFICATE",
    "FENSHEN_C2PA_KEY",
    "FENSHEN_LANG",
    "FENSHEN_PRODUCER",
    "FENSHEN_OPERATOR",
    "FENSHEN_DEBUG",
)


def main() -> None:
    """Let one process per language write its pages, because help lines are put into words at import."""
    if "--language" in sys.argv:
        for page, text in pages(sys.argv[-1]).items():
            print(f"\f{page}\n{text}", end="")
        return
    written = {page: text for language in ("en", "zh") for page, text in _ask(language)}
    if "--check" in sys.argv:
        stale = [page for page, text in written.items() if _read(REFERENCE / page) != text]
        if stale:
            sys.exit(f"Stale in docs/reference: {', '.join(stale)}. Run: .venv/bin/python tools/reference.py")
        print(f"docs/reference: {len(written)} pages, all fresh.")
        return
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for page, text in written.items():
        (REFERENCE / page).write_text(text, encoding="utf-8")


def _ask(language: str) -> Iterator[tuple[str, str]]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FENSHEN_")}
    environment = kept | {
        "FENSHEN_LANG": language,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, __file__, "--language", language]
    told = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True).stdout
    for piece in told.split("\f")[1:]:
        page, _, text = piece.partition("\n")
        yield page, text


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def pages(language: str) -> dict[str, str]:
    """Give every page of one language by its file name."""
    ending = "" if language == "en" else f".{language}"
    told = {
        f"command-line{ending}.md": _command_line(language),
        f"errors{ending}.md": _errors(language),
        f"settings{ending}.md": _settings(language),
    }
    return told | ({"template.schema.json": _schema(), **_http_api()} if language == "en" else {})


def _schema() -> str:
    """The template format for editors and other programs; it knows no language."""
    from fenshen.templates.schema import schema

    return json.dumps(schema(), indent=1, ensure_ascii=True) + "\n"


def _http_api() -> dict[str, str]:
    """The API's description, which is English, for programs and for people."""
    sys.path.insert(0, str(ROOT))
    from tools import reference_api

    from fenshen.web.api import make_api

    told = make_api(None).openapi()
    return {
        "http-api.md": WRITTEN_BY + reference_api.page(told),
        "http-api.json": json.dumps(told, indent=1, ensure_ascii=False) + "\n",
    }


def _command_line(language: str) -> str:
    from fenshen.cli import VERBS

    title = {"en": "Command line", "zh": "命令行"}[language]
    parts = [WRITTEN_BY, f"# {title}\n", _fenced(_help([]))]
    for verb in VERBS:
        if find_spec(f"fenshen.cli.{verb}"):
            parts += [f"## fenshen {verb}\n", _fenced(_help([verb]))]
            parts += [_fenced(_help([verb, name])) for name in _subverbs(verb)]
    return "\n".join(parts)


def _subverbs(verb: str) -> list[str]:
    from typer.main import get_command

    command = get_command(import_module(f"fenshen.cli.{verb}").app)
    return sorted(getattr(command, "commands", {}))


def _help(words: list[str]) -> str:
    from fenshen.cli import run

    with redirect_stdout(io.StringIO()) as told:
        run([*words, "--help"])
    return "\n".join(line.rstrip() for line in told.getvalue().strip().splitlines())


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```\n"


def _errors(language: str) -> str:
    from fenshen.words import codes, fields, say

    title = {"en": "What can be refused", "zh": "会被拒绝的情形"}[language]
    heads = {"en": "| code | what | why | what to do |", "zh": "| 代码 | 发生了什么 | 原因 | 怎么办 |"}[
        language
    ]
    rows = [
        "| "
        + " | ".join([f"`{code}`", *(_cell(say(code, language, f)) for f in ("what", "why", "fix"))])
        + " |"
        for code in sorted(codes(language))
        if fields(code, language) >= {"what", "why", "fix"}
    ]
    return "\n".join([WRITTEN_BY, f"# {title}\n", heads, "|---|---|---|---|", *rows, ""])


def _cell(sentence: str) -> str:
    return " ".join(sentence.split()).replace("|", "\\|")


def _settings(language: str) -> str:
    from fenshen.words import say

    title = {"en": "Settings", "zh": "设置"}[language]
    heads = {"en": "| environment variable | meaning |", "zh": "| 环境变量 | 含义 |"}[language]
    rows = [f"| `{name}` | {_cell(say(f'setting_{name.lower()}', language))} |" for name in SETTINGS]
    return "\n".join([WRITTEN_BY, f"# {title}\n", heads, "|---|---|", *rows, ""])


if __name__ == "__main__":
    main()
