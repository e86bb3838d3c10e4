"""Any schedule again, by its seed."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--schedule-seed", type=int, help="run this one schedule of each driver and tell it"
    )


@pytest.fixture
def only_seed(request: pytest.FixtureRequest) -> int | None:
    """The seed that was asked for; unknown where pytest began in a folder above."""
    seed: int | None = request.config.getoption("--schedule-seed", default=None)
    return seed
