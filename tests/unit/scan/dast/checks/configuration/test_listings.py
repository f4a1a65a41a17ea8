from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import app_of, get, kinds, page, text
from werkzeug.wrappers import Request, Response

from setpoint.scan.dast.checks.configuration.listings import DirectoryListings

APACHE = (
    '<title>Index of /uploads</title><h1>Index of /uploads</h1><a href="?C=N;O=D">Name</a>'
    '<a href="/">Parent Directory</a><a href="a.txt">a.txt</a>'
)
PYTHON = "<title>Directory listing for /uploads/</title><li><a href='a%20b.txt'>a b.txt</a>"
NGINX = '<h1>Index of /uploads/</h1><pre><a href="../">../</a><a href="a.txt">a.txt</a>  1-Jan-2026</pre>'
OWN = '<h1>/uploads/</h1><ul><li><a href="..">up</a><li><a href="/uploads/a.txt">a.txt</a></ul>'
NODE = '<title>listing directory /uploads/</title><a href="/uploads/a.txt">a.txt</a>'
JSON = '[{"name": "a.txt", "type": "file", "mtime": "Thu, 01 Jan 2026", "size": 3}]'


@pytest.mark.parametrize("content", [APACHE, PYTHON, NGINX, OWN, NODE, JSON])
def test_found_by_its_structure(found: Any, content: str) -> None:
    kind = "application/json" if content == JSON else "text/html"
    faults = found(DirectoryListings(), app_of({"/uploads/": text(content, kind)}), get("/"))
    assert kinds(faults) == [("directory-listing", "/uploads/", "")]


@pytest.mark.parametrize(
    "content",
    [
        '<title>Downloads</title><h1>Our files</h1><a href="/">Home</a><a href="report.pdf">Annual report</a>',
        '<h1>Index of topics</h1><a href="/a">A</a><a href="/b">B</a>',
        "<h1>Uploads</h1><form></form>",
        '[{"name": "a.txt", "size": 3}]',
        "<h1>403</h1>",
        '<h1>Index of /uploads/</h1><a href="http://[">x</a>',
    ],
)
def test_pages_that_people_made(found: Any, content: str) -> None:
    assert not found(DirectoryListings(), app_of({"/uploads/": text(content, "text/html")}), get("/"))


def test_a_folder_that_a_page_points_into(found: Any) -> None:
    listing = text(NGINX.replace("uploads", "lib/img"), "text/html")
    app = app_of({"/": page('<img src="lib/img/a.png">'), "/lib/img/": listing})
    assert kinds(found(DirectoryListings(), app, get("/"))) == [("directory-listing", "/lib/img/", "")]


def test_many_are_one_fault(found: Any) -> None:
    routes = {f"/{name}/": text(NGINX.replace("uploads", name), "text/html") for name in ("static", "media", "logs")}
    (fault,) = found(DirectoryListings(), app_of(routes), get("/"))
    assert (fault.path, len(fault.examples)) == ("*", 3)


def test_usual_folders_are_asked_for_beside_many_known_ones(found: Any) -> None:
    known = [get(f"/area{number}/{name}") for number in range(20) for name in ("a", "b")]
    listing = text(NGINX.replace("uploads", "export"), "text/html")
    (fault,) = found(DirectoryListings(), app_of({"/export/": listing}), *known)
    assert fault.path == "/export/"


NAV = "".join(f'<a href="/{each}">{each}</a>' for each in ("", "shop", "cart", "help", "login"))
FRAMED = f'<title>Index of /uploads/</title>{NAV}<p><a href="/uploads/logo.txt">logo.txt</a></p>'
NAMED = f'<title>Shop</title>{NAV}<h1>Files in /uploads</h1><ul><li><a href="logo.txt">logo.txt</a></ul>'
BARE = '<a href="a.txt">a.txt</a> 3 KB 01-Jan-2026<br><a href="logo.txt">logo.txt</a> 5 KB'


@pytest.mark.parametrize("content", [FRAMED, NAMED, BARE])
def test_a_list_in_the_sites_own_frame_whose_files_are_there(found: Any, content: str) -> None:
    there = {"/uploads/logo.txt": text("logo"), "/uploads/a.txt": text("a")}
    faults = found(DirectoryListings(), app_of({"/uploads/": text(content, "text/html"), **there}), get("/"))
    assert kinds(faults) == [("directory-listing", "/uploads/", "")]
    assert not found(DirectoryListings(), app_of({"/uploads/": text(content, "text/html")}), get("/"))


@pytest.mark.parametrize(
    "content",
    [
        f'<title>Gallery</title>{NAV}<a href="/uploads/logo.txt">logo.txt</a>',
        f"<title>/uploads/ was not found</title>{NAV}",
        f'<title>The blog: /uploads/</title>{NAV}<a href="/uploads/summer">summer</a>',
        'Our papers: <a href="a.txt">a.txt</a> and <a href="logo.txt">logo.txt</a>',
    ],
)
def test_pages_of_people_with_files_that_are_there(found: Any, content: str) -> None:
    there = {"/uploads/logo.txt": text("logo"), "/uploads/a.txt": text("a")}
    assert not found(DirectoryListings(), app_of({"/uploads/": text(content, "text/html"), **there}), get("/"))


def test_a_target_that_answers_every_name_with_a_list(found: Any) -> None:
    def any_name(request: Request) -> Response:
        return Response(f"<title>{request.path}</title>{NAV}<a href='a.txt'>a.txt</a>", content_type="text/html")

    assert not found(DirectoryListings(), app_of({}, any_name), get("/"))
