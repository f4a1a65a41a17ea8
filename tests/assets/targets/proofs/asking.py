"""What the proofs ask with: clients for each identity, the forms of the site, and the true/false comparison."""

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.assets.targets.running import RunningTarget
from tests.assets.targets.world import people

Proof = Callable[["Setting"], bool]
PROOFS: dict[str, Proof] = {}
"""Fault's id → whether its own sequence of requests shows it. On the faulty target all are true, on the repaired one
    none."""
HARMLESS: dict[str, Proof] = {}
"""Near-miss → whether it is as harmless as `labels.jsonl` says; true on both."""


def proves(fault: str) -> Callable[[Proof], Proof]:
    return lambda proof: PROOFS.setdefault(fault, proof)


def harmless(near_miss: str) -> Callable[[Proof], Proof]:
    return lambda proof: HARMLESS.setdefault(near_miss, proof)


@dataclass
class Setting:
    """A running target, freshly reset, and who may ask it. Closes its clients at the end of a `with`."""

    target: RunningTarget
    name: str
    repaired: bool
    opened: list[httpx.Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.target.authority is None:
            self.trust: ssl.SSLContext | bool = False  # plain HTTP
        else:
            self.trust = ssl.create_default_context(cafile=str(self.target.authority))

    def __enter__(self) -> "Setting":
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.opened:
            client.close()

    def nobody(
        self, *, trust: ssl.SSLContext | bool | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Client:
        client = httpx.Client(
            base_url=self.target.url,
            verify=self.trust if trust is None else trust,
            timeout=20,
            headers=headers,
            trust_env=False,
        )
        self.opened.append(client)
        return client

    def password(self, name: str) -> str:
        return next(user["password"] for user in people(self.name)["users"] if user["username"] == name)

    def tokens(self, name: str, **more: object) -> dict[str, Any]:
        body = {"username": name, "password": self.password(name), **more}
        given: dict[str, Any] = self.nobody().post("/v1/auth/login", json=body).raise_for_status().json()
        return given

    def user(self, name: str) -> httpx.Client:
        """A client of the API that sends this user's token."""
        return self.with_token(self.tokens(name)["access_token"])

    def with_token(self, token: str) -> httpx.Client:
        return self.nobody(headers={"Authorization": f"Bearer {token}"})

    def visitor(self, name: str, **fields: str) -> httpx.Client:
        """A client of the site that logged in by the form."""
        client = self.nobody()
        submit(client, "/login", {"username": name, "password": self.password(name), **fields})
        return client


def token_of(client: httpx.Client, path: str) -> str:
    """The hidden token of the first form of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    return found[1] if found else ""


def submit(
    client: httpx.Client, path: str, fields: dict[str, str], *, page: str = "", **options: Any
) -> httpx.Response:
    """Fills in the form of a page and sends it."""
    return client.post(path, data={"csrf": token_of(client, page or path), **fields}, **options)


def told_apart(ask: Callable[[str], str], plain: str, true: str, false: str) -> bool:
    """Whether the true condition gives the plain answer and the false one another, twice over."""
    return all(ask(plain) == ask(true) != ask(false) for _ in range(2))


def grows(ask: Callable[[str], object]) -> bool:
    """Whether four more letters cost about sixteen times as much, as only a pattern that tries everything does."""
    taken = []
    for length in (16, 20, 24):
        start = time.perf_counter()
        ask("a" * length + "!")
        taken.append(time.perf_counter() - start)
    return taken[2] > 4 * taken[1] and taken[2] > 0.1
