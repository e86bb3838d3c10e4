"""Whatever lies on a topic, its worker goes on: it takes it, or rejects it with a reason.

The law is tried on some thousand messages in every run, and on more than a hundred thousand where
the slow tests run.
"""

from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from embedder.batch import Broken, embed_track
from embedder.index.edge import EdgeIndex
from embedder.space import Space
from ranker.language.names import Names
from schemas import PlaylistUpdate, RejectedEvent, Track, UnderstoodIntent, split_key
from schemas.rejected import MAX_KEPT_BYTES
from schemas.topics import (
    CATALOGUE_TRACKS,
    INTENTS,
    PLAYLIST_UPDATES,
    REJECTED_EVENTS,
    TEXT_VECTORS,
    TRACK_VECTORS,
    UNDERSTOOD_INTENTS,
    Topic,
)
from streams.agents.points import text_point, track_point
from streams.agents.qdrant_view import TEXTS, TRACKS, QdrantView
from streams.codecs import decode_keyed
from streams.feeds.compacted import text_of
from streams.letters.dead_letters import FAULTS, reject
from streams.speech.understanding import plain_words
from streams.work.limits import Pace
from streams.work.messages import Message, Output
from streams.work.sessions import Sessions
from streams.work.tables import SESSION_ROW, Tables
from streams.work.words import Words
from tests.factories import NOON, info, library
from tests.streams.hostile import GOOD, NOON_SECONDS, READ, messages

Take = Callable[[Message], Sequence[Output]]
"""What a worker does with one message."""

NOW = NOON + timedelta(minutes=1)
TOLERANCE = timedelta(minutes=5)
LIBRARY = library()

EXAMPLES = dict.fromkeys((topic.name for topic in READ), 400) | {INTENTS.name: 60}
"""Of each topic in every run; the text tower takes longer than all the rest."""

THOROUGH = 16_000
"""Of each topic where the slow tests run: 112,000 in all."""

each_topic = pytest.mark.parametrize("topic", READ, ids=lambda topic: topic.name)


def session_worker() -> Take:
    """Return a new sessions worker, which ranks after each message."""
    work = Sessions(lambda: LIBRARY, tolerance=TOLERANCE, pace=Pace(1e6, 10), clock=NOW.timestamp)
    tables = Tables({}, {})

    def take(message: Message) -> Sequence[Output]:
        sent = work.take(message, tables)
        sent += work.answers(tables)
        for state in tables.sessions.values():
            assert SESSION_ROW.loads(SESSION_ROW.dumps(state)) == state
        return sent

    return take


@pytest.fixture(scope="module")
def words_worker() -> Take:
    space = Space.load("small")
    names = Names.of([info("calm-1", artist="Ann")], plain_words(space))
    work = Words(space, lambda: names, tolerance=TOLERANCE, clock=NOW.timestamp)
    return lambda message: [work.take(message)]


@pytest.fixture(scope="module")
def index_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Take]:
    index = EdgeIndex(tmp_path_factory.mktemp("hostile") / "qdrant")
    view = QdrantView(index)
    for name in (TRACKS, TEXTS):
        view.collection(name, "tiny", 3)

    def take(message: Message) -> Sequence[Output]:
        name, point_of = (
            (TRACKS, track_point) if message.topic == TRACK_VECTORS.name else (TEXTS, text_point)
        )
        try:
            if message.value is None:
                view.remove(name, *split_key(text_of(message.key)))
            else:
                view.write(name, *point_of(message.key, message.value))
        except FAULTS as error:
            return [reject(message, error, NOW, kind=name)]
        return []

    yield take
    index.close()


class Deaf:
    """A space whose audio tower hears the same in every file."""

    hash = "tiny"

    def encode_audio(self, paths: Sequence[Path]) -> np.ndarray:
        return np.ones((len(paths), 3), np.float32)

    def centred_audio(self, vectors: np.ndarray) -> np.ndarray:
        return vectors


def embed(message: Message) -> Sequence[Output]:
    """Do with a message of the catalogue what the embed worker does."""
    if message.value is None:
        return []
    try:
        track = decode_keyed(CATALOGUE_TRACKS, Track, message.key, message.value)
    except FAULTS as error:
        return [reject(message, error, NOW, kind="track")]
    outcome = embed_track(track, Deaf())
    if isinstance(outcome, Broken):
        return [reject(message, outcome.error, NOW, kind="track")]
    return []


@pytest.fixture(scope="module")
def worker_of(words_worker: Take, index_worker: Take) -> Callable[[Topic], Take]:
    """Return the worker that reads a topic; of sessions a new one each time."""

    def worker(topic: Topic) -> Take:
        match topic.name:
            case INTENTS.name:
                return words_worker
            case TRACK_VECTORS.name | TEXT_VECTORS.name:
                return index_worker
            case CATALOGUE_TRACKS.name:
                return embed
        return session_worker()

    return worker


def good_message(topic: Topic) -> Message:
    record = GOOD[topic.name][0]
    return Message(topic.name, 0, 9, topic.key_of(record), record.encode(), NOON_SECONDS)


def letters_among(sent: Sequence[Output]) -> list[RejectedEvent]:
    letters = [each for each in sent if each.topic == REJECTED_EVENTS.name]
    assert all(len(letter.value) < 100_000 and len(letter.key or b"") <= 1024 for letter in letters)
    return [RejectedEvent.model_validate_json(letter.value) for letter in letters]


def answer_to(sent: Sequence[Output]) -> object:
    """Return what a good message gave: the queue, or the words understood."""
    for output in sent:
        if output.topic == PLAYLIST_UPDATES.name:
            return PlaylistUpdate.model_validate_json(output.value).ranked
        if output.topic == UNDERSTOOD_INTENTS.name:
            return UnderstoodIntent.model_validate_json(output.value)
    return None


def obeys(message: Message, take: Take, topic: Topic, alone: object) -> str:
    """Hold a worker to the law for one message; return how it was taken."""
    sent = take(message)
    letters = letters_among(sent)
    after = take(good_message(topic))

    assert not letters_among(after) or topic == CATALOGUE_TRACKS
    if not letters:
        return "taken"
    [letter] = letters
    kept = None if letter.value is None else b64decode(letter.value, validate=True)
    assert 0 < len(letter.reason) <= 2_000
    assert letter.reason.isprintable()
    assert (letter.topic, letter.partition, letter.offset) == (
        message.topic,
        message.partition,
        message.offset,
    )
    assert kept == (None if message.value is None else message.value[:MAX_KEPT_BYTES])
    assert letter.size_bytes == len(message.value or b"")
    assert answer_to(after) == alone, "the next good event is not as it was"
    return letter.error


def attack(topic: Topic, worker_of: Callable[[Topic], Take], examples: int) -> Counter[str]:
    """Hold a topic's worker to the law for so many messages; return how they were taken."""
    alone = answer_to(worker_of(topic)(good_message(topic)))
    outcomes: Counter[str] = Counter()

    @settings(
        deadline=None,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(messages(topic))
    def law(message: Message) -> None:
        outcomes[obeys(message, worker_of(topic), topic, alone)] += 1

    law()
    return outcomes


@each_topic
def test_a_hostile_message_is_taken_or_rejected_and_the_next_is_unharmed(
    topic: Topic, worker_of: Callable[[Topic], Take]
) -> None:
    outcomes = attack(topic, worker_of, EXAMPLES[topic.name])

    assert outcomes["taken"]
    assert outcomes["ValidationError"]


@pytest.mark.slow
@each_topic
def test_so_are_many_thousands(topic: Topic, worker_of: Callable[[Topic], Take]) -> None:
    outcomes = attack(topic, worker_of, THOROUGH)

    assert outcomes.total() >= THOROUGH
    assert len(outcomes) >= 3, outcomes
