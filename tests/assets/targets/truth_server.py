"""A second loopback port beside each target: its log for the tests, and the cloud's metadata as seen from the inside.

A tester is never told of it. Paths: GET `/__truth__/log`, POST `/__truth__/reset`, GET
`/__truth__/token?user=&kind=expired|foreign` (credentials such as an operator would supply), GET
`/__truth__/routes`, and `/latest/…`, `/computeMetadata/…`.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.assets.targets.world import World

CREDENTIALS = {
    "Code": "Success",
    "AccessKeyId": "ASIAEXAMPLEEXAMPLE01",
    "SecretAccessKey": "exampleSecretOfTheInstanceRole0000000000",
    "Token": "example-session-token",
}
METADATA = {
    "/latest/meta-data/": "ami-id\nhostname\niam/\ninstance-id\n",
    "/latest/meta-data/instance-id": "i-0123456789abcdef0",
    "/latest/meta-data/ami-id": "ami-0123456789abcdef0",
    "/latest/meta-data/hostname": "ip-10-0-0-12.internal",
    "/latest/meta-data/iam/security-credentials/": "shop-web",
    "/latest/meta-data/iam/security-credentials/shop-web": json.dumps(CREDENTIALS),
    "/computeMetadata/v1/": "instance/\nproject/\n",
}


def start_truth_server(
    world: World, *, port: int, routes: Callable[[], list[str]], token: Callable[[str, str], str | None]
) -> ThreadingHTTPServer:
    """Serves in a thread of its own until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/__truth__/log":
                self._answer(world.journal.as_json())
            elif parts.path == "/__truth__/routes":
                self._answer(routes())
            elif parts.path == "/__truth__/token":
                query = parse_qs(parts.query)
                self._answer({"token": token(query["user"][0], query["kind"][0])})
            else:
                found = METADATA.get(parts.path) or METADATA.get(parts.path + "/")
                self._send(200 if found else 404, (found or "not found").encode(), "text/plain")

        def do_POST(self) -> None:
            if self.path == "/__truth__/reset":
                world.reset()
                self._answer({"reset": True})
            else:
                self._send(404, b"not found", "text/plain")

        def _answer(self, value: Any) -> None:
            self._send(200, json.dumps(value).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    world.metadata_port = server.server_address[1]
    return server
