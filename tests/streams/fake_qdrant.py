"""A stand-in for a Qdrant server on a real socket: as slow, broken or empty as a test wants."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any, Self


class FakeQdrant:
    """Speaks as much of Qdrant's REST as the index needs, with points in memory.

    Not a Qdrant: it filters nothing and searches nothing. What it is good for is its faults.
    """

    def __init__(self) -> None:
        self.collections: dict[str, dict[str, Any]] = {}
        """By name: the dimension of each vector name, and the points by id."""
        self.answer: int | None = None
        """A status that every request gets, None for the right one."""
        self.seconds = 0.0
        """How long every answer takes."""
        self.requests = 0
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; the second time on the same port."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                status, result = fake.handle(self.command, self.path.split("?")[0], body)
                text = json.dumps({"result": result, "status": "ok", "time": 0}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:  # the client's patience ended first
                    pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def points(self, name: str) -> dict[str, Any]:
        return self.collections.get(name, {}).get("points", {})

    def handle(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        sleep(self.seconds)
        with self._lock:
            self.requests += 1
            if self.answer is not None:
                return self.answer, None
            return self._right(method, path.strip("/").split("/"), body)

    def _right(self, method: str, parts: list[str], body: dict[str, Any]) -> tuple[int, Any]:
        match method, parts:
            case "GET", ["collections", name, "exists"]:
                return 200, {"exists": name in self.collections}
            case "PUT", ["collections", name]:
                spaces = {space: params["size"] for space, params in body["vectors"].items()}
                self.collections[name] = {"spaces": spaces, "points": {}}
                return 200, True
        there = self.collections.get(parts[1]) if len(parts) > 1 else None
        if there is None:
            return 404, None
        match method, parts[2:]:
            case "GET", []:
                return 200, _described(there["spaces"])
            case "PUT", ["index"]:
                return 200, _done()
            case "POST", ["points", "count"]:
                return 200, {"count": len(there["points"])}
            case "POST", ["points"]:
                known = [id_ for id_ in body["ids"] if id_ in there["points"]]
                return 200, [{"id": id_, "payload": {}} for id_ in known]
            case "POST", ["points", "batch"]:
                return self._write(there, body["operations"])
            case "POST", ["points", "vectors", "delete"]:
                return 200, _done()
            case "POST", ["points", "delete"]:
                for condition in body["filter"]["must"]:
                    for id_ in condition.get("has_id", ()):
                        there["points"].pop(id_, None)
                return 200, _done()
            case "PUT", ["vectors", space]:
                there["spaces"][space] = body["dense"]["size"]
                return 200, _done()
        return 404, None

    def _write(self, there: dict[str, Any], operations: list[dict[str, Any]]) -> tuple[int, Any]:
        for operation in operations:
            for point in operation.get("update_vectors", {}).get("points", ()):
                if set(point["vector"]) - set(there["spaces"]):
                    return 400, None
        for operation in operations:
            for point in operation.get("upsert", {}).get("points", ()):
                there["points"].setdefault(point["id"], point["payload"])
        return 200, [_done()] * len(operations)


def _done() -> dict[str, Any]:
    return {"operation_id": 1, "status": "completed"}


def _described(spaces: dict[str, int]) -> dict[str, Any]:
    vectors = {space: {"size": size, "distance": "Dot"} for space, size in spaces.items()}
    return {
        "status": "green",
        "optimizer_status": "ok",
        "segments_count": 1,
        "payload_schema": {},
        "config": {
            "params": {"vectors": vectors},
            "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000},
            "optimizer_config": {
                "deleted_threshold": 0.2,
                "vacuum_min_vector_number": 1_000,
                "default_segment_number": 0,
                "flush_interval_sec": 5,
            },
        },
    }
