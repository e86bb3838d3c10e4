"""Cases drawn at random: long sessions on a bad network."""

from random import Random

from upnext.conformance.cases import QUICK
from upnext.conformance.rules import Rule
from upnext.conformance.script import Case, Leg, Step, case, cut
from upnext.conformance.story import Held, delta, full, held, message

LENGTH = 30
"""Updates of a session."""


def generated(count: int, seed: int = 0) -> tuple[Case, ...]:
    """Return so many cases; equal seeds, equal cases."""
    return tuple(_case(seed + index) for index in range(count))


def _case(seed: int) -> Case:
    rng = Random(seed)
    network = _Network(rng, _session(rng))
    return case(
        f"a long session on a bad network ends where it should (seed {seed})",
        Rule.CONVERGE,
        *network.legs(),
        expects=tuple(network.expects),
    )


def _session(rng: Random) -> list[Held]:
    """Return the queues of a session: tracks are played, moved, added, locked, rated anew."""
    tracks = [f"t{number}" for number in range(12)]
    revision, count, fresh = 1, 1, len(tracks)
    marks: dict[str, str] = {}
    scores: dict[str, float] = {}
    queues: list[Held] = []
    for _ in range(LENGTH):
        line = " ".join(track + marks.get(track, "") for track in tracks)
        queues.append(held(f"{revision}-{count}", line, dict(scores)))
        if rng.random() < 0.15:
            count += 1
        else:
            revision, count = revision + rng.randint(1, 3), 1
        if tracks and rng.random() < 0.6:
            tracks.pop(0)
        for _ in range(rng.randint(0, 3)):
            tracks.insert(rng.randint(0, len(tracks)), f"t{fresh}")
            fresh += 1
        for track in rng.sample(tracks, min(2, len(tracks))):
            marks[track] = rng.choice(["", "*", "+"])
            scores[track] = round(rng.uniform(-5, 5), 6)
        if rng.random() < 0.3:
            rng.shuffle(tracks)
    return queues


class _Network:
    """Tells a session's queues to a client, and loses, repeats and breaks what it can."""

    def __init__(self, rng: Random, queues: list[Held]) -> None:
        self._rng = rng
        self._queues = queues
        self._steps: list[Step] = [QUICK]
        self._asked: str | None = None
        self._legs: list[Leg] = []
        self.expects: list[Held] = []

    def legs(self) -> list[Leg]:
        """Return the connections, and note what the client is to hold."""
        self._tell(full(self._queues[0]), self._queues[0])
        place = 0
        while place + 1 < len(self._queues):
            now, after = self._queues[place], self._queues[place + 1]
            match self._rng.choice(["delta"] * 5 + ["full", "again", "stale", "break", "gap"]):
                case "delta":
                    self._tell(delta(now, after), after)
                    place += 1
                case "full":
                    self._tell(full(after), after)
                    place += 1
                case "again":
                    self._steps += self._chunks(message(full(now)))
                case "stale":
                    older = self._queues[self._rng.randint(0, place)]
                    self._steps += self._chunks(message(full(older)))
                case "break":
                    self._connect_anew("break", now.id)
                case "gap" if place + 2 < len(self._queues):
                    missed = self._queues[place + 2]
                    self._steps += self._chunks(message(delta(after, missed)))
                    self._connect_anew("gap", None)
                    self._tell(full(missed), missed)
                    place += 2
        return [*self._legs, Leg(tuple(self._steps), self._asked)]

    def _tell(self, envelope: dict[str, object], queue: Held) -> None:
        self._steps += self._chunks(message(envelope))
        self.expects.append(queue)

    def _connect_anew(self, how: str, asked: str | None) -> None:
        leg = Leg(tuple(self._steps), self._asked, "gap" if how == "gap" else "break")
        self._legs.append(leg)
        self._steps, self._asked = [QUICK], asked

    def _chunks(self, data: bytes) -> tuple[bytes, ...]:
        places = sorted(self._rng.sample(range(1, len(data)), self._rng.randint(0, 3)))
        return cut(data, *places)
