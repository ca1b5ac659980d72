"""A Postgres of our own, for what is promised on both stores."""

from collections.abc import Iterator

import pytest
from tests.fakes import postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Give the address of a server that runs as long as a file of tests; without Postgres these are skipped."""
    if postgres.binaries() is None:
        pytest.skip("there is no Postgres on this machine")
    with postgres.running() as address:
        yield address
