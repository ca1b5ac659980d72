"""A real server on this machine that speaks AWS, for the tests of keys and blobs."""

from collections.abc import Iterator

import pytest
from tests.fakes.key_services import amazon


@pytest.fixture(scope="session")
def aws_server() -> Iterator[str]:
    with amazon() as address:
        yield address
