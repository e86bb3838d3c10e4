"""What is shown and alerted on is what the workers serve."""

import pytest
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric

from streams import metrics
from streams.gateway import metrics as gateway_metrics
from tests.ops.files import alerts, dashboard, dashboard_queries
from tests.ops.promql import metric_names

FROM_PROMETHEUS = {"up", "ALERTS"}
"""What Prometheus adds by itself."""

OURS = [
    family
    for metric in (*vars(metrics).values(), *vars(gateway_metrics).values())
    if isinstance(metric, Counter | Gauge | Histogram)
    for family in metric.describe()
]


def test_every_metric_of_an_alert_is_served() -> None:
    used = {name for alert in alerts() for name in metric_names(alert["expr"])}

    assert used <= served()


def test_every_metric_of_the_dashboard_is_served() -> None:
    marks = [mark["expr"] for mark in dashboard()["annotations"]["list"]]
    used = {name for query in dashboard_queries() + marks for name in metric_names(query)}

    assert used <= served()


@pytest.mark.parametrize("metric", OURS, ids=lambda metric: metric.name)
def test_every_metric_of_ours_is_on_the_dashboard(metric: Metric) -> None:
    shown = {name for query in dashboard_queries() for name in metric_names(query)}

    assert shown & series_of(metric)


def served() -> set[str]:
    """Every series that a query may name."""
    of_the_process = [m for m in REGISTRY.collect() if m.name.startswith("process_")]
    return FROM_PROMETHEUS.union(*map(series_of, OURS + of_the_process))


def series_of(family: Metric) -> set[str]:
    match family.type:
        case "counter":
            return {f"{family.name}_total"}
        case "histogram":
            return {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
        case _:
            return {family.name}
