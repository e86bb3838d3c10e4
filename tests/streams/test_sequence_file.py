"""A sequence model is read where it belongs, and refused loudly elsewhere."""

from pathlib import Path

import numpy as np
import pytest

from streams.errors import UnusableSequence
from streams.sequence_file import load_sequence, save_sequence
from tests.checks.model_contract import untrained


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, model = tmp_path / "sequence.npz", untrained(dimension=3)
    save_sequence(model, path)

    read = load_sequence(path, "tiny", 3)

    assert (read.space, read.dimension) == ("tiny", 3)
    np.testing.assert_allclose(read.read, model.read, rtol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == ["sequence.npz"]


@pytest.mark.parametrize(("space", "dimension"), [("other", 3), ("tiny", 4)])
def test_a_model_of_another_space_is_refused_and_both_are_named(
    tmp_path: Path, space: str, dimension: int
) -> None:
    path = tmp_path / "sequence.npz"
    save_sequence(untrained(dimension=3), path)

    with pytest.raises(UnusableSequence) as refused:
        load_sequence(path, space, dimension)

    assert "'tiny' of 3 dimensions" in str(refused.value)
    assert f"'{space}' of {dimension}" in str(refused.value)


@pytest.mark.parametrize("content", [None, b"", b"no weights"])
def test_a_file_that_holds_no_model_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "sequence.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UnusableSequence, match=r"sequence\.npz"):
        load_sequence(path, "tiny", 3)
