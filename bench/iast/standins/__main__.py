"""Starts every stand-in, prints their ports, and stays until its input ends."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from bench.iast.standins.consoles import console
from bench.iast.standins.mongo import database
from bench.iast.standins.post import relay
from bench.iast.standins.web import neighbour, neighbour_over_tls


def main() -> None:
    folder = Path(sys.argv[1])
    servers = {
        "listener": neighbour(folder / "hits.jsonl"),
        "tls": neighbour_over_tls(folder / "tls-hits.jsonl", folder / "ca.pem"),
        "mongo": database(),
        "console": console(folder / "report.jsonl"),
    }
    for each in servers.values():
        threading.Thread(target=each.serve_forever, daemon=True).start()
    post = relay(folder / "letters.jsonl")
    post.start()
    ports = {name: each.server_address[1] for name, each in servers.items()}
    print(json.dumps({**ports, "smtp": post.port}), flush=True)
    sys.stdin.read()  # its end is the sign to end too
    post.stop()


if __name__ == "__main__":
    main()
