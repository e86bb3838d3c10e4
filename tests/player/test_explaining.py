"""Why: what is shown adds up."""

import re

import pytest

from tests.player.visit import Visit


def test_the_bars_of_why_sum_to_the_score(visit: Visit) -> None:
    visit.play()
    visit.skip()
    visit.say("calm piano, no drums")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    visit.settled()

    visit.choose(2, "Why")

    panel = visit.page.get_by_role("tabpanel", name="Why")
    values = panel.locator(".reason").evaluate_all("all => all.map((one) => +one.dataset.value)")
    output = panel.locator("output")
    assert len(values) >= 3
    assert sum(values) == pytest.approx(float(output.get_attribute("data-score") or ""), abs=1e-6)
    told = float(re.sub("−", "-", output.inner_text()))
    assert told == pytest.approx(sum(values), abs=0.005)


def test_a_bar_is_as_long_as_its_contribution(visit: Visit) -> None:
    visit.play()
    visit.skip()
    visit.say("calm piano, no drums")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    visit.tab("Why")
    visit.settled()
    visit.page.wait_for_timeout(700)  # bars glide to their lengths

    bars = visit.page.locator(".reason").evaluate_all(
        "all => all.map((one) => [+one.dataset.value, one.querySelector('.bar').offsetWidth])"
    )

    (strongest, longest), *others = bars
    assert longest > 0
    for value, width in others:
        assert width / longest == pytest.approx(abs(value / strongest), abs=0.02)


def test_a_reason_can_be_taken_back_where_it_is_told(visit: Visit) -> None:
    visit.say("calm piano")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    panel = visit.tab("Why")

    panel.get_by_role("button", name="Undo this").first.click()

    visit.arrived("undo")
    visit.until(lambda: "You said" not in panel.inner_text(), "no reason of the words")
