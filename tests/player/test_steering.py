"""Words, verdicts and the compass change the queue, and each can be taken back."""

import re

import pytest
from playwright.sync_api import expect

from tests.player.conftest import Visiting
from tests.player.visit import Visit


def test_words_change_the_queue_and_a_line_says_why(visit: Visit) -> None:
    before = visit.queue

    visit.say("something calmer, no drums")

    expect(visit.line).to_contain_text("“something calmer, no drums”: ")
    expect(visit.line).to_contain_text("pieces moved up")
    assert visit.queue[:5] != before[:5]


def test_clauses_become_chips_and_closing_one_takes_it_back(visit: Visit) -> None:
    before = visit.queue
    visit.say("calm piano, no drums")
    chip = visit.page.locator(".chip:not(.waiting)")
    expect(chip.locator(".clause")).not_to_have_count(0)
    expect(chip).to_contain_text("no drums")

    chip.get_by_role("button", name=re.compile("^Take back")).click()

    expect(chip).to_have_count(0)
    visit.until(lambda: visit.queue == before, "the queue as it was")


def test_skips_and_words_are_told_in_one_line(visit: Visit) -> None:
    visit.play()
    visit.skip()
    visit.skip()

    visit.say("calmer")

    expect(visit.line).to_contain_text("2 skips and “calmer”")


def test_a_like_moves_the_queue_before_the_gateway_has_answered(visit: Visit) -> None:
    visit.play()
    visit.settled()
    before = visit.queue
    visit.page.route("**/v1/events", lambda route: None)  # no answer for as long as we look

    visit.button("Like").click()

    visit.until(lambda: visit.queue != before, "another order", seconds=2)
    expect(visit.page.locator("#queue")).to_have_attribute("aria-busy", "true")
    guessed = visit.queue
    visit.page.unroute("**/v1/events")
    visit.away = True
    visit.reload()  # what waited is sent by the page that comes back
    visit.arrived("liked")
    visit.settled()
    visit.until(lambda: set(visit.queue) >= set(guessed[:3]), "the gateway's own order")


def test_a_toast_undoes_what_it_tells_of(visit: Visit) -> None:
    before = visit.queue
    visit.choose(3, "Not now")
    assert before[2] not in visit.queue

    visit.toast.get_by_role("button", name="Undo").click()

    visit.until(lambda: visit.queue == before, "the queue as it was")


def test_any_act_can_be_undone_from_the_list(visit: Visit) -> None:
    visit.play()
    skipped = visit.title
    visit.skip()
    visit.say("calm piano")
    skip = visit.arrived("skipped")

    visit.button("What you did").click()
    visit.button(f"Undo: Skipped “{skipped}” at {skip['position_seconds']:.0f} s").click()

    expect(visit.page.locator("#acts-list")).to_contain_text("taken back")
    assert visit.arrived("undo")["target_event_id"] == skip["event_id"]


def test_never_holds_in_this_session_and_in_the_next(visit: Visit) -> None:
    banned = visit.queue[1]
    visit.choose(2, "Never this track")
    visit.arrived("disliked")
    visit.settled()
    assert banned not in visit.queue
    session = visit.session

    visit.button("What you did").click()
    visit.button("Begin a new session").click()

    visit.until(lambda: visit.session["sessionId"] != session["sessionId"], "another session")
    expect(visit.rows).not_to_have_count(0)
    assert visit.session["listenerId"] == session["listenerId"]
    visit.settled()
    assert banned in str(visit.arrived("start")["rules"])
    assert banned not in [slot["track_id"] for slot in visit.told("queue")["slots"]]


def test_never_an_artist_takes_all_of_theirs_out_and_undo_brings_them_back(visit: Visit) -> None:
    artist = visit.row(1).locator(".by").inner_text().split(" · ")[0]
    before = visit.queue
    visit.choose(1, f"Never {artist}")
    visit.settled()
    names = visit.rows.locator(".by").all_inner_texts()
    assert artist not in {name.split(" · ")[0] for name in names}

    visit.toast.get_by_role("button", name="Undo").click()

    visit.until(lambda: visit.queue == before, "the queue as it was")


def test_guest_mode_is_told_to_the_session(visit: Visit) -> None:
    guest = visit.page.get_by_role("switch", name="Guest")

    guest.click()

    expect(guest).to_be_checked()
    assert visit.arrived("start")["mode"] == "guest"
    visit.reload()
    expect(guest).to_be_checked()


def test_a_slider_of_the_compass_changes_the_queue(visit: Visit) -> None:
    visit.say("calm piano")
    expect(visit.line).to_contain_text("moved up")
    visit.settled()
    before = visit.queue
    slider = visit.tab("Compass").get_by_role("slider").first
    word = slider.get_attribute("data-word")
    was = float(slider.input_value())
    assert was > 0

    slider.focus()
    slider.press("Home")

    expect(visit.toast).to_contain_text(f"Compass: less {word}")
    visit.tab("Up Next")
    visit.until(lambda: visit.queue != before, "another queue")
    strengths = {one["word"]: one["strength"] for one in visit.told("compass")["words"]}
    assert strengths[word] < was


@pytest.mark.parametrize("is_there", [True, False])
def test_the_microphone_is_shown_only_where_the_browser_listens(
    is_there: bool, visiting: Visiting
) -> None:
    visit = visiting()
    engine = RECOGNITION if is_there else "delete window.webkitSpeechRecognition"
    visit.page.add_init_script(f"delete window.SpeechRecognition; {engine}")
    visit.reload()

    mic = visit.button("Speak")
    if not is_there:
        expect(mic).to_be_hidden()
        return
    mic.click()
    expect(visit.page.locator(".chip")).to_contain_text("calm")
    assert visit.arrived_words()["source"] == "spoken"


RECOGNITION = """
window.SpeechRecognition = class extends EventTarget {
  start() {
    const heard = [{ transcript: "calm piano", confidence: 0.8 }];
    const result = Object.assign(heard, { isFinal: true });
    this.dispatchEvent(Object.assign(new Event("result"), { results: [result] }));
    this.dispatchEvent(new Event("end"));
  }
  stop() {}
};
"""
"""A recogniser that hears "calm piano": the engine of a headless browser has no ears."""
