"""What a scripted server does: connection by connection, step by step."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from upnext.conformance.rules import Rule
from upnext.conformance.story import Held, Json, full, held, message

END = held("999999999-1", "the-end")
"""What every case ends with: a client that holds it has seen all that came before."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a while."""

    seconds: float


Step = bytes | Pause
"""Bytes are sent as one chunk."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One connection to the event stream, from the server's side."""

    steps: tuple[Step, ...] = ()
    asked: str | None | Literal["anything"] = "anything"
    """The `Last-Event-ID` that the client must send; None for none."""
    then: Literal["close", "break", "gap", "stay"] = "stay"
    """After the last step: end the answer; cut the connection in the middle of the chunked body;
    wait until the client has noticed a gap; or stay until it is killed."""
    status: int = 200
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One client's way through a case."""

    legs: tuple[Leg, ...]
    expects: tuple[Held, ...]
    """What it holds after each envelope that it must apply; the end is added."""
    name: str = "client"


@dataclass(frozen=True, slots=True)
class Case:
    """A sequence of envelopes and breaks, and the queues that a client must come to."""

    name: str
    """A sentence: what a good client does."""
    rule: Rule
    parts: tuple[Part, ...]


def case(name: str, rule: Rule, *legs: Leg, expects: tuple[Held, ...]) -> Case:
    """Return a case of one client; the last leg goes on to the end."""
    return Case(name, rule, (part(*legs, expects=expects),))


def part(*legs: Leg, expects: tuple[Held, ...], name: str = "client") -> Part:
    """Return one client's way; after the last leg's steps comes the end."""
    last = legs[-1]
    ended = Leg((*last.steps, message(full(END))), last.asked, "stay")
    return Part((*legs[:-1], ended), (*expects, END), name)


def sends(*envelopes: Json | Step) -> tuple[Step, ...]:
    """Return the steps that send envelopes, each in a chunk of its own."""
    return tuple(message(step) if isinstance(step, dict) else step for step in envelopes)


def cut(data: bytes, *places: int) -> tuple[bytes, ...]:
    """Return bytes in chunks that end at these places.

    >>> cut(b"abcd", 1, 3)
    (b'a', b'bc', b'd')
    """
    edges = (0, *places, len(data))
    return tuple(data[start:end] for start, end in pairwise(edges))
