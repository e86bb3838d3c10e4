"""The page's own arithmetic, by hand, in the browser that runs it."""

from typing import Any

import pytest

from tests.player.visit import Visit


def of_module(visit: Visit, path: str, expression: str) -> Any:
    """Evaluate an expression over a module `m` of the page."""
    return visit.page.evaluate(f"import('/player/{path}').then((m) => {expression})")


def test_moves_are_counted_among_those_that_stay(visit_once: Visit) -> None:
    moves = of_module(
        visit_once, "session/moves.js", "[...m.movesBetween(['a','b','c','d'], ['d','b','c','e'])]"
    )

    assert moves == [["d", 2], ["b", -1], ["c", -1], ["e", "new"]]


def test_a_queue_that_is_all_new_marks_nobody(visit_once: Visit) -> None:
    after = "['a', ...'nopqrst']"
    marks = of_module(
        visit_once, "session/moves.js", f"[...m.marksOf(m.movesBetween(['a'], {after}))]"
    )

    assert marks == [["a", 0]]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("m.clock(75.9)", "1:15"),
        ("m.clock(NaN)", "0:00"),
        ("m.signed(-0.004)", "0.00"),
        ("m.signed(-0.25)", "−0.25"),
        ("m.some(1, 'undo')", "an undo"),
        ("m.some(2, 'skip')", "2 skips"),
        ("m.listed(['a', 'b', 'c'])", "a, b and c"),
        ("m.distinct(['tender', 'tenderness', 'drums', 'drum groove'])", ["tender", "drums"]),
    ],
)
def test_numbers_and_lists_are_said_as_people_say_them(
    said: str, meant: object, visit_once: Visit
) -> None:
    assert of_module(visit_once, "core/format.js", said) == meant


def test_the_same_track_is_always_drawn_the_same_and_others_differ(visit_once: Visit) -> None:
    draw = """(() => {
      const tracks = { info: (id) => ({ track_id: id, genre: 'jazz', bpm: 90 }), hue: () => 40 };
      return ['a', 'a', 'b'].map((id) => m.artOf(id, tracks).outerHTML);
    })()"""

    first, again, other = of_module(visit_once, "view/art.js", draw)

    assert first == again != other


def test_what_was_acted_is_told_with_what_the_model_turned_to(visit_once: Visit) -> None:
    tell = """(() => {
      const acts = { s1: { id: 's1', kind: 'skipped' }, s2: { id: 's2', kind: 'skipped' },
                     w: { id: 'w', kind: 'said', text: 'calmer' } };
      const story = new m.Story((id) => acts[id]);
      const slots = (ids) => [...ids].map((track_id) => ({ track_id }));
      const words = (piano, loud) =>
        [{ word: 'piano', strength: piano }, { word: 'loud', strength: loud }];
      story.tell({ caused_by: 'start' }, slots('abcd'), 0);
      story.line(words(0, 0));
      story.tell({ caused_by: 's1' }, slots('bcd'), 1000);
      story.tell({ caused_by: 'w', burst: ['s2'] }, slots('dbc'), 2000);
      return story.line(words(2, -1));
    })()"""

    line = of_module(visit_once, "session/story.js", tell)

    assert line == {
        "causes": "2 skips and “calmer”",
        "effect": "piano pieces moved up, loud down",
    }
