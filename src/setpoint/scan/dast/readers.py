"""The GETs of a surface by what they read: a list, or the object at an address. Used by `learning` and its parts."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import unquote, urlsplit

from setpoint.model.dast import Caller, Operation, Surface
from setpoint.scan.dast.naming import is_parameter, segments_of
from setpoint.scan.dast.objects import Known
from setpoint.scan.dast.path_templates import collection_of, located, parameters, shape


class Readers:
    """Gathered once: every list and every link asks for some of them."""

    def __init__(self, surface: Surface) -> None:
        self._base = surface.base
        self._by_path: defaultdict[str, list[Operation]] = defaultdict(list)
        self._by_shape: defaultdict[str, list[Operation]] = defaultdict(list)
        self._of_objects: defaultdict[tuple[int, str], list[tuple[int, Operation]]] = defaultdict(list)
        for place, each in enumerate(surface.operations):
            if each.method != "GET":
                continue
            self._by_shape[shape(each.path)].append(each)
            if not each.page:
                self._by_path[each.path].append(each)
            steps = segments_of(each.path)
            if steps and is_parameter(steps[-1]):
                self._of_objects[len(steps), _before_last(each.path)].append((place, each))

    def listings(self, operation: Operation) -> list[Operation]:
        """Lists that should show what this makes."""
        found = self._by_shape.get(shape(collection_of(operation.path)), [])
        return [*found, *(each for each in self._by_path.get(operation.page, ()) if each not in found)]

    def at(self, address: str, caller: Caller) -> Known | None:
        """The object at an address: its path is that of an operation that reads one."""
        root = urlsplit(self._base).path
        path = urlsplit(address).path
        if not path.startswith(f"{root}/"):
            return None
        path = path.removeprefix(root)
        length = len(segments_of(path))
        fitting = {*self._of_objects.get((length, _before_last(path)), ()), *self._of_objects.get((length, ""), ())}
        for _, operation in sorted(fitting, key=lambda each: each[0]):
            values = located(path, operation)
            if values is not None:
                *above, (name, collection) = parameters(operation.path)
                told = {each: unquote(values[each]) for each, _ in above}
                return Known(caller.name, collection, {name: unquote(values[name])}, told)
        return None


def _before_last(path: str) -> str:
    """The step before the last one; empty where it is a parameter, or there is none."""
    step = (("", "", *segments_of(path)))[-2]
    return "" if is_parameter(step) else step
