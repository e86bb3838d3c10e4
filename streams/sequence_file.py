"""A trained sequence model <-> its file: read only where its space is the one that ranks."""

from pathlib import Path

from ranker.errors import UnfitWeights
from ranker.models.sequence import SequenceModel
from streams.errors import UnusableSequence


def load_sequence(path: Path, space: str, dimension: int) -> SequenceModel:
    """Return the model of a file that `upnext train sequence` wrote.

    In the library of another space a model has no say, silently; who names a file wants to know.

    Parameters
    ----------
    path : the weights, such as sequence.npz
    space : hash of the space that is ranked in
    dimension : length of its vectors

    Raises
    ------
    UnusableSequence
        There is no such file, it holds something else, or its model is of another space.

    """
    try:
        model = SequenceModel.from_bytes(path.read_bytes())
    except (OSError, UnfitWeights) as error:
        raise UnusableSequence(path, str(error)) from None
    if (model.space, model.dimension) != (space, dimension):
        raise UnusableSequence(
            path,
            f"it was trained in the space {model.space!r} of {model.dimension} dimensions, and "
            f"the tracks are in {space!r} of {dimension}",
        )
    return model


def save_sequence(model: SequenceModel, path: Path) -> None:
    """Write a model beside and rename: an interrupted run leaves no half a file."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(model.to_bytes())
    beside.replace(path)
