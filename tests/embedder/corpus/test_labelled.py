from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.corpus.labelled import (
    DATA,
    FILES,
    Labelled,
    Part,
    near_duplicates,
    read_labelled,
    shipped_sentences,
    split,
)
from embedder.errors import UnusableRecording


def test_at_least_700_sentences_of_three_sources_ship() -> None:
    sentences = shipped_sentences()

    texts = {sentence.text.casefold() for sentence in sentences}
    labels = Counter((sentence.source, sentence.descriptive) for sentence in sentences)
    assert len(texts) >= 700
    assert len(labels) == 6
    assert min(labels.values()) >= 90


def test_no_sentence_has_two_labels() -> None:
    labels: dict[str, set[bool]] = {}
    for sentence in shipped_sentences():
        labels.setdefault(sentence.text.casefold(), set()).add(sentence.descriptive)

    assert [text for text, found in labels.items() if len(found) > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_sentences_has_its_licence_in_the_notice(path: Path) -> None:
    notice = (DATA / "NOTICE.md").read_text("utf-8")

    assert f"`{path.name}`" in notice


def test_every_source_is_spread_over_all_parts() -> None:
    parts = split(shipped_sentences())

    for part in Part:
        assert {sentence.source for sentence in parts[part]} == {"musiccaps", "cpcd", "written"}
        assert {sentence.descriptive for sentence in parts[part]} == {True, False}


def test_the_parts_hold_every_sentence_once() -> None:
    sentences = shipped_sentences()

    parts = split(sentences)

    assert Counter(s for part in parts.values() for s in part) == Counter(sentences)


def test_near_duplicates_are_in_one_part_whatever_their_source() -> None:
    sentences = [
        Labelled(f"The audio quality of take {n} is really poor{end}", False, source)
        for n in range(40)
        for end, source in [("", "a"), ("!", "b"), (", sadly", "c")]
    ]

    filled = [part for part in split(sentences).values() if part]

    assert len(filled) == 1


def test_groups_reach_from_neighbour_to_neighbour() -> None:
    chain = ["a b c d", "b c d e", "c d e f", "x y z"]

    assert near_duplicates(chain) == [[0, 1, 2], [3]]


@settings(max_examples=30)
@given(order=st.permutations(range(12)))
def test_the_part_of_a_sentence_does_not_hang_on_the_order(order: list[int]) -> None:
    sentences = [Labelled(f"{'abcdefghijkl'[n]} word{n}", True, "s") for n in range(12)]

    parts, shuffled = split(sentences), split([sentences[row] for row in order])

    assert {part: set(found) for part, found in parts.items()} == {
        part: set(found) for part, found in shuffled.items()
    }


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"text": "x", "label": 2, "source": "s"}', "label"),
        ('{"text": "", "label": 1, "source": "s"}', "text"),
        ('{"text": "x", "label": 1}', "source"),
        ("[]", None),
        ("{", None),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, field: str | None) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(f'{{"text": "x", "label": 1, "source": "s"}}\n{line}\n')

    with pytest.raises(UnusableRecording) as caught:
        read_labelled(path)

    assert (caught.value.line, caught.value.field) == (2, field)
