"""Promise: no face index, no training. Likeness is told one to one, in memory, for the sitter's own job."""

import ast

from tests.architecture.source import ROOT, imported, modules

SEARCHES = {
    "faiss",
    "annoy",
    "hnswlib",
    "pgvector",
    "usearch",
    "milvus",
    "pymilvus",
    "qdrant_client",
    "chromadb",
    "sklearn",
}
TRAINS = {"torch", "tensorflow", "jax", "keras", "diffusers", "transformers", "peft", "accelerate"}
DESCRIBES = {"photos/inspect.py", "portrait/likeness.py"}


def test_nothing_that_searches_faces_or_trains_nets_is_imported() -> None:
    roots = {name: {module.split(".")[0] for module in imported(tree)} for name, tree in modules().items()}
    assert not {name: found for name, libs in roots.items() if (found := libs & (SEARCHES | TRAINS))}
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()}
    assert "numpy" in locked
    assert not locked & {name.replace("_", "-") for name in SEARCHES | TRAINS}


def test_a_face_is_described_in_two_places_only() -> None:
    asking = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] == "embed"
        and ast.unparse(node.func) != "watermark.embed"  # a number into a picture, no face into numbers
    }
    assert asking == DESCRIBES
