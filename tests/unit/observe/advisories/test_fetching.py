"""Files over HTTP: only what changed, whole, bounded, and from where they were asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from tests.unit.observe.advisories.conftest import Site, answering

from setpoint.errors import Error, InputError, NotFoundError, TemporaryError
from setpoint.observe.advisories.download import Validators
from setpoint.observe.advisories.fetching import Fetcher, checked_address

MOST = 1_000_000


def body_of(fetcher: Fetcher, path: str = "file", known: Validators | None = None) -> bytes | None:
    fetched = fetcher.get_if_changed(path, known or Validators(), most=MOST)
    if fetched is None:
        return None
    with fetched:
        return fetched.body.read()


def test_a_file_comes_once_and_again_when_it_changed(site: Site, fetcher: Fetcher) -> None:
    site.files["/file"] = b"one"
    with fetcher.get("file", most=MOST) as fetched:
        assert fetched.body.read() == b"one"
    assert fetched.validators.last_modified
    assert body_of(fetcher, known=fetched.validators) is None
    site.files["/file"] = b"two"
    assert body_of(fetcher, known=fetched.validators) == b"two"


def test_nothing_changed_since_never_is_no_answer(site: Site, fetcher: Fetcher) -> None:
    site.first["/file"] = [answering(304)]
    with pytest.raises(TemporaryError, match="was not asked"):
        fetcher.get("file", most=MOST)


def test_what_breaks_off_goes_on_where_it_ended(site: Site, fetcher: Fetcher) -> None:
    site.files["/file"] = bytes(range(256)) * 100
    site.first["/file"] = [site.break_off(10_000)]
    told: list[tuple[int, int | None]] = []
    fetcher._progress = lambda _what, done, total: told.append((done, total))
    assert body_of(fetcher) == site.files["/file"]
    assert told[-1] == (25_600, 25_600)


def test_what_changed_in_between_begins_anew(site: Site, fetcher: Fetcher) -> None:
    site.files["/file"] = b"old" * 1000
    broken = site.break_off(100)

    def change(handler: object) -> None:
        broken(handler)  # type: ignore[arg-type]
        site.files["/file"] = b"new" * 1000

    site.first["/file"] = [change]
    assert body_of(fetcher) == b"new" * 1000


def test_another_part_than_was_asked_for_is_not_taken(site: Site, fetcher: Fetcher) -> None:
    site.files["/file"] = b"x" * 1000
    site.first["/file"] = [site.break_off(100), answering(206, b"y", Content_Range="bytes 5-5/1000")]
    assert body_of(fetcher) == b"x" * 1000


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_patience_gets_it(
    site: Site, fetcher: Fetcher, pauses: list[float], status: int
) -> None:
    site.files["/file"] = b"one"
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    site.first["/file"] = [answering(status, Retry_After="7"), answering(status, Retry_After=later)]
    assert body_of(fetcher) == b"one"
    assert pauses[0] == 7.0
    assert 20 < pauses[1] <= 30


def test_no_more_patience_than_a_minute(site: Site, fetcher: Fetcher, pauses: list[float]) -> None:
    site.first["/file"] = [answering(429, Retry_After="3600")]
    with pytest.raises(TemporaryError) as caught:
        body_of(fetcher)
    assert caught.value.delay == 3600
    assert pauses == []


def test_a_server_that_keeps_failing_is_given_up(site: Site, fetcher: Fetcher) -> None:
    site.first["/file"] = [answering(500)] * 10
    with pytest.raises(TemporaryError, match="500"):
        body_of(fetcher)


def test_no_server_at_all() -> None:
    fetcher = Fetcher("http://127.0.0.1:9", sleep=lambda _seconds: None)
    with pytest.raises(TemporaryError, match="ConnectError"):
        body_of(fetcher)
    fetcher.close()


def test_a_redirect_stays_at_its_host(site: Site, fetcher: Fetcher) -> None:
    site.files["/there"] = b"one"
    site.first["/file"] = [answering(302, Location="/there"), answering(302, Location="https://other.example/file")]
    assert body_of(fetcher) == b"one"
    with pytest.raises(InputError, match=r"another host, 'other\.example'"):
        body_of(fetcher)


def test_redirects_end(site: Site, fetcher: Fetcher) -> None:
    site.first["/file"] = [answering(302, Location="/file")] * 10
    with pytest.raises(InputError, match="more than 3 times"):
        body_of(fetcher)


def test_no_cookie_is_kept(site: Site, fetcher: Fetcher) -> None:
    sent: list[str | None] = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        sent.append(handler.headers.get("Cookie"))
        site.serve(handler)

    site.files["/file"] = b"one"
    site.first["/file"] = [answering(302, Location="/file", Set_Cookie="a=b"), look, look]
    assert body_of(fetcher) == body_of(fetcher) == b"one"
    assert sent == [None, None]


def test_a_redirect_to_nowhere(site: Site, fetcher: Fetcher) -> None:
    site.first["/file"] = [answering(302, Location="https://[::1")] * 10
    with pytest.raises(Error):
        body_of(fetcher)


def test_what_is_not_there(fetcher: Fetcher) -> None:
    with pytest.raises(NotFoundError):
        body_of(fetcher)


@pytest.mark.parametrize("says_so", [True, False])
def test_too_much_is_refused(site: Site, fetcher: Fetcher, *, says_so: bool) -> None:
    site.files["/file"] = b"x" * (MOST + 1)

    def say_nothing(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(site.files["/file"])

    site.first["/file"] = [] if says_so else [say_nothing]
    with pytest.raises(InputError, match="more than 1,000,000 bytes"):
        body_of(fetcher)


def test_what_is_packed_on_the_way_is_refused(site: Site, fetcher: Fetcher) -> None:
    site.first["/file"] = [answering(200, b"x", Content_Encoding="gzip")]
    with pytest.raises(InputError, match="packed"):
        body_of(fetcher)


def test_a_file_has_only_so_long(site: Site) -> None:
    site.files["/file"] = b"one"
    fetcher = Fetcher(site.address, within=-1.0)
    with pytest.raises(TemporaryError, match="too long"):
        body_of(fetcher)
    fetcher.close()


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("ftp://example.com", "no address of a web server"),
        ("http://example.com", "without TLS"),
        ("https://me:secret@example.com", "user name"),
        ("https://example.com:port", "no address"),
        ("", "no address"),
    ],
)
def test_addresses_that_will_not_do(address: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        checked_address(address)
    assert "secret" not in caught.value.diagnostics()
