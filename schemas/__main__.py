"""Export the JSON Schema of every record.

python -m schemas           write schemas/json
python -m schemas --check   exit 1 and name the stale files, write nothing
"""

import argparse
import sys

from schemas import export


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m schemas",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="only say which files are stale")
    check = parser.parse_args().check
    files = tuple(export.stale()) if check else export.write()
    for path in files:
        sys.stdout.write(f"{'stale' if check else 'wrote'} {path.name}\n")
    if check and files:
        parser.exit(1, "the schemas are stale: run python -m schemas\n")


if __name__ == "__main__":
    main()
