"""A text in the person's own editor."""

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from streams.errors import NoEditor


def edit(text: str, name: str) -> str | None:
    """Return a text as it is left in $VISUAL, $EDITOR or vi; None where it was not changed.

    Parameters
    ----------
    name : of the file that the editor sees, whose suffix tells it the language

    Raises
    ------
    NoEditor
        There is no such program, or it failed.

    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with TemporaryDirectory(prefix="upnext-") as folder:
        file = Path(folder) / name
        file.write_bytes(text.encode())
        try:
            subprocess.run([*shlex.split(command), str(file)], check=True)
            changed = file.read_bytes().decode(errors="replace")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise NoEditor(command, str(error)) from None
    return None if changed == text else changed
