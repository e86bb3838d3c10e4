"""The record of an evaluation -> tables for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

Record = Mapping[str, Any]

RANKED = ("mAP", "R@1", "R@5", "R@10", "median_rank")
"""Columns of retrieval."""

SEARCHES = {
    "retrieval": "captions",
    "retrieval_by_description": "descriptions",
    "music_to_music": "halves",
    "music_to_text": "clips to captions",
}
"""Names of the retrievals that a record may hold."""


def tables_of(record: Record) -> Iterator[Table | str]:
    """Yield what is printed, from top to bottom."""
    data = record["data"]
    heard = data.get("pieces", data.get("heard"))
    yield f"{record['space']} {record['hash']}, {heard} pieces, {data['passed_over']} passed over"
    yield f"in brackets: {record['method']['interval']}"
    if record["zero_shot"]:
        yield _zero_shot(record, "zero-shot tagging, area under the ROC curve")
    if record.get("published"):
        yield _published(record)
    yield _searches(record)
    if record.get("triplets"):
        yield _triplets(record)
    if record.get("recordings"):
        real = record["recordings"]
        title = f"{real['recordings']} real recordings, {real['windows']} windows"
        yield _zero_shot({"space": record["space"], **real}, title)
    yield from _lines(record)


def _zero_shot(record: Record, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    others = {name: one for name, one in record.get("beside", {}).items() if name != "chance"}
    probe, seeds = record.get("linear_probe", {}), record.get("seeds", {})
    table.add_column("kind")
    for name in (record["space"], *(["over trainings"] if seeds else [])):
        table.add_column(name, no_wrap=True)
    for name in (*(["linear probe"] if probe else []), *others):
        table.add_column(name, justify="right")
    for kind, area in record["zero_shot"].items():
        row = [kind, _with_interval(area["auc"], area["ci"])]
        if seeds:
            row.append(_with_interval(seeds[kind]["auc"], seeds[kind]["ci"]))
        if probe:
            row.append(_score(probe[kind]["auc"]) if kind in probe else "")
        row += [_against(one, kind) for one in others.values()]
        table.add_row(*row)
    return table


def _against(other: Record, kind: str) -> str:
    """Return another's figure, and a mark where the difference is beyond chance."""
    area = other["zero_shot"].get(kind)
    if area is None:
        return ""
    interval = other.get("difference", {}).get(kind, {}).get("ci")
    sure = interval is not None and (interval[0] > 0 or interval[1] < 0)
    return f"{_score(area['auc'])}{' *' if sure else '  '}"


def _searches(record: Record) -> Table:
    table = Table(title="retrieval", title_justify="left")
    for column in ("", *RANKED, "queries", "pool"):
        table.add_column(column.replace("_", " "), justify="left" if not column else "right")
    for key, name in SEARCHES.items():
        found = record.get(key)
        if not found:
            continue
        counts = (str(found["queries"]), str(found["pool"]))
        table.add_row(name, *_ranked(found), *counts)
        for other, figures in record["beside"].items():
            if figures.get(key):
                table.add_row(f"  {other}", *_ranked(figures[key]), style="dim")
        table.add_row("  chance", *_ranked(found["chance"]), style="dim")
    return table


def _ranked(found: Record) -> Iterator[str]:
    yield from (_score(found[column]) for column in RANKED[:-1])
    yield f"{found[RANKED[-1]]:.3g}"


def _triplets(record: Record) -> Table:
    table = Table(title="text triplets that are right (chance .5)", title_justify="left")
    others = {name: one for name, one in record["beside"].items() if one.get("triplets")}
    for column in ("", "triplets", record["space"], *others):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    for name, one in record["triplets"].items():
        row = [name, str(one["triplets"]), _with_interval(one["accuracy"], one["ci"])]
        table.add_row(
            *row, *(_score(other["triplets"][name]["accuracy"]) for other in others.values())
        )
    return table


def _published(record: Record) -> Table:
    table = Table(
        title="beside published figures (quoted, not measured here)", title_justify="left"
    )
    for column in ("kind", "system", "task"):
        table.add_column(column)
    for column in ("ROC-AUC", "PR-AUC", "R@10"):
        table.add_column(column, justify="right")
    for kind, area in record["zero_shot"].items():
        figures = (_score(area["auc"]), _score(area["pr_auc"]), "")
        table.add_row(kind, record["space"], "zero-shot", *figures, style="bold")
    if record.get("music_to_text"):
        figures = ("", "", _score(record["music_to_text"]["R@10"]))
        table.add_row("audio to text", record["space"], "zero-shot", *figures, style="bold")
    for one in record["published"]:
        figures = (_score(one["roc_auc"]), _score(one["pr_auc"]), _score(one["recall_at_10"]))
        table.add_row(one["kind"], one["system"], one["task"], *figures)
    return table


def _lines(record: Record) -> Iterator[str]:
    for other in record["beside"].values():
        if other.get("difference"):
            yield "*: the difference to it is beyond chance (95 %, paired by works)"
            break
    if record.get("calibration"):
        yield f"calibration error {record['calibration']['error']:.3f}"
    if "drums_in_the_ten_least_like_drums" in record:
        yield f"drums in the ten least like drums: {record['drums_in_the_ten_least_like_drums']}"
    gap = record["modality_gap"]
    yield f"modality gap {gap['before']:.2f}, centred {gap['after']:.2f}"
    yield (
        f"a clip {record['clip_ms']:.0f} ms, a new text {record['text_ms']:.1f} ms, "
        f"a known one {record['text_cached_ms']:.3f} ms"
    )


def _with_interval(value: float | None, interval: list[float] | None) -> str:
    if interval is None:
        return _score(value)
    return f"{_score(value)} [dim]\\[{_score(interval[0])}, {_score(interval[1])}][/dim]"


def _score(value: float | None) -> str:
    """Return .85 for .851, 1.00 for 1, nothing for what is not known."""
    return "" if value is None else f"{value:.2f}".removeprefix("0")
