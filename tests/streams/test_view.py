"""What a person sees of an update."""

from rich.console import Console

from streams.cli.view import queue_table
from tests.factories import CALM, clause, follow, library, start, understood


def shown(space: str) -> str:
    said = understood(clause("more", "calm", CALM), at=1, space="old")
    _, update = follow(start("calm-1"), said, tracks=library(space=space))
    console = Console(width=120)
    with console.capture() as capture:
        console.print(queue_table(None, update, {}))
    return capture.get()


def test_words_without_effect_in_this_space_are_named() -> None:
    assert "say it again: you said “calm”" in shown("new")


def test_nothing_is_said_of_words_that_count() -> None:
    assert "say it again" not in shown("old")
