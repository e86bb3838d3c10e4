"""What a library computes from its columns."""

import pytest

from ranker.errors import UnknownTrack
from tests.factories import random_library


def test_a_stack_names_the_track_that_is_not_there() -> None:
    tracks = random_library(count=3, dimension=8)

    with pytest.raises(UnknownTrack, match="nowhere"):
        tracks.stack([tracks.track_ids[0], "nowhere"])
