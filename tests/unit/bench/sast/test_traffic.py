"""The requests are sent as any client would send them, and the labels name only requests that there are."""

from __future__ import annotations

from email.parser import BytesParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.sast.labels import places
from bench.sast.traffic import Request, attacks, rounds

PORTS = {"listener": 8081, "tls": 8082}


def request(name: str) -> Request:
    return next(request for request in rounds(PORTS, 1) if request.id == name)


def test_labels_name_requests_that_there_are() -> None:
    known = {request.id for request in rounds(PORTS, 1)}
    assert {place.driven_by for place in places() if place.driven_by} <= known


def test_attacks_are_of_places_that_are_driven_and_none_is_in_the_traffic(tmp_path: Path) -> None:
    driven = {place.id: place.driven_by for place in places() if place.driven_by}
    bodies = {(request.target, request.body, *request.headers.values()) for request in rounds(PORTS, 1)}
    for attack in attacks(tmp_path):
        assert attack.place in driven
        assert bool(attack.text) != bool(attack.file), attack.place
        assert (attack.request.target, attack.request.body, *attack.request.headers.values()) not in bodies


def test_placeholders_are_filled_in_and_each_round_has_another_word() -> None:
    first, second = (request for request in rounds(PORTS, 2) if request.id == "helpdesk.integrations-fetch")
    [url] = parse_qs(urlsplit(first.target).query)["url"]
    assert url.startswith("http://127.0.0.1:8081/news/")
    assert first.target != second.target


def test_every_round_of_the_file_is_sent() -> None:
    everything = list(rounds(PORTS))
    assert len(everything) == 20 * len({request.id for request in everything})


def test_a_file_is_sent_as_a_part_of_a_form() -> None:
    upload = request("helpdesk.attachments-store")
    message = BytesParser().parsebytes(f"Content-Type: {upload.headers['Content-Type']}\r\n\r\n".encode() + upload.body)
    [part] = [part for part in message.walk() if not part.is_multipart()]
    assert part.get_filename() == "harbour-notes.txt"
    assert part.get_payload() == "Minutes of the meeting"


def test_cookies_and_headers_are_sent_as_headers() -> None:
    assert request("warehouse.items-page").headers == {"Cookie": "limit=36528"}
    assert request("warehouse.orders-mine").headers == {"X-Buyer": "buyer-harbour"}
