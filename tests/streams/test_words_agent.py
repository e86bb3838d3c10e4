"""A text tower that is slow, or does not come back."""

import logging
from threading import Event
from time import sleep

import pytest

from streams.agents.words import watched
from streams.work.messages import Message, Output

INTENT = Message("intents", 2, 41, b"ann", b"{}", 0.0)
ANSWER = Output("understood-intents", b"ann", b"{}")


class Ended(Exception):
    """What ends the process, in these tests."""


def end(status: int) -> None:
    raise Ended(status)


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.agents.words.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("streams.agents.words.HUNG_SECONDS", 0.6)


async def test_a_tower_that_is_busy_is_waited_for_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def slow(_: Message) -> Output:
        sleep(0.3)
        return ANSWER

    answer = await watched(slow, INTENT, end)

    assert answer == ANSWER
    assert "the text tower works on intents 2:41 for 0 s" in caplog.text


async def test_a_tower_that_hangs_ends_the_process_so_that_another_tries_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    free = Event()

    def hung(_: Message) -> Output:
        free.wait(30)
        return ANSWER

    with pytest.raises(Ended, match="1"):
        await watched(hung, INTENT, end)

    free.set()
    assert any(record.levelno == logging.CRITICAL for record in caplog.records)


async def test_what_goes_wrong_in_the_tower_is_raised() -> None:
    def broken(_: Message) -> Output:
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        await watched(broken, INTENT, end)
