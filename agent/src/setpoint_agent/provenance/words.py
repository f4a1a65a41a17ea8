"""Texts that code writes itself, so that meeting one inside an argument says nothing about where it came from."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON: Final = _words(
    """
    a an and any are as at be but by can did do for from had has have he her him his how if in into is it its me
    my no nor not of off on one or our out she so than that the their them then there these they this to too two
    up us was we were what when where which who whose why will with yes you your select insert update delete
    create drop alter table values set where join left right inner outer cross union all distinct order group
    having limit offset case end exists between like null true false none begin commit index into primary foreign
    references default using returning with get post put patch head options trace connect http https ftp www com
    org net localhost utf utf-8 ascii html json xml div span meta script href src class img input form button def
    return import lambda else elif try except class self print var let const function new undefined nan
    """
)
"""Function words of English; words of SQL, HTTP, HTML, Python and JavaScript.

`asc`, `desc`, `user`, `name`, `admin` and their like are left out: they are what requests are asked to carry.
"""

PATH_WORDS: Final = _words(
    """
    app apps bin cache conf config content css data dev docs documents downloads etc files fonts home images img
    js lib local log logs media mnt opt pages private proc public root run share site src srv static storage sys
    templates tmp upload uploads usr var views web work www 7z avi bak bmp cfg csv db doc docx gif gz htm html ico
    ini jpeg jpg js json log md mp3 mp4 pdf php png ppt py sql svg tar tgz toml txt webp xls xlsx xml yaml yml zip
    """
)
"""Usual folders (the Filesystem Hierarchy Standard's and those of web projects) and extensions of files."""

VOCABULARY_HEADERS: Final = _words(
    """
    accept accept-charset accept-encoding accept-ranges access-control-request-headers
    access-control-request-method cache-control connection content-disposition content-encoding content-language
    content-length content-type date dnt expect host if-match if-modified-since if-none-match if-range
    if-unmodified-since keep-alive max-forwards origin pragma priority proxy-connection range save-data te trailer
    transfer-encoding upgrade upgrade-insecure-requests via sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform
    sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc sec-websocket-extensions sec-websocket-key
    sec-websocket-protocol sec-websocket-version x-forwarded-host x-forwarded-port x-forwarded-proto
    x-forwarded-scheme x-forwarded-server x-http-version x-scheme
    """
)
"""Headers of which the values are words that servers and code write too, or the service's own address (RFC 9110,
Fetch Metadata, Client Hints, what proxies add)."""

STANDARD_HEADERS: Final = VOCABULARY_HEADERS | _words(
    """
    accept-language authorization cookie forwarded from proxy-authorization referer user-agent x-csrf-token
    x-csrftoken x-forwarded-for x-real-ip x-requested-with x-request-id
    """
)
"""Headers of which the name says nothing: every client sends them."""
