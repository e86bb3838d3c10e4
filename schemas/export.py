"""Records -> JSON Schema: what a client in another language validates against."""

import json
from collections.abc import Iterator
from pathlib import Path

from schemas.record import Versioned
from schemas.session import SessionState
from schemas.topics import TOPICS

FOLDER = Path(__file__).parent / "json"
"""Where the exported schemas live."""

RECORDS: dict[str, type[Versioned]] = {
    **{topic.plain: topic.record for topic in TOPICS},
    "session-state": SessionState,
}
"""Every exported record, by the name of its topic; the sessions table's value has none."""


def rendered(record: type[Versioned]) -> str:
    """Return a record's JSON Schema: keys sorted, two spaces, a newline at the end."""
    schema = record.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        # The doctests of a docstring are for readers of Python.
        part["description"] = part["description"].partition("\n\nExamples\n")[0]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Bring a folder up to date with the records and return the files that changed."""
    changed = tuple(stale(folder))
    folder.mkdir(parents=True, exist_ok=True)
    for path in changed:
        if path.stem in RECORDS:
            path.write_text(rendered(RECORDS[path.stem]), encoding="utf-8")
        else:
            path.unlink()
    return changed


def stale(folder: Path = FOLDER) -> Iterator[Path]:
    """Yield the files that are missing, differ from their record, or belong to none; sorted."""
    wanted = {folder / f"{name}.json": record for name, record in RECORDS.items()}
    for path in sorted({*wanted, *folder.glob("*.json")}):
        known = path in wanted and path.exists()
        if not known or path.read_text(encoding="utf-8") != rendered(wanted[path]):
            yield path
