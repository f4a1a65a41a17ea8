"""What the head of an answer says, and that nothing is taken from who sends it."""

from __future__ import annotations

import pytest

from setpoint_agent.request import Request
from setpoint_agent.sources.answers import RawHeaders, tell_head

JSON = ("Content-Type", "application/json")
LENGTH = ("Content-Length", "17")
RAW_JSON = (b"content-type", b"application/json")
RAW_LENGTH = (b"content-length", b"17")


@pytest.mark.parametrize("headers", [[JSON, LENGTH], (RAW_LENGTH, RAW_JSON), [LENGTH, ("Date", "Mon"), JSON]])
def test_an_answer_of_known_length_with_nothing_to_see(headers: RawHeaders) -> None:
    answer = tell_head(Request("GET", "/"), "404 NOT FOUND", headers)
    assert (answer.status, answer.whole, answer.page, answer.usual) == (404, True, False, True)


@pytest.mark.parametrize("headers", [[JSON], [RAW_JSON], [JSON, JSON]])
def test_an_answer_of_unknown_length_may_still_be_made(headers: RawHeaders) -> None:
    assert not tell_head(Request("GET", "/"), 200, headers).whole


def test_what_a_client_may_have_a_part_in_is_unusual() -> None:
    answer = tell_head(Request("GET", "/"), 200, [JSON, ("X-Name", "blue")])
    assert not answer.usual
    assert answer.headers == [JSON, ("X-Name", "blue")]


def test_headers_are_those_that_were_sent() -> None:
    sent = [JSON, ("X-Name", "blue")]
    answer = tell_head(Request("GET", "/"), 200, sent)
    sent.clear()
    assert answer.headers == [JSON, ("X-Name", "blue")]


def test_what_can_be_gone_through_but_once_is_left_to_the_server() -> None:
    headers = iter([JSON, LENGTH])
    with pytest.raises(TypeError):
        tell_head(Request("GET", "/"), 200, headers)  # type: ignore[arg-type]  # sources ask quietly
    assert list(headers) == [JSON, LENGTH]


def test_a_head_is_handed_to_who_waits_for_it() -> None:
    request = Request("GET", "/")
    seen: list[list[tuple[str, str]]] = []
    request.at_head = (lambda _, headers: seen.append(headers),)
    tell_head(request, 200, [RAW_JSON, RAW_LENGTH])
    assert seen == [[("content-type", "application/json"), ("content-length", "17")]]
