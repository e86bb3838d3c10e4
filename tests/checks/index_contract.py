"""What every vector index must do; run over each by `tests/embedder/test_index.py`."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from embedder.errors import UnusableVector
from embedder.index import Between, Collection, Equals, KeyKind, Point, VectorIndex, poles

OpenIndex = Callable[[], VectorIndex]

DIMENSION = 8


def unit_vectors(n: int, dimension: int = DIMENSION, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(n, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def tracks(
    index: VectorIndex,
    space: str = "space-a",
    dimension: int = DIMENSION,
    filtered: Mapping[str, KeyKind] | None = None,
) -> Collection:
    return index.collection("tracks", dimension=dimension, space=space, filtered=filtered or {})


def dated(n: int) -> list[Point]:
    genres = ("jazz", "folk", "metal")
    return [
        Point(f"t{i}", vector, {"genre": genres[i % 3], "year": 1950 + i})
        for i, vector in enumerate(unit_vectors(n))
    ]


class IndexContract:
    def test_an_empty_collection_answers_every_question(self, index: VectorIndex) -> None:
        collection = tracks(index)

        assert collection.count() == 0
        assert collection.fetch(["t1"]) == {}
        assert list(collection.scroll()) == []
        assert collection.search(np.ones(DIMENSION, np.float32), limit=5) == ()

    def test_a_collection_knows_its_space_and_dimension(self, index: VectorIndex) -> None:
        collection = tracks(index)

        assert (collection.space, collection.dimension) == ("space-a", DIMENSION)

    def test_collections_of_two_tenants_have_nothing_in_common(self, index: VectorIndex) -> None:
        names = ("tracks", "acme.tracks", "acme-eu.tracks")
        collections = [index.collection(n, dimension=DIMENSION, space="space-a") for n in names]

        collections[1].upsert(dated(3))
        index.drop("acme-eu.tracks")

        assert [collection.count() for collection in collections[:2]] == [0, 3]

    @pytest.mark.parametrize("name", ["", ".", "..", ".tracks", "a/tracks", "a tracks", "x" * 65])
    def test_a_collection_is_called_as_a_file_may_be(self, index: VectorIndex, name: str) -> None:
        with pytest.raises(ValueError, match="collection name .* letters, digits"):
            index.spaces(name)

    def test_writing_twice_is_one_point_with_the_last_vector_and_payload(
        self, index: VectorIndex
    ) -> None:
        collection = tracks(index)
        before, after = unit_vectors(2)

        collection.upsert([Point("t1", before, {"genre": "jazz", "year": 1959})])
        collection.upsert([Point("t1", after, {"genre": "folk"})])

        (point,) = collection.scroll()
        assert (point.id, point.payload) == ("t1", {"genre": "folk"})
        assert np.array_equal(point.vector, after)
        assert collection.count() == 1

    def test_what_is_fetched_is_what_was_written_bit_for_bit(self, index: VectorIndex) -> None:
        collection = tracks(index)
        vectors = unit_vectors(3) * np.float32(1.7)
        collection.upsert(Point(f"t{i}", vector) for i, vector in enumerate(vectors))

        found = collection.fetch(["t0", "nobody", "t2"])

        assert found.keys() == {"t0", "t2"}
        assert found["t2"].dtype == np.float32
        assert np.array_equal(np.stack([found["t0"], found["t2"]]), vectors[[0, 2]])

    def test_search_orders_points_as_a_matrix_product_does(self, index: VectorIndex) -> None:
        collection = tracks(index, dimension=32)
        library, queries = unit_vectors(300, 32), 3 * unit_vectors(20, 32, seed=1)
        collection.upsert(Point(f"t{i}", vector) for i, vector in enumerate(library))

        for query in queries:
            hits = collection.search(query, limit=25)

            scores = library @ query
            best = np.argsort(-scores, kind="stable")[:25]
            assert [hit.id for hit in hits] == [f"t{i}" for i in best]
            assert np.allclose([hit.score for hit in hits], scores[best], atol=1e-5)

    def test_equal_scores_come_in_the_order_of_their_ids(self, index: VectorIndex) -> None:
        collection = tracks(index)
        vector = unit_vectors(1)[0]
        collection.upsert(Point(id_, vector) for id_ in ("c", "a", "b"))

        assert [hit.id for hit in collection.search(vector, limit=3)] == ["a", "b", "c"]

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_search_for_no_hits_finds_none(self, index: VectorIndex, limit: int) -> None:
        collection = tracks(index)
        collection.upsert(dated(3))

        assert collection.search(unit_vectors(1)[0], limit=limit) == ()

    @pytest.mark.parametrize("filtered", [{}, {"genre": "keyword", "year": "integer"}])
    @pytest.mark.parametrize(
        "where, expected",
        [
            ([Equals("genre", "jazz")], {0, 3, 6, 9}),
            ([Equals("year", 1954)], {4}),
            ([Between("year", 1952, 1954)], {2, 3, 4}),
            ([Between("year", least=1958)], {8, 9}),
            ([Between("year", most=1950.5)], {0}),
            ([Equals("genre", "jazz"), Between("year", 1951, 1957)], {3, 6}),
            ([Equals("genre", "polka")], set()),
            ([Equals("mood", "blue")], set()),
        ],
    )
    def test_filters_must_all_hold(
        self,
        index: VectorIndex,
        filtered: dict[str, KeyKind],
        where: list[Equals | Between],
        expected: set[int],
    ) -> None:
        collection = tracks(index, filtered=filtered)
        collection.upsert(dated(10))

        hits = collection.search(unit_vectors(1)[0], limit=10, where=where)

        assert {hit.id for hit in hits} == {f"t{i}" for i in expected}

    def test_a_hit_carries_the_payload_as_it_was_written(self, index: VectorIndex) -> None:
        collection = tracks(index)
        payload = {"title": "Blå", "year": 1959, "gain": -1.5, "vocals": True, "album": None}
        collection.upsert([Point("t1", unit_vectors(1)[0], payload)])

        (hit,) = collection.search(unit_vectors(1)[0], limit=1)

        assert hit.payload == payload

    def test_what_is_removed_is_gone_and_may_come_back(self, index: VectorIndex) -> None:
        collection = tracks(index)
        points = dated(4)
        collection.upsert(points)

        collection.remove(["t1", "t2", "nobody"])
        collection.remove(["t1"])
        collection.upsert([points[1]])

        assert {point.id for point in collection.scroll()} == {"t0", "t1", "t3"}
        assert collection.count() == 3
        assert collection.fetch(["t2"]) == {}

    def test_scrolling_meets_every_point_once(self, index: VectorIndex) -> None:
        collection = tracks(index)
        points = dated(2_345)
        collection.upsert(points)

        met = {point.id: point for point in collection.scroll()}

        assert met.keys() == {point.id for point in points}
        assert collection.count() == len(points)
        assert all(np.array_equal(met[p.id].vector, p.vector) for p in points)
        assert all(met[p.id].payload == p.payload for p in points)

    @pytest.mark.parametrize(
        "vector, reason",
        [
            (np.ones(DIMENSION + 1, np.float32), r"shape is \(9,\), not \(8,\)"),
            (np.ones((1, DIMENSION), np.float32), r"shape is \(1, 8\)"),
            (np.array([1, 1, np.nan, 1, 1, 1, 1, 1], np.float32), "value 2 is not finite"),
            (np.array([1, 1, 1, 1, 1, 1, 1, -np.inf], np.float32), "value 7 is not finite"),
        ],
    )
    def test_a_vector_that_does_not_fit_is_refused_and_nothing_written(
        self, index: VectorIndex, vector: NDArray[np.float32], reason: str
    ) -> None:
        collection = tracks(index)

        with pytest.raises(UnusableVector, match=f"'bad'.*{reason}"):
            collection.upsert([*dated(2), Point("bad", vector)])
        with pytest.raises(UnusableVector, match=f"the query.*{reason}"):
            collection.search(vector, limit=1)

        assert collection.count() == 0

    def test_a_payload_may_not_use_the_names_that_the_index_writes(
        self, index: VectorIndex
    ) -> None:
        with pytest.raises(ValueError, match="payload of 't1' uses 'id'"):
            tracks(index).upsert([Point("t1", unit_vectors(1)[0], {"id": "mine"})])

    def test_two_spaces_live_side_by_side_each_with_vectors_and_sizes_of_its_own(
        self, index: VectorIndex
    ) -> None:
        old, new = tracks(index), tracks(index, space="space-b", dimension=3)
        before, after = unit_vectors(4), unit_vectors(2, 3)
        old.upsert(Point(f"t{i}", vector) for i, vector in enumerate(before))

        new.upsert(Point(f"t{i}", vector) for i, vector in enumerate(after))

        assert (old.count(), new.count()) == (4, 2)
        assert np.array_equal(np.stack(list(old.fetch(["t0", "t1"]).values())), before[:2])
        assert np.array_equal(np.stack(list(new.fetch(["t0", "t1"]).values())), after)
        assert {point.id for point in old.scroll()} == {"t0", "t1", "t2", "t3"}
        assert {point.id for point in new.scroll()} == {"t0", "t1"}

    def test_a_search_meets_only_what_has_a_vector_in_its_space(self, index: VectorIndex) -> None:
        old, new = tracks(index), tracks(index, space="space-b")
        old.upsert(dated(6))
        new.upsert(dated(6)[:2])

        hits = new.search(unit_vectors(1)[0], limit=10)

        assert {hit.id for hit in hits} == {"t0", "t1"}

    def test_filters_hold_in_every_space_for_a_track_has_one_payload(
        self, index: VectorIndex
    ) -> None:
        filtered: dict[str, KeyKind] = {"genre": "keyword", "year": "integer"}
        old = tracks(index, filtered=filtered)
        new = tracks(index, space="space-b", filtered=filtered)
        old.upsert(dated(9))
        new.upsert(dated(9))

        where = [Equals("genre", "jazz"), Between("year", 1951, 1957)]
        found = [c.search(unit_vectors(1)[0], 9, where) for c in (old, new)]

        assert [{hit.id for hit in hits} for hits in found] == [{"t3", "t6"}] * 2

    def test_a_payload_written_in_one_space_is_read_in_the_other(self, index: VectorIndex) -> None:
        old, new = tracks(index), tracks(index, space="space-b")
        vector = unit_vectors(1)[0]
        old.upsert([Point("t1", vector, {"title": "Blau", "genre": "jazz"})])

        new.upsert([Point("t1", vector, {"title": "Blå"})])

        (hit,) = old.search(vector, limit=1)
        assert hit.payload == {"title": "Blå"}

    def test_what_is_removed_from_one_space_stays_in_the_other_and_from_both_is_gone(
        self, index: VectorIndex
    ) -> None:
        old, new = tracks(index), tracks(index, space="space-b")
        old.upsert(dated(2))
        new.upsert(dated(2))

        old.remove(["t0"])
        old.remove(["t1"])
        new.remove(["t1", "nobody"])

        assert (old.count(), new.count()) == (0, 1)
        assert new.fetch(["t0"]).keys() == {"t0"}

    def test_a_collection_tells_the_spaces_it_holds(self, index: VectorIndex) -> None:
        assert index.spaces("tracks") == {}

        tracks(index)
        tracks(index, space="space-b", dimension=3)

        assert index.spaces("tracks") == {"space-a": DIMENSION, "space-b": 3}

    def test_another_dimension_in_the_same_space_is_refused(self, index: VectorIndex) -> None:
        tracks(index)

        with pytest.raises(UnusableVector, match="4 dimensions in the space 'space-a'.*have 8"):
            tracks(index, dimension=4)

    def test_a_dropped_collection_forgets_every_space(self, index: VectorIndex) -> None:
        tracks(index).upsert(dated(3))
        tracks(index, space="space-b").upsert(dated(3))

        index.drop("tracks")
        index.drop("tracks")

        assert tracks(index, dimension=4).count() == 0
        assert tracks(index, space="space-b").count() == 0

    def test_of_two_points_with_one_id_in_one_write_the_last_counts(
        self, index: VectorIndex
    ) -> None:
        collection = tracks(index)
        first, last = unit_vectors(2)

        collection.upsert([Point("t1", first, {"year": 1}), Point("t1", last, {"year": 2})])

        (point,) = collection.scroll()
        assert point.payload == {"year": 2}
        assert np.array_equal(point.vector, last)

    def test_a_direction_is_named_by_the_words_at_both_its_ends(self, index: VectorIndex) -> None:
        words = index.collection("texts", dimension=2, space="space-a")
        on_a_line = {"silent": -1.0, "calm": -0.5, "lively": 0.5, "loud": 1.0}
        words.upsert(Point(word, np.float32([at, 0.1])) for word, at in on_a_line.items())

        named = poles(words, np.float32([2, 0]), limit=2)

        assert [(hit.id, round(hit.score, 3)) for hit in named.nearest] == [
            ("loud", 2.0),
            ("lively", 1.0),
        ]
        assert [(hit.id, round(hit.score, 3)) for hit in named.farthest] == [
            ("silent", -2.0),
            ("calm", -1.0),
        ]

    def test_collections_are_apart(self, index: VectorIndex) -> None:
        texts = index.collection("texts", dimension=4, space="space-b")
        tracks(index).upsert(dated(3))

        assert texts.count() == 0

    @pytest.mark.parametrize("name", ["", "../escape", "a b", "x" * 65])
    def test_a_name_that_is_no_file_name_is_refused(self, index: VectorIndex, name: str) -> None:
        with pytest.raises(ValueError, match="collection name"):
            index.collection(name, dimension=4, space="space-a")

    def test_opening_a_collection_twice_shows_the_same_points(self, index: VectorIndex) -> None:
        tracks(index).upsert(dated(3))

        assert tracks(index, filtered={"genre": "keyword"}).count() == 3

    def test_closing_twice_does_no_harm(self, index: VectorIndex) -> None:
        tracks(index)

        index.close()
        index.close()
