"""The source of the house as syntax trees, for tests that read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "fenshen"


@cache
def modules() -> dict[str, ast.Module]:
    """Give every module of the house by its path below ``src/fenshen``."""
    files = sorted(SRC.rglob("*.py"))
    return {f.relative_to(SRC).as_posix(): ast.parse(f.read_text(encoding="utf-8")) for f in files}


def imported(tree: ast.Module) -> Iterator[str]:
    """Give every module name a file imports, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_module_level(tree: ast.Module) -> Iterator[str]:
    """Give what is imported when the file itself is: not inside functions, not under TYPE_CHECKING."""
    kept = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    yield from imported(ast.Module(body=list(kept), type_ignores=[]))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function and method."""
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def strings(tree: ast.Module) -> Iterator[str]:
    """Give every string constant."""
    yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def error_codes(tree: ast.Module) -> Iterator[str]:
    """Give the ``code`` of every error class, alone or in a tuple (``code, retry = "x", True``)."""
    for cls in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name.endswith("Error")):
        for line in cls.body:
            if isinstance(line, ast.Assign):
                targets = line.targets[0].elts if isinstance(line.targets[0], ast.Tuple) else line.targets
                values = line.value.elts if isinstance(line.value, ast.Tuple) else [line.value]
            elif isinstance(line, ast.AnnAssign) and line.value is not None:
                targets, values = [line.target], [line.value]
            else:
                continue
            for target, value in zip(targets, values, strict=False):
                if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
                    yield str(value.value)
