"""Other ways to the same address."""

from __future__ import annotations

from setpoint.model.dast import Operation, Sent
from setpoint.scan.dast.checks.access.detours import MOST_DETOURS, Cause, detours, other_versions

BASE = "https://target.example/app"


def test_data_in_the_path_is_left_as_it_is() -> None:
    found = detours(Sent("GET", f"{BASE}/Admin/people/aBc?x=1"), Operation("GET", "/Admin/people/{name}"), BASE)
    urls = {each.part: each.sent.url for each in found}
    assert urls["path:letter-case"] == f"{BASE}/aDMIN/PEOPLE/aBc?x=1"
    assert urls["path:encoded-letter"] == f"{BASE}/%41dmin/%70eople/aBc?x=1"
    assert urls["path:trailing-slash"] == f"{BASE}/Admin/people/aBc/?x=1"


def test_the_address_in_a_header_is_the_whole_path() -> None:
    found = detours(Sent("GET", f"{BASE}/people"), Operation("GET", "/people"), BASE)
    (original, rewrite) = (each.sent for each in found if each.cause is Cause.ADDRESS)
    assert (original.url, original.headers) == (f"{BASE}/", (("x-original-url", "/app/people"),))
    assert rewrite.headers[0][0] == "x-rewrite-url"


def test_versions_on_both_sides_and_none() -> None:
    urls = [each.sent.url for each in other_versions(Sent("GET", "https://target.example/api/v2/people?x=1"))]
    assert urls == [f"https://target.example/api/{each}people?x=1" for each in ("v1/", "v0/", "v3/", "")]
    assert list(other_versions(Sent("GET", f"{BASE}/people"))) == []


def test_nothing_leaves_the_target_and_there_are_not_more_than_planned() -> None:
    request = Sent("GET", f"{BASE}/v1/people")
    found = [*detours(request, Operation("GET", "/v1/people"), BASE), *other_versions(request)]
    assert len(found) <= MOST_DETOURS
    assert all(each.sent.url.startswith("https://target.example/") for each in found)
