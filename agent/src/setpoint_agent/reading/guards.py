"""Functions that Flask calls before it calls a view: `@app.before_request`, `@blueprint.before_request`.

They have returned when a sink is reached, so no frame tells of them; the application that answers knows which they
were. `clearance` asks, for what they made sure of.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import chain
from types import SimpleNamespace
from typing import Any, Final

from setpoint_agent.reading.inside import scene_of
from setpoint_agent.reading.scene import Scene, names_in

MOST_GUARDS: Final = 16
"""Functions that are looked at."""


def guards() -> list[Scene]:
    """Their scenes, in which `request` means the one that is answered; none where no Flask application answers one."""
    flask = sys.modules.get("flask.globals")
    if flask is None:
        return []
    try:
        application, request = flask.current_app._get_current_object(), flask.request._get_current_object()
    except RuntimeError:  # Flask was imported, but something else answers
        return []
    found = _called_before(application, request)[:MOST_GUARDS]
    scenes = (scene_of(each, 1) for each in found)
    return [_within(each, request) for each in scenes if each is not None]


def _within(scene: Scene, request: Any) -> Scene:
    """The scene where `request`, and `flask.request`, mean this one: what they are imported as stands for any."""
    flask = sys.modules.get("flask")
    modules = {name for name in names_in(scene.function) if scene.space.get(name) is flask}
    meant = {name: SimpleNamespace(request=request) for name in modules}
    return replace(scene, local={**scene.local, **meant, "request": request})


def _called_before(application: Any, request: Any) -> list[Any]:
    by_blueprint = application.before_request_funcs
    return list(chain.from_iterable(by_blueprint.get(name, ()) for name in (None, *request.blueprints)))
