"""The listener's own hand: dragging, locking, queueing."""

import re

import pytest
from playwright.sync_api import expect

from tests.player.visit import Visit


def drag(visit: Visit, rank: int, to: int) -> None:
    """Drag a row by its grip onto the place of another."""
    grip, target = visit.row(rank).locator(".grip").bounding_box(), visit.row(to).bounding_box()
    assert grip is not None and target is not None
    mouse = visit.page.mouse
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 8)
    mouse.move(x, target["y"] + target["height"] / 4, steps=12)
    mouse.up()


def test_a_dragged_track_stays_where_it_was_dropped(visit: Visit) -> None:
    dragged = visit.queue[4]

    drag(visit, 5, 2)

    moved = visit.arrived("moved")
    assert (moved["track_id"], moved["from_rank"], moved["to_rank"]) == (dragged, 5, 2)
    visit.settled()
    visit.say("loud rock, fast")
    expect(visit.line).to_contain_text("moved up")
    assert visit.queue[1] == dragged
    assert visit.told("queue")["slots"][1]["locked"] is True


def test_a_track_is_lifted_and_dropped_by_keyboard(visit: Visit) -> None:
    lifted = visit.queue[3]
    visit.row(4).locator(".grip").focus()

    for key in ("Space", "ArrowUp", "ArrowUp", "Space"):
        visit.page.keyboard.press(key)

    moved = visit.arrived("moved")
    assert (moved["from_rank"], moved["to_rank"]) == (4, 2)
    assert visit.queue[1] == lifted
    assert visit.page.evaluate("document.activeElement.closest('.row').dataset.track") == lifted


def test_escape_puts_a_lifted_track_back(visit: Visit) -> None:
    before = visit.queue
    visit.row(4).locator(".grip").focus()

    for key in ("Space", "ArrowDown", "Escape"):
        visit.page.keyboard.press(key)

    assert visit.queue == before
    assert visit.events("moved") == []


def test_a_locked_track_keeps_its_place_until_it_is_let_go(visit: Visit) -> None:
    kept = visit.queue[2]
    hold = visit.row(3).get_by_role("button", name=re.compile("in its place$"))

    hold.click()
    locked = visit.arrived("lock")
    assert (locked["track_id"], locked["rank"]) == (kept, 3)
    visit.settled()
    visit.say("loud rock, fast")
    expect(visit.line).to_contain_text("moved up")
    assert visit.queue[2] == kept

    expect(hold).to_have_attribute("aria-pressed", "true")
    hold.click()
    unlocked = visit.arrived("unlock")
    assert unlocked["track_id"] == kept
    slots = visit.told("queue", after=unlocked["event_id"])["slots"]
    assert not any(slot.get("locked") for slot in slots)


@pytest.mark.parametrize("by", ["name", "sound"])
def test_a_track_that_was_found_comes_next(by: str, visit: Visit) -> None:
    wanted = visit.row(9).locator(".name").inner_text() if by == "name" else "calm piano"

    visit.page.get_by_role("combobox", name="Find a track to queue").fill(wanted)
    option = visit.page.locator("#found [data-track]").first
    option.wait_for(timeout=60_000)  # the text tower may still be loading
    expect(option).to_have_attribute("aria-selected", "true")
    found = option.get_attribute("data-track")
    if by == "name":
        expect(option).to_contain_text(wanted)
    visit.page.keyboard.press("Enter")

    expect(visit.toast).to_contain_text("comes next")
    assert visit.queue[0] == found
    assert visit.arrived("enqueue")["playlist"] == [found]


def test_a_click_on_the_map_queues_a_track(visit: Visit) -> None:
    panel = visit.tab("Map")
    star = panel.locator(".star").nth(7)
    wanted = star.get_attribute("data-track")
    box = star.bounding_box()
    assert box is not None

    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(panel.locator(".picked")).not_to_be_empty()
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    assert visit.arrived("enqueue")["playlist"] == [wanted]


def test_the_map_is_walked_by_arrows_and_told_in_words(visit: Visit) -> None:
    panel = visit.tab("Map")
    drawing = panel.get_by_role("application")
    drawing.focus()

    visit.page.keyboard.press("ArrowRight")
    expect(panel.locator(".picked")).not_to_be_empty()
    visit.page.keyboard.press("Enter")

    visit.arrived("enqueue")
    panel.get_by_text("The map in words").click()
    cells = panel.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts()
    assert cells[0] == "Next 1"
    assert all(cells)
