"""Find, by reading the source, every function that can open a face."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import modules

OPENERS = {
    "unpack": "double/codec.py",  # a double
    "decode": "photos/decode.py",  # a photo
}
PERMIT = re.compile(r"\bPermit\b")  # a consent's; the one to leave a label out opens no face
THREE = 3  # what `Vault.get` takes: sitter, class, object
DECODERS = {"Image.open", "cv2.imdecode", "np.load", "pi_heif.open_heif", "pi_heif.read_heif", "cv2.imread"}


def outer_functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Give functions and methods with their names; a function inside another belongs to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{each.name}", each


def doors() -> dict[str, str]:
    """Give every function that takes a permit, unseals a blob, or decodes a face: ``file:function`` and why."""
    found = {}
    for file, tree in modules().items():
        names = _names_of_openers(tree)
        for name, function in outer_functions(tree):
            if file in {"rights/consent.py", "vault/vault.py"}:  # the maker of permits; the lock itself
                continue
            if reason := _takes_a_permit(function) or _opens(function, names):
                found[f"{file}:{name}"] = reason
    return found


def decoders() -> set[str]:
    """Give every file in which a picture, of whatever, is decoded."""
    return {
        file
        for file, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in DECODERS
    }


def _names_of_openers(tree: ast.Module) -> set[str]:
    """By which names this file could call an opener that it imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                as_ = alias.asname or alias.name
                for opener, home in OPENERS.items():
                    module = "fenshen." + home.removesuffix(".py").replace("/", ".")
                    if node.module == module and alias.name == opener:
                        names.add(as_)
                    if f"{node.module}.{alias.name}" == module:
                        names.add(f"{as_}.{opener}")
    return names


def _takes_a_permit(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    permits = (a for a in every if a.annotation is not None and PERMIT.search(ast.unparse(a.annotation)))
    return "takes a permit" if next(permits, None) else ""


def _opens(function: ast.FunctionDef | ast.AsyncFunctionDef, openers: set[str]) -> str:
    for node in ast.walk(function):
        # Whoever only hands an opener on (`partial(decode, …)`, `read = vault.get`) opens too.
        if isinstance(node, ast.Attribute | ast.Name):
            name = ast.unparse(node)
            if name in openers or name.endswith(("vault.get", "custody.get")):
                return f"uses {name}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".get") and len(node.args) >= THREE:
            return f"uses {ast.unparse(node.func)}"  # a vault by another name: no dictionary takes three
    return ""
