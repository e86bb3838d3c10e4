import builtins
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from embedder.errors import IndexBusy, IndexUnavailable, MissingExtra, UnusableVector
from embedder.index import Equals, Point, VectorIndex, open_index, point_uuid
from embedder.index.edge import EdgeIndex
from embedder.index.server import ServerIndex
from tests.checks.index_contract import IndexContract, dated, tracks, unit_vectors


class TestEdgeIndex(IndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[VectorIndex]:
        index = EdgeIndex(tmp_path / "index")
        yield index
        index.close()


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
class TestServerIndex(IndexContract):
    @pytest.fixture
    def index(self) -> Iterator[VectorIndex]:
        index = ServerIndex(QdrantClient(":memory:"))
        yield index
        index.close()


def test_a_reopened_edge_index_keeps_what_was_written(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    tracks(index).upsert(dated(5))
    index.close()

    reopened = EdgeIndex(tmp_path)

    assert tracks(reopened).count() == 5
    assert np.array_equal(tracks(reopened).fetch(["t3"])["t3"], unit_vectors(5)[3])


def test_a_reopened_edge_index_keeps_every_space_and_takes_another(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    tracks(index).upsert(dated(5))
    tracks(index, space="space-b", dimension=3).upsert([Point("t0", unit_vectors(1, 3)[0])])
    index.close()

    reopened = EdgeIndex(tmp_path)

    assert tracks(reopened, space="space-c", dimension=2).count() == 0
    assert tracks(reopened, space="space-b", dimension=3).count() == 1
    assert tracks(reopened).count() == 5
    with pytest.raises(UnusableVector, match="'space-b'.*have 3"):
        tracks(reopened, space="space-b", dimension=8)


def test_a_space_that_a_killed_process_had_begun_is_begun_again(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    tracks(index)
    index.close()
    before = (tmp_path / "tracks/collection.json").read_bytes()
    died = in_another_process(
        tmp_path, then="tracks(index, space='space-b'); os.kill(os.getpid(), 9)"
    )
    assert died.returncode == -9, died.stderr
    (tmp_path / "tracks/collection.json").write_bytes(before)

    assert tracks(EdgeIndex(tmp_path), space="space-b").count() == 0


def test_a_shard_that_a_killed_process_had_half_made_is_made_again(tmp_path: Path) -> None:
    draft = tmp_path / "tracks" / "shard.draft"
    draft.mkdir(parents=True)
    (draft / "edge_config.json").write_text("{")

    assert tracks(EdgeIndex(tmp_path)).count() == 0


def test_a_collection_of_an_earlier_version_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tracks").mkdir()
    old = '{"space":"space-a","dimension":8}'
    (tmp_path / "tracks" / "collection.json").write_text(old)

    with pytest.raises(IndexUnavailable, match="earlier version.*delete it"):
        tracks(EdgeIndex(tmp_path))


def in_another_process(folder: Path, then: str) -> subprocess.CompletedProcess[str]:
    code = f"""
import os
from pathlib import Path
from embedder.index.edge import EdgeIndex
from tests.checks.index_contract import dated, tracks
index = EdgeIndex(Path({str(folder)!r}))
{then}
"""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False
    )


def test_a_second_process_is_told_that_the_index_is_busy_and_harms_nothing(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    tracks(index).upsert(dated(3))

    second = in_another_process(tmp_path, then="print('opened')")

    assert "opened" not in second.stdout
    assert "IndexBusy" in second.stderr
    assert str(tmp_path) in second.stderr
    assert tracks(index).count() == 3


def test_one_process_opens_an_edge_index_once(tmp_path: Path) -> None:
    first = EdgeIndex(tmp_path)

    with pytest.raises(IndexBusy, match="one owner"):
        EdgeIndex(tmp_path)

    first.close()
    EdgeIndex(tmp_path).close()


def test_what_a_killed_process_wrote_is_there(tmp_path: Path) -> None:
    died = in_another_process(
        tmp_path, then="tracks(index).upsert(dated(7)); os.kill(os.getpid(), 9)"
    )

    assert died.returncode == -9, died.stderr
    assert tracks(EdgeIndex(tmp_path)).count() == 7


def test_threads_may_share_an_edge_index(tmp_path: Path) -> None:
    collection = tracks(EdgeIndex(tmp_path))
    points = dated(200)

    def write_and_search(point: Point) -> str:
        collection.upsert([point])
        return collection.search(point.vector, limit=1)[0].id

    with ThreadPoolExecutor(4) as threads:
        nearest = list(threads.map(write_and_search, points))

    assert nearest == [point.id for point in points]


def test_a_damaged_manifest_names_its_file_and_the_way_out(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    tracks(index)
    index.close()
    (tmp_path / "tracks" / "collection.json").write_text("{")

    with pytest.raises(IndexUnavailable, match=r"tracks/collection\.json.*damaged.*delete"):
        tracks(EdgeIndex(tmp_path))


def test_an_index_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")

    with pytest.raises(IndexUnavailable, match="index"):
        EdgeIndex(tmp_path / "index")


def test_a_server_that_does_not_answer_is_named() -> None:
    index = ServerIndex("http://127.0.0.1:9")

    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9.*refused"):
        tracks(index)


@pytest.mark.parametrize("url", ["ftp://music", "no url at all"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(IndexUnavailable, match="no URL of a server"):
        ServerIndex(url)


def test_a_collection_whose_vectors_have_no_name_says_what_to_do() -> None:
    client = QdrantClient(":memory:")
    client.create_collection("tracks", models.VectorParams(size=8, distance=models.Distance.DOT))

    with pytest.raises(IndexUnavailable, match="tracks on .*name of their space.*delete it"):
        tracks(ServerIndex(client))


def test_the_location_decides_which_index_is_opened(tmp_path: Path) -> None:
    embedded = open_index("embedded", tmp_path)
    server = open_index("http://localhost:6333", tmp_path)

    assert isinstance(embedded, EdgeIndex)
    assert isinstance(server, ServerIndex)


@pytest.mark.parametrize(
    "location, module, extra",
    [("embedded", "qdrant_edge", "embedded"), ("http://localhost", "qdrant_client", "embedder")],
)
def test_a_missing_extra_says_what_to_install(
    location: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without_module(name: str, *args: object, **kwargs: object) -> ModuleType:
        if name.split(".")[0] == module:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_module)
    for loaded in ("embedder.index.edge", "embedder.index.server"):
        monkeypatch.delitem(sys.modules, loaded, raising=False)

    with pytest.raises(MissingExtra, match=rf"{module} is not.*pip install 'upnext\[{extra}\]'"):
        open_index(location, tmp_path)


def test_a_filter_on_a_bool_is_refused_for_one_engine_would_never_match_it() -> None:
    with pytest.raises(TypeError, match="'vocals' by True: use a word"):
        Equals("vocals", True)


def test_the_name_of_a_point_never_changes() -> None:
    assert str(point_uuid("track-1")) == "07816d03-d880-569b-94eb-0c0c94f17f57"
