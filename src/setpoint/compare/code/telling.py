"""Why a weakness stands as it does, in one clause for people. Pure; used by `joining`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from setpoint.model.inside import Place, Watch
from setpoint.model.report import Frame

MOST_SHOWN: Final = 6
"""Functions of a way: from its beginning and from its end."""
MOST_RELEASES: Final = 3
"""The last ones."""


def reaches(place: Place) -> str:
    """What of a request gets there, and how."""
    sighting = place.sighting
    origin = " ".join(filter(None, (sighting.origins[0].part, sighting.origins[0].name)))
    attacked = f", {place.attacks:,} attacks got through" if place.attacks else ""
    return f"{origin} of a request reaches {sighting.sink} ({place.count:,} times{attacked}): {_way(place)}"


def is_called(place: Place) -> str:
    return f"agents saw {place.sighting.sink} called there, which is weak by itself: {_way(place)}"


def is_on_the_way(place: Place) -> str:
    return f"its function is on the way of a request to {place.sighting.sink}: {_way(place)}"


def is_loaded(file: str) -> str:
    return f"it stands outside of every function, and {file} was loaded"


def ran_as_program(file: str) -> str:
    return f"it is for when its file is the program, and {file} was run as that"


def ran(function: str, watched: int) -> str:
    if not watched:
        return f"{function} ran"
    return f"{function} ran; agents watched {watched:,} calls there, and in none was anything of its request unsafe"


def never_ran(function: str, releases: Sequence[Watch], time: timedelta) -> str:
    named = ", ".join(each.release or "one without a name" for each in releases[-MOST_RELEASES:])
    return f"{function} did not run in {time.days} days in which every function that ran was seen, in release {named}"


def _way(place: Place) -> str:
    """From the route to the caller of the sink."""
    steps = [_step(each) for each in place.sighting.frames]
    if len(steps) > MOST_SHOWN:
        steps = [*steps[: MOST_SHOWN // 2], "…", *steps[-MOST_SHOWN // 2 :]]
    route = " ".join(filter(None, (place.sighting.method, place.sighting.route)))
    return " → ".join(filter(None, (route, *steps)))


def _step(frame: Frame) -> str:
    return f"{frame.function} ({frame.file}:{frame.line})"
