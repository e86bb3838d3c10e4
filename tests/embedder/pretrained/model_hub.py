"""A model hub of one's own, on this machine: as much of the real one's interface as is used."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def model_hub(checkpoints: dict[str, Path]) -> Iterator[str]:
    """Serve folders as repositories, each of one commit; yields the address."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, body: bool) -> None:
            path = unquote(self.path.split("?")[0]).strip("/")
            if path.startswith("api/models/"):
                self._describe(path.removeprefix("api/models/").split("/revision/"), body)
            else:
                self._serve(path, body)

        def _describe(self, wanted: list[str], body: bool) -> None:
            name, revision = wanted[0], wanted[1] if len(wanted) > 1 else "main"
            if name not in checkpoints:
                return self._send(404, b"{}", body, {"X-Error-Code": "RepoNotFound"})
            if revision not in ("main", COMMIT):
                return self._send(404, b"{}", body, {"X-Error-Code": "RevisionNotFound"})
            folder = checkpoints[name]
            files = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
            record = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": f} for f in files]}
            return self._send(200, json.dumps(record).encode(), body, {})

        def _serve(self, path: str, body: bool) -> None:
            name, _, rest = path.partition("/resolve/")
            content = (checkpoints[name] / rest.split("/", 1)[1]).read_bytes()
            etag = hashlib.sha256(content).hexdigest()
            self._send(200, content, body, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})

        def _send(self, status: int, content: bytes, body: bool, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
