"""Runs one target on the loopback until it is ended: `python -m tests.assets.targets.serve api|site [--repaired] …`.

Prints one line when it answers: `ready URL truth URL` (and, with `--tls`, `authority FILE`: the certificate to be
trusted). Uses the interpreter that runs it.
"""

import argparse
import asyncio
import signal
import socket
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from tests.assets.targets.truth_server import start_truth_server


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.assets.targets.serve", description=__doc__)
    parser.add_argument("target", choices=["api", "site"])
    parser.add_argument("--repaired", action="store_true", help="the twin without any fault")
    parser.add_argument(
        "--mend", action="append", default=[], metavar="ID", help="take out this one fault (repeatable)"
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--truth-port", type=int, default=0, help="default: a free one")
    parser.add_argument("--log", type=Path, help="append every change of state to this file, as JSON lines")
    parser.add_argument("--tls", action="store_true", help="serve the site over TLS, with the faults of TLS or without")
    parser.add_argument(
        "--with-agent", action="store_true", help="load setpoint-agent first (its settings: SETPOINT_*)"
    )
    return parser.parse_args()


def start_agent() -> None:
    """Before any framework is imported, so that the agent sees them come."""
    if find_spec("setpoint_agent") is None:
        sys.exit("setpoint-agent is not installed for this interpreter: run it by one that has it, or set PYTHONPATH")
    import setpoint_agent

    setpoint_agent.start()


def serve_api(arguments: argparse.Namespace) -> None:
    import uvicorn
    from tests.assets.targets.api.application import make_application, make_world

    world = make_world(repaired=arguments.repaired, mended=arguments.mend, log=arguments.log)
    shop = make_application(world)
    truth = start_truth_server(
        world, port=arguments.truth_port, routes=lambda: shop.routes, token=shop.identity.operators_token
    )
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", arguments.port))
    world.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            say_ready(world.origin, truth.server_address[1])

    signal.signal(
        signal.SIGTERM, lambda *_: None
    )  # uvicorn raises it again once it has ended; the folder is to go first
    config = uvicorn.Config(
        shop.front, http="h11", log_level="critical", server_header=False, timeout_graceful_shutdown=1
    )
    asyncio.run(Server(config).serve([listener]))


def serve_site(arguments: argparse.Namespace) -> None:
    from tests.assets.targets.site.application import make_application, make_world
    from tests.assets.targets.site.server import SiteServer

    world = make_world(repaired=arguments.repaired, mended=arguments.mend, log=arguments.log, tls=arguments.tls)
    application = make_application(world)
    truth = start_truth_server(
        world,
        port=arguments.truth_port,
        token=lambda username, kind: None,
        routes=lambda: [
            f"{method} {rule.rule}" for rule in application.url_map.iter_rules() for method in rule.methods or ()
        ],
    )
    server = SiteServer(arguments.port, application, world)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say_ready(world.origin, truth.server_address[1], server.authority)
    ended.wait()


def say_ready(url: str, truth_port: int, authority: Path | None = None) -> None:
    trusted = f" authority {authority}" if authority else ""
    print(f"ready {url} truth http://127.0.0.1:{truth_port}{trusted}", flush=True)


def main() -> None:
    arguments = parse_arguments()
    if arguments.tls and arguments.target != "site":
        sys.exit("--tls is for the site only")
    if arguments.with_agent:
        start_agent()
    {"api": serve_api, "site": serve_site}[arguments.target](arguments)


if __name__ == "__main__":
    main()
