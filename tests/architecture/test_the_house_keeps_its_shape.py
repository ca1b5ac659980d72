"""Rules of the house that no type checker sees."""

import ast
import re
from collections.abc import Collection

import pytest

from tests.architecture.source import ROOT, SRC, functions, imported, imported_at_module_level, modules

IMAGING = {"PIL", "cv2", "pi_heif"}
MAY_SEE_PICTURES = ("photos/decode.py", "vision/", "engines/", "portrait/", "labels/", "double/")
FETCHING = {"socket", "urllib.request", "http.client", "requests", "urllib3", "httpx", "authlib", "ftplib"}
MAY_FETCH = (
    "vision/weights.py",
    "jobs/courier.py",  # tells programs what happened, once an operator has named their hosts: decision 0048
    "accounts/elsewhere.py",  # asks a service who somebody is, once an operator has named one: decision 0044
)
SERVICES = {"aws", "aliyun", "google", "hashicorp"}
SPAWNING = {"subprocess", "multiprocessing"}
MAY_SPAWN = ("vision/weights.py", "rights/night_watch.py", "web/lookers.py", "cli/serve.py")
REPORTS_HOME = {"onnxruntime", "sentry_sdk", "posthog", "huggingface_hub"}
HEAVY = {
    "numpy",
    "cv2",
    "scipy",
    "ai_edge_litert",
    "PIL",
    "sqlalchemy",
    "cryptography",
    "rich",
    "typer",
}
EMPTY_WORDS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "common",
    "misc",
    "process",
    "handle",
    "handler",
}
MAX_FILE, MAX_FUNCTION = 300, 60
HOSTS = re.compile(r"pypi\.(?:org|python)|pythonhosted\.|npmjs\.|registry\.(?:npm|yarn)", re.IGNORECASE)
TEXT = {".py", ".toml", ".md", ".lock", ".cfg", ".ini", ".yml", ".yaml", ".json", ".txt", ".sh", ""}
LEFT_OUT = {".git", ".venv", "demo", "__pycache__"}
MAY_SPEAK_OF_HOSTS = {"tests/architecture/test_the_house_keeps_its_shape.py"}


def importers(of: Collection[str]) -> dict[str, set[str]]:
    return {
        name: {w for w in imported(tree) for lib in of if w == lib or w.startswith(f"{lib}.")}
        for name, tree in modules().items()
    }


def test_only_a_few_rooms_see_pictures() -> None:
    seen = {n: libs for n, libs in importers(IMAGING).items() if libs and not n.startswith(MAY_SEE_PICTURES)}
    assert not seen


def test_nothing_that_reports_home_is_imported() -> None:
    found = {n: libs for n, libs in importers(REPORTS_HOME).items() if libs}
    assert not found  # docs/decisions/0013-no-onnx-runtime.md


def test_only_three_files_may_fetch() -> None:
    reached = {n: libs for n, libs in importers(FETCHING).items() if libs and n not in MAY_FETCH}
    assert not reached


def test_a_service_elsewhere_is_asked_only_once_an_operator_has_named_it() -> None:
    tree = modules()["accounts/elsewhere.py"]
    fetching = {"httpx", "authlib"}
    assert not {name.split(".")[0] for name in imported_at_module_level(tree)} & fetching
    assert {name for name, libs in importers({"authlib"}).items() if libs} == {"accounts/elsewhere.py"}


def test_nothing_is_told_to_anybody_without_the_setting_that_names_their_host() -> None:
    """Who brings a message takes a destination, and only reading the operator's setting makes one."""
    makers = {
        name for name, tree in modules().items() for call in ast.walk(tree) if _makes_a_destination(call)
    }
    assert makers == {"jobs/destinations.py"}
    assert not set(imported_at_module_level(modules()["jobs/courier.py"])) & FETCHING
    users = {name for name, tree in modules().items() if "fenshen.jobs.courier.bring" in set(imported(tree))}
    assert users == set()  # by its module's name alone, so that the next line sees it
    named = {name for name in modules() if "courier.bring(" in (SRC / name).read_text("utf-8")}
    assert named == {"flow/deliver.py"}


def _makes_a_destination(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Destination"


def test_a_library_that_reaches_out_is_imported_only_behind_a_setting_that_names_its_service() -> None:
    named = {
        name
        for name in modules()
        for word in ("boto3", "botocore", "hvac", "google.cloud", "alibabacloud", "S3Store")
        if word in (SRC / name).read_text("utf-8")
    }
    assert named <= {f"vault/providers/{name}.py" for name in (*SERVICES, "service")} | {"vault/s3.py"}
    loaded = [
        name for name, tree in modules().items() for module in imported_at_module_level(tree)
        if module.startswith("fenshen.vault.providers.") and module.split(".")[3] in SERVICES
    ]  # fmt: skip
    assert loaded == []


def test_only_a_few_files_may_begin_a_process() -> None:
    began = {n: libs for n, libs in importers(SPAWNING).items() if libs and n not in MAY_SPAWN}
    assert not began


def test_no_file_is_longer_than_a_sitting() -> None:
    lengths = {p.relative_to(SRC).as_posix(): p.read_text("utf-8").count("\n") for p in SRC.rglob("*.py")}
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_FILE}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{name}:{f.name}": lines
        for name, tree in modules().items()
        for f in functions(tree)
        if (lines := (f.end_lineno or f.lineno) - f.lineno + 1) > MAX_FUNCTION
    }
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {part for name in modules() for part in name.removesuffix(".py").split("/")}
    assert not names & EMPTY_WORDS


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Does it swallow what it cannot know? Tidying up and raising on is no catching."""
    everything = handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}
    last = handler.body[-1]
    return everything and not (isinstance(last, ast.Raise) and last.exc is None)


def test_everything_is_caught_at_the_edge_only() -> None:
    caught = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }
    assert caught <= {
        "cli/__init__.py",
        "jobs/worker.py",
        "web/guard.py",
    }  # a worker outlives any job, a server any page


def test_the_front_of_the_command_line_imports_nothing_heavy() -> None:
    front = ["__init__.py", "__main__.py", "errors.py", "settings.py", "words/__init__.py", "cli/__init__.py"]
    found = {w.split(".")[0] for name in front for w in imported_at_module_level(modules()[name])}
    assert not found & HEAVY


@pytest.mark.parametrize(
    "verb",
    ["check", "double", "portrait", "idphoto", "templates", "verify", "models", "rights", "receipt", "audit"],
)
def test_a_verb_imports_pixels_only_when_it_runs(verb: str) -> None:
    tree = modules().get(f"cli/{verb}.py")
    if tree is not None:
        assert not {w.split(".")[0] for w in imported_at_module_level(tree)} & (HEAVY - {"typer"})


def test_no_file_names_a_registry() -> None:
    named = []
    for path in ROOT.rglob("*"):
        name = path.relative_to(ROOT)
        if LEFT_OUT & set(name.parts) or not path.is_file() or path.suffix not in TEXT:
            continue
        if name.as_posix() not in MAY_SPEAK_OF_HOSTS and HOSTS.search(
            path.read_text("utf-8", errors="ignore")
        ):
            named.append(name.as_posix())
    assert not named
