"""The alerts are sound, tested, and each says what to do."""

import re
from collections import defaultdict
from typing import Any

import pytest

from tests.ops.files import OPS, alerts, read_yaml
from tests.ops.promtool import run_promtool

NAMES = [alert["alert"] for alert in alerts()]


def test_prometheus_accepts_its_configuration_and_the_rules_it_names() -> None:
    run_promtool("check", "config", OPS / "prometheus.yml")


def test_the_alerts_fire_and_stay_silent_as_their_tests_say() -> None:
    run_promtool("test", "rules", OPS / "alerts_test.yml")


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_is_tested_both_firing_and_silent(name: str) -> None:
    outcomes = defaultdict(set)
    for test in read_yaml(OPS / "alerts_test.yml")["tests"]:
        for case in test["alert_rule_test"]:
            outcomes[case["alertname"]].add(bool(case["exp_alerts"]))

    assert outcomes[name] == {True, False}


@pytest.mark.parametrize("alert", alerts(), ids=NAMES)
def test_an_alert_says_what_is_wrong_and_where_to_read_on(alert: dict[str, Any]) -> None:
    notes = alert["annotations"]

    assert notes.keys() == {"summary", "description", "runbook_url"}
    assert notes["runbook_url"] == f"ops/runbook.md#{alert['alert'].lower()}"
    assert alert["labels"]["severity"] in {"page", "ticket"}


def test_the_runbook_has_one_heading_an_alert_in_their_order() -> None:
    headings = re.findall(r"^## (\S+)$", (OPS / "runbook.md").read_text(), re.MULTILINE)

    assert headings == NAMES


def test_the_jobs_that_alerts_name_are_scraped() -> None:
    scraped = {job["job_name"] for job in read_yaml(OPS / "prometheus.yml")["scrape_configs"]}
    matchers = re.findall(r'job=~?"([^"]+)"', "".join(alert["expr"] for alert in alerts()))

    assert {job for matcher in matchers for job in matcher.split("|")} == scraped
