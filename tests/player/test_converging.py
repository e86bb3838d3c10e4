"""One session in several places, and through a network that goes away."""

from playwright.sync_api import expect

from tests.player.conftest import Visiting
from tests.player.visit import Visit


def test_two_tabs_come_to_the_same_queue(visit: Visit, visiting: Visiting) -> None:
    other = visiting(visit.page.context)
    assert other.session == visit.session

    visit.say("calm piano, no drums")
    expect(visit.line).to_contain_text("moved up")
    other.choose(4, "Not now")

    visit.settled()
    other.settled()
    removed = other.arrived("removed")["track_id"]
    other.until(lambda: visit.queue == other.queue, "one queue in both")
    assert removed not in visit.queue


def test_a_second_tab_shows_what_the_first_plays_and_only_one_sounds(
    visit: Visit, visiting: Visiting
) -> None:
    other = visiting(visit.page.context)
    visit.play()
    expect(other.page.locator("#facts")).not_to_have_text("Press play to begin")
    expect(other.page.locator("#title")).to_have_text(visit.title)

    other.button("Play").click()

    other.button("Pause").wait_for()
    visit.button("Play").wait_for()
    visit.settled()
    assert len(visit.events("started")) == 1


def test_another_device_takes_back_what_this_one_did(visit: Visit, visiting: Visiting) -> None:
    visit.say("calm piano")
    visit.page.locator(".chip:not(.waiting)").wait_for()
    visit.settled()
    phone = visiting(viewport={"width": 390, "height": 800})
    phone.page.evaluate(
        "session => localStorage.setItem('upnext.session', session)",
        visit.page.evaluate("localStorage.getItem('upnext.session')"),
    )
    phone.reload()

    phone.page.get_by_role("button", name="Take back “calm piano”").click()

    phone.arrived("undo")
    phone.until(lambda: visit.queue == phone.queue, "one queue on both")


def test_a_tab_goes_along_into_a_session_that_another_begins(
    visit: Visit, visiting: Visiting
) -> None:
    other = visiting(visit.page.context)
    visit.play()
    before = visit.session

    other.button("What you did").click()
    other.button("Begin a new session").click()

    visit.until(lambda: visit.session["sessionId"] != before["sessionId"], "another session")
    visit.button("Play").wait_for()
    visit.until(lambda: bool(visit.queue) and visit.queue == other.queue, "one queue in both")


def test_what_is_done_offline_is_sent_when_the_network_is_back(visit: Visit) -> None:
    before = visit.queue
    visit.away = True
    visit.page.context.set_offline(True)

    visit.choose(2, "Not now")
    second = visit.queue[1]  # ranked anew on the device
    visit.choose(2, "Like")

    expect(visit.page.locator("#notice")).to_contain_text("You are offline. 2 acts kept")
    assert visit.events("removed") == []
    visit.page.context.set_offline(False)
    assert visit.arrived("removed")["track_id"] == before[1]
    assert visit.arrived("liked")["track_id"] == second
    expect(visit.page.locator("#notice")).to_be_empty()


def test_what_was_not_sent_survives_a_reload(visit: Visit) -> None:
    visit.away = True
    visit.page.route("**/v1/events", lambda route: route.abort())
    visit.choose(2, "Not now")
    removed = visit.page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('upnext-outbox:')).length"
    )
    assert removed == 1

    visit.page.unroute("**/v1/events")
    visit.reload()

    visit.arrived("removed")


def test_a_refusal_is_told_in_words(visit: Visit) -> None:
    visit.away = True
    problem = '{"type":"/problems/x","title":"No","status":422,"detail":"that cannot be said here"}'
    visit.page.route(
        "**/v1/intents",
        lambda route: route.fulfill(
            status=422, content_type="application/problem+json", body=problem
        ),
    )

    visit.say("something odd")

    expect(visit.toast).to_contain_text("Not accepted: that cannot be said here")
