"""Name -> files: a checkpoint fetched from the model hub, its revision pinned to a commit."""

from pathlib import Path

import httpx
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from embedder.errors import HubUnavailable, UnusableCheckpoint
from embedder.pretrained.files import wanted
from embedder.pretrained.known import Checkpoint

WAY_OUT = (
    "where it can be reached, run `hf download {name} --local-dir FOLDER`{parts}, "
    "bring the folder here and add `--from FOLDER`"
)

LATEST = "main"
"""The branch that a revision is resolved from where none is asked for."""


def download(
    checkpoint: Checkpoint, folder: Path, revision: str = LATEST, endpoint: str | None = None
) -> str:
    """Fetch the files that matter into a folder and return the commit they are from.

    Draws a bar a file on stderr. What is there already is not fetched again, so a download that
    broke off goes on where it was. Parts kept elsewhere are taken from their newest commit; the
    digest of the space pins them too.

    Raises
    ------
    HubUnavailable
        The hub cannot be reached, or does not answer as it should.
    UnusableCheckpoint
        The hub has no such checkpoint or revision, or wants a token for it.

    """
    api = HfApi(endpoint=endpoint)
    try:
        commit = _fetch(api, checkpoint.name, folder, revision)
        for part in checkpoint.parts:
            _fetch(api, part.name, folder / part.folder, LATEST, part.files)
    except GatedRepoError:
        raise UnusableCheckpoint(
            checkpoint.name, "the hub wants a token for it: accept its terms there, set HF_TOKEN"
        ) from None
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        reason = f"the hub has no such checkpoint at revision {revision!r}: {_line(error)}"
        raise UnusableCheckpoint(checkpoint.name, reason) from None
    except (httpx.HTTPError, OSError) as error:
        raise HubUnavailable(checkpoint.name, _line(error), _way_out(checkpoint)) from None
    return commit


def _fetch(
    api: HfApi, name: str, folder: Path, revision: str, files: tuple[str, ...] | None = None
) -> str:
    info = api.model_info(name, revision=revision)
    commit = str(info.sha)
    listed = tuple(sibling.rfilename for sibling in info.siblings or ())
    snapshot_download(
        name,
        revision=commit,
        local_dir=folder,
        allow_patterns=list(files or wanted(listed)),
        endpoint=api.endpoint,
    )
    return commit


def _way_out(checkpoint: Checkpoint) -> str:
    parts = "".join(
        f", `hf download {part.name} {' '.join(part.files)} --local-dir FOLDER/{part.folder}`"
        for part in checkpoint.parts
    )
    return WAY_OUT.format(name=checkpoint.name, parts=parts)


def _line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
