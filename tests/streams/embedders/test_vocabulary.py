"""The words on `text-vectors` are those of the space, no more and no fewer."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from embedder.encoders import load_encoders
from embedder.manifest import Manifest, folder_of
from embedder.space import Space
from schemas import TextVector, pack_vector
from schemas.topics import TEXT_VECTORS
from streams.client import Publisher
from streams.embedders.vocabulary import Changes, is_published, publish_vocabulary
from streams.feeds.compacted import read_all

pytestmark = pytest.mark.kafka

Version = Callable[..., Space]
"""The same towers under the same hash, with the words given."""


@pytest.fixture(scope="module")
def versions() -> Callable[[str], Version]:
    manifest = Manifest.read(folder_of("small"))
    encoders = load_encoders(folder_of("small"), manifest)

    def of_hash(name: str) -> Version:
        return lambda *words: Space(replace(manifest, hash=name, vocabulary=words), encoders)

    return of_hash


@pytest.fixture
def version(versions: Callable[[str], Version]) -> Version:
    return versions(f"space-{uuid4().hex[:8]}")


def words_of(bootstrap: str, space: str) -> set[str]:
    texts = read_all(bootstrap, TEXT_VECTORS, TextVector).values()
    return {text.text for text in texts if text.space == space}


def test_words_come_and_go_with_the_version_of_a_space(broker: str, version: Version) -> None:
    space = version("piano", "harp", "calm")
    other = TextVector(text="harp", space="another", vector=pack_vector([1.0]))
    Publisher(broker).publish(TEXT_VECTORS, other)

    first = publish_vocabulary(space, broker)
    second = publish_vocabulary(version("piano", "calm", "drum & bass"), broker)

    assert first == Changes(written=("piano", "harp", "calm"), removed=())
    assert second == Changes(written=("drum & bass",), removed=("harp",))
    assert words_of(broker, space.hash) == {"piano", "calm", "drum & bass"}
    assert words_of(broker, "another") == {"harp"}


def test_publishing_again_writes_nothing(broker: str, version: Version) -> None:
    small = version("piano", "calm")
    assert not is_published(small.manifest, broker)
    publish_vocabulary(small, broker)

    again = publish_vocabulary(small, broker)

    assert again == Changes((), ())
    assert is_published(small.manifest, broker)
    assert not is_published(version("piano").manifest, broker)


def test_a_word_whose_vector_changed_is_written_again(broker: str, version: Version) -> None:
    space = version("piano")
    stale = TextVector(text="piano", space=space.hash, vector=pack_vector([1.0] * space.dimension))
    Publisher(broker).publish(TEXT_VECTORS, stale)

    changes = publish_vocabulary(space, broker)

    assert changes.written == ("piano",)
