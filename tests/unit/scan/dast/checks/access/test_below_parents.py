"""Tasks below projects: a service may look at the parent alone, at the child alone, or at both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import abort, request
from tests.unit.scan.dast.checks.access.conftest import Shop, body_part, path_part

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Caller, Operation, Part
from setpoint.scan.dast.checks.access.object_reads import ObjectReads
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites

MakeBench = Callable[..., Any]

PROJECT, TASK = path_part("project_id", "string"), path_part("task_id", "string")
TASKS = "/projects/{project_id}/tasks"
LIST = Operation("GET", TASKS, (PROJECT,))
MAKE = Operation("POST", TASKS, (PROJECT, body_part("title")), BodyForm.JSON)
READ = Operation("GET", TASKS + "/{task_id}", (PROJECT, TASK))
CHANGE = Operation("PATCH", TASKS + "/{task_id}", (PROJECT, TASK, body_part("title")), BodyForm.JSON)
FORM = replace(
    CHANGE, method="POST", body=BodyForm.FORM, parts=(PROJECT, TASK, replace(body_part("title"), name="title"))
)

NUMBERS = {"alice": ("1", "11"), "bob": ("2", "12")}
UUIDS = {
    "alice": ("6f1d3c1e-0000-4000-8000-000000000001", "6f1d3c1e-0000-4000-8000-00000000000a"),
    "bob": ("6f1d3c1e-0000-4000-8000-000000000002", "6f1d3c1e-0000-4000-8000-00000000000b"),
}
SLUGS = {"alice": ("green-roof", "order-slates"), "bob": ("blue-door", "paint-frame")}


class Works(Shop):
    """`looks_at`: whose owner counts."""

    def __init__(self, own: dict[str, tuple[str, str]], *looks_at: str) -> None:
        super().__init__()
        self.looks_at = looks_at
        self.owners = {project: name for name, (project, _) in own.items()}
        self.tasks = {
            task: {"id": task, "project": project, "title": f"of {name}"} for name, (project, task) in own.items()
        }
        at = "/projects/<project>/tasks"
        self.app.add_url_rule(at, "list", self.list, methods=["GET", "POST"])
        self.app.add_url_rule(f"{at}/<task>", "task", self.task, methods=["GET", "PATCH", "POST"])

    def list(self, project: str) -> Any:
        who = self.caller()
        if self.owners.get(project) != who and "parent" in self.looks_at:
            abort(403)
        if request.method == "POST":
            number = str(len(self.tasks) + 90)
            self.tasks[number] = {"id": number, "project": project, "title": request.json["title"]}
        return [each for each in self.tasks.values() if each["project"] == project]

    def task(self, project: str, task: str) -> Any:
        who, found = self.caller(), self.tasks.get(task) or abort(404)
        owner = self.owners[found["project"]]
        is_below = found["project"] == project or "both" not in self.looks_at
        if "parent" in self.looks_at and self.owners.get(project) != who:
            abort(403)
        if not is_below or ("child" in self.looks_at and owner != who):
            abort(404)
        if request.method != "GET":
            found["title"] = request.json["title"] if request.is_json else request.form["title"]
        return found


def owned_in(own: dict[str, tuple[str, str]]) -> Callable[[Operation, Caller], dict[Part, Json] | None]:
    def owned(operation: Operation, caller: Caller) -> dict[Part, Json] | None:
        names = dict(zip((PROJECT, TASK), own.get(caller.name, ()), strict=False))
        return {part: names[part] for part in operation.parts if part in names} or None

    return owned


KINDS = pytest.mark.parametrize("own", [NUMBERS, UUIDS, SLUGS], ids=["numbers", "uuids", "slugs"])


@KINDS
@pytest.mark.parametrize("operation", [READ, CHANGE, FORM], ids=["read", "json", "form"])
@pytest.mark.parametrize(
    ("looks_at", "is_told"),
    [(("parent",), True), ((), True), (("parent", "both"), False), (("child",), False), (("parent", "child"), False)],
    ids=["parent alone", "nothing", "child of the parent", "child", "both"],
)
def test_a_foreign_task(
    shop_bench: MakeBench, own: Any, operation: Operation, looks_at: tuple[str, ...], is_told: bool
) -> None:
    works = Works(own, *looks_at)
    operations = dict.fromkeys((LIST, READ, operation))
    bench = shop_bench(works, *operations, owned=owned_in(own))
    check = ObjectReads() if operation is READ else ObjectWrites()
    found = [each for each in check.run(bench) if each.path == operation.path]
    assert [(each.method, each.cwe) for each in found] == ([(operation.method, 639)] if is_told else [])
    if is_told and looks_at:
        assert [each.part for each in found] == ["path:task_id"]


@KINDS
@pytest.mark.parametrize("is_faulty", [True, False])
def test_a_task_made_in_a_foreign_project(shop_bench: MakeBench, own: Any, is_faulty: bool) -> None:
    works = Works(own, *(() if is_faulty else ("parent",)))
    found = list(ObjectWrites().run(shop_bench(works, LIST, MAKE, owned=owned_in(own))))
    assert [(each.method, each.part) for each in found] == ([("POST", "path:project_id")] if is_faulty else [])
