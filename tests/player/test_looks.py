"""Pictures of the page, kept to be looked at."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.player.conftest import Visiting

FOLDER = Path(__file__).parents[2] / "artefacts" / "player"

WINDOWS: Mapping[str, dict[str, Any]] = {
    "desk-light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "desk-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone-light": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "has_touch": True,
        "device_scale_factor": 2,
    },
}


@pytest.mark.parametrize("window", WINDOWS)
def test_pictures_are_taken_of_every_tab(
    window: str, visiting: Visiting, record_property: Callable[[str, object], None]
) -> None:
    visit = visiting(**WINDOWS[window], reduced_motion="reduce")
    FOLDER.mkdir(parents=True, exist_ok=True)
    visit.play()
    visit.skip()
    visit.skip()
    visit.button("Like").click()
    visit.say("something calmer, no drums")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    visit.row(4).locator(".hold").click()
    visit.settled()
    pictures = []
    for name in ("Up Next", "Why", "Compass", "Map"):
        visit.tab(name)
        visit.page.wait_for_timeout(150)
        picture = FOLDER / f"{window}-{name.lower().replace(' ', '-')}.png"
        visit.page.screenshot(path=picture, full_page=window.startswith("phone"))
        pictures.append(picture)

    record_property("pictures", str(FOLDER))
    assert len({picture.read_bytes() for picture in pictures}) == 4
