"""Where the files are, and what is in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OPS = ROOT / "ops"
DASHBOARD = OPS / "grafana" / "dashboards" / "upnext.json"


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read_yaml(OPS / "alerts.yml")["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    board: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return board


def dashboard_queries() -> list[str]:
    return [query for panel in dashboard()["panels"] for query in _queries(panel)]


def _queries(panel: dict[str, Any]) -> Iterator[str]:
    return (target["expr"] for target in panel.get("targets", ()))
