"""The page for everyone: screen readers, keyboards, small windows, little motion."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.player.conftest import Visiting
from tests.player.visit import Visit

TABS = ("Up Next", "Why", "Compass", "Map")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(scheme: str, visiting: Visiting) -> None:
    visit = visiting(color_scheme=scheme, reduced_motion="reduce")
    visit.play()
    visit.skip()
    visit.say("calm piano, no drums")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    visit.pause()

    for name in TABS:
        visit.tab(name)
        visit.page.wait_for_timeout(100)
        assert serious(visit) == [], name
    visit.button("What you did").click()
    assert serious(visit) == [], "the sheet of acts"


def serious(visit: Visit) -> list[str]:
    """Return axe's serious and critical findings on the page as it stands."""
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_width_scrolls_sideways(width: int, visiting: Visiting) -> None:
    visit = visiting(viewport={"width": width, "height": 780})
    visit.say("calm piano, no drums")
    visit.page.locator(".chip:not(.waiting)").wait_for()

    for name in TABS:
        visit.tab(name)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_whole_journey_by_keyboard(visit: Visit) -> None:
    press = visit.page.keyboard.press
    press("Space")
    visit.button("Pause").wait_for()
    press("l")
    visit.arrived("liked")
    press("n")
    visit.arrived("skipped")
    press("/")
    visit.page.keyboard.type("calm piano")
    press("Enter")
    expect(visit.line).to_contain_text("“calm piano”")
    press("Tab")  # out of the box: letters are keys again
    press("u")
    expect(visit.toast).to_contain_text("Taken back: Said “calm piano”")
    press("2")
    expect(visit.page.get_by_role("tabpanel", name="Why")).to_be_visible()
    press("1")
    visit.page.get_by_role("tab", name="Up Next").focus()
    press("ArrowRight")
    expect(visit.page.get_by_role("tab", name="Why")).to_be_focused()
    press("?")
    expect(visit.page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    press("Escape")
    expect(visit.page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_everything_that_takes_the_focus_shows_it(visit: Visit) -> None:
    seen = set()
    for _ in range(24):
        visit.page.keyboard.press("Tab")
        name, outline = visit.page.evaluate(
            "(() => { const one = document.activeElement;"
            " return [one.id || one.className, getComputedStyle(one).outlineStyle]; })()"
        )
        assert outline == "solid", name
        seen.add(name)
    assert {"find", "play", "say", "tab-queue", "grip"} <= seen


def test_keys_of_one_letter_can_be_switched_off(visit: Visit) -> None:
    visit.button("Keyboard shortcuts").click()
    visit.page.get_by_label("Shortcuts of a single key").uncheck()
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("tab", name="Up Next").focus()

    visit.page.keyboard.press("2")

    expect(visit.page.get_by_role("tab", name="Up Next")).to_have_attribute("aria-selected", "true")


def test_what_changed_is_announced_politely(visit: Visit) -> None:
    visit.say("calm piano")

    voice = visit.page.locator("#announcer")
    expect(voice).to_have_attribute("aria-live", "polite")
    expect(voice).to_contain_text("“calm piano”: ")


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(visit: Visit) -> None:
    more = visit.row(2).locator("[data-does=menu]")
    more.focus()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("ArrowDown")
    expect(visit.page.get_by_role("menuitem", name="Play next")).to_be_focused()

    visit.page.keyboard.press("Escape")

    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


def test_little_motion_is_respected(visiting: Visiting) -> None:
    visit = visiting(reduced_motion="reduce")

    visit.say("calm piano")
    visit.page.locator(".chip:not(.waiting)").wait_for()

    gliding = "document.getAnimations().filter((one) => one.constructor === Animation).length"
    assert visit.page.evaluate(gliding) == 0


def test_colours_follow_the_system_until_somebody_chooses(visiting: Visiting) -> None:
    visit = visiting(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = visit.page.evaluate(ground)

    visit.page.get_by_role("button", name="Colours: as the system has it").click()
    light = visit.page.evaluate(ground)
    visit.reload()

    assert light != dark
    assert visit.page.evaluate(ground) == light
