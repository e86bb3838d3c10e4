"""Playing, and the truth about what was heard."""

from playwright.sync_api import expect

from tests.player.visit import Visit


def test_a_first_visit_shows_a_queue_that_waits_for_play(visit: Visit) -> None:
    expect(visit.page.locator("#facts")).to_have_text("Press play to begin")
    assert len(visit.queue) >= 20
    assert visit.row(1).locator(".name").inner_text() == visit.title


def test_play_begins_with_the_first_track_and_reports_it(visit: Visit) -> None:
    first = visit.queue[0]

    visit.play()

    started = visit.arrived("started")
    assert started["track_id"] == first
    assert started["position_seconds"] == 0
    assert first not in visit.queue


def test_next_reports_the_second_at_which_the_track_was_left(visit: Visit) -> None:
    visit.play()
    visit.skip()

    skipped = visit.arrived("skipped")
    assert 0 < skipped["position_seconds"] < 5
    assert 12 <= skipped["duration_seconds"] < 14


def test_a_track_heard_to_its_end_is_completed_and_the_next_one_sounds(visit: Visit) -> None:
    visit.play()
    first = visit.title

    visit.page.get_by_label("Position in the track").fill("11.4")

    completed = visit.arrived("completed")
    assert completed["position_seconds"] == completed["duration_seconds"] >= 12
    expect(visit.page.locator("#title")).not_to_have_text(first)
    visit.until(lambda: len(visit.events("started")) == 2, "the next track's start")


def test_what_is_loaded_ahead_is_held_for_the_player(visit: Visit) -> None:
    visit.play()
    visit.page.get_by_label("Position in the track").fill("9")

    shown = visit.arrived("shown")
    assert shown["frozen"] == 1
    assert shown["playlist"][0] == visit.queue[0]


def test_previous_goes_back_to_the_track_before(visit: Visit) -> None:
    visit.play()
    first = visit.title
    visit.skip()

    visit.button("Previous").click()

    expect(visit.page.locator("#title")).to_have_text(first)


def test_a_like_is_told_and_a_second_press_takes_it_back(visit: Visit) -> None:
    visit.play()

    visit.button("Like").click()
    liked = visit.arrived("liked")
    expect(visit.button("Like")).to_have_attribute("aria-pressed", "true")
    visit.button("Like").click()

    expect(visit.button("Like")).to_have_attribute("aria-pressed", "false")
    assert visit.arrived("undo")["target_event_id"] == liked["event_id"]


def test_a_dislike_goes_on_to_the_next_track_without_a_skip(visit: Visit) -> None:
    visit.play()
    first = visit.title

    visit.button("Dislike").click()

    visit.arrived("disliked")
    expect(visit.page.locator("#title")).not_to_have_text(first)
    assert visit.events("skipped") == []


def test_a_reload_finds_the_session_the_track_and_the_second(visit: Visit) -> None:
    visit.play()
    visit.skip()
    visit.hear(0.5)
    visit.pause()
    visit.settled()
    session, title, queue = visit.session, visit.title, visit.queue

    visit.reload()

    expect(visit.page.locator("#title")).to_have_text(title)
    visit.settled()
    assert visit.session == session
    assert visit.queue == queue
    visit.play()
    assert visit.page.evaluate("audio.currentTime") > 0.4
    visit.settled()
    assert len(visit.events("started")) == 2


def test_volume_and_mute_are_the_audios_own(visit: Visit) -> None:
    visit.page.get_by_label("Volume").fill("0.3")
    visit.button("Mute").click()

    sound = visit.page.evaluate("[audio.volume, audio.muted]")
    assert sound == [0.3, True]
