"""The dashboard can be read by Grafana, by Prometheus and by people."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

from tests.ops.files import OPS, dashboard, dashboard_queries, read_yaml
from tests.ops.promtool import run_promtool

COLUMNS = 24
VARIABLES = {"$__rate_interval": "5m", "$job": ".*", "$tenant": ".*"}


def test_panel_ids_are_unique() -> None:
    ids = [panel["id"] for panel in dashboard()["panels"]]

    assert len(ids) == len(set(ids))


def test_no_panel_overlaps_another() -> None:
    overlaps = [
        (one["title"], other["title"])
        for one, other in combinations(dashboard()["panels"], 2)
        if _overlap(one["gridPos"], other["gridPos"])
    ]

    assert overlaps == []


def test_panels_fill_every_line_of_the_grid() -> None:
    tops = {panel["gridPos"]["y"] for panel in dashboard()["panels"]}
    widths = {
        top: sum(p["gridPos"]["w"] for p in dashboard()["panels"] if p["gridPos"]["y"] == top)
        for top in tops
    }

    assert set(widths.values()) == {COLUMNS}


def test_every_panel_says_what_it_shows_and_in_what_unit() -> None:
    for panel in _charts():
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def test_queries_use_the_variables_that_the_dashboard_declares() -> None:
    declared = {f"${variable['name']}" for variable in dashboard()["templating"]["list"]}
    used = set(re.findall(r"\$\w+", " ".join(dashboard_queries()))) - {"$__rate_interval"}

    assert used <= declared


def test_every_series_that_is_shown_is_of_the_chosen_tenant() -> None:
    marks = [mark["expr"] for mark in dashboard()["annotations"]["list"]]
    of_one = re.compile(r'\{tenant=~"\$tenant"')

    for query in [*dashboard_queries(), *marks]:
        named = len(re.findall(r"\b(?:(?:upnext|process)_\w+|up|ALERTS)\b", query))
        assert named == len(of_one.findall(query)) > 0, query


def test_prometheus_accepts_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": _filled_in(query)}
        for number, query in enumerate(dashboard_queries())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))

    run_promtool("check", "rules", file)


def test_rates_rest_on_the_interval_that_prometheus_asks_in() -> None:
    config = read_yaml(OPS / "prometheus.yml")
    sources = read_yaml(OPS / "grafana/provisioning/datasources/prometheus.yml")["datasources"]

    assert [source["jsonData"]["timeInterval"] for source in sources] == [
        config["global"]["scrape_interval"]
    ]


def _charts() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def _filled_in(query: str) -> str:
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    return query
