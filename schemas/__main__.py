"""Export the JSON Schema of every record.

python -m schemas                   write schemas/json
python -m schemas --folder FOLDER   write them somewhere else
python -m schemas --check           write nothing, name the stale files, exit 1 if there are any
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from schemas import export


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m schemas",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    parser.add_argument("--folder", type=Path, default=export.FOLDER, help="where the files are")
    asked = parser.parse_args(arguments)
    files = tuple(export.stale(asked.folder)) if asked.check else export.write(asked.folder)
    for path in files:
        sys.stdout.write(f"{path}\n")
    if asked.check and files:
        parser.exit(1, "these files are stale: run python -m schemas\n")


if __name__ == "__main__":
    main()
