"""A task that its owner had before the scan, and that nothing makes: changed by a peer, and as it was afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, jsonify, request
from tests.unit.scan.dast.checks.access.conftest import ALICE, BEARERS, BOB
from tests.unit.scan.dast.conftest import HeaderAccounts, PlainSender

from setpoint.model.canonical import Json
from setpoint.model.dast import Fault, Profile
from setpoint.scan.dast.checks.access.object_writes import ObjectWrites
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.surface.document import surface_of

ACCOUNTS = HeaderAccounts({caller: BEARERS[caller] for caller in (ALICE, BOB)})
TASK = "/projects/{project_id}/tasks/{task_id}"


def named(*names: str) -> dict[str, Any]:
    return {"parameters": [{"name": each, "in": "path", "required": True, "schema": {}} for each in names]}


def taking(*required: str, **properties: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": list(required),
        "properties": {name: {"type": kind} for name, kind in properties.items()},
    }
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}


class Board:
    """Projects of two accounts, and tasks below them; some builds let accounts make projects, none makes tasks."""

    def __init__(self, *faults: str, method: str = "PATCH", is_made: bool = False, ids: str = "{}") -> None:
        self.faults, self.method, self.is_made = frozenset(faults), method, is_made
        self.projects = {ids.format(3): "alice", ids.format(4): "bob"}
        self.tasks: dict[str, dict[str, Any]] = {
            ids.format(31): {"project": ids.format(3), "title": "paint the fence", "notes": "blue", "status": "open"},
            ids.format(41): {"project": ids.format(4), "title": "mow the lawn", "notes": "short", "status": "done"},
        }
        self.writes: list[str] = []
        self.app = Flask("board")
        self.app.add_url_rule("/projects", "projects", self.listed, methods=["GET", *(["POST"] if is_made else [])])
        self.app.add_url_rule("/projects/<project>/tasks", "tasks", self.listed_tasks)
        self.app.add_url_rule("/projects/<project>/tasks/<task>", "task", self.write, methods=[method, "DELETE"])

    @property
    def document(self) -> dict[str, Json]:
        fields = {"title": "string", "notes": "string", "status": "string"}
        body = taking(*(fields if self.method == "PUT" else ("title",)), **fields)
        make = {"post": taking("name", name="string")} if self.is_made else {}
        paths = {
            "/projects": {"get": {}, **make},
            "/projects/{project_id}/tasks": {"get": {}, **named("project_id")},
            TASK: {self.method.lower(): body, "delete": {}, **named("project_id", "task_id")},
        }
        return {"openapi": "3.0.3", "paths": paths}

    def caller(self) -> str:
        name = request.headers.get("authorization", "").removeprefix("Bearer ")
        if name not in {"alice", "bob"} and "nobody" not in self.faults:
            abort(401)
        return name

    def listed(self) -> Any:
        if request.method == "POST":
            self.projects[str(len(self.projects) + 50)] = self.caller()
            return {"id": list(self.projects)[-1], "name": request.get_json()["name"]}, 201
        own = [each for each, owner in self.projects.items() if owner == self.caller() or "one list" in self.faults]
        return jsonify([{"id": each} for each in own])

    def listed_tasks(self, project: str) -> Any:
        if self.projects.get(project) != self.caller() and "one list" not in self.faults:
            abort(404)
        return jsonify([{"id": each, **task} for each, task in self.tasks.items() if task["project"] == project])

    def write(self, project: str, task: str) -> Any:
        self.writes.append(f"{request.method} {task} by {self.caller()}")
        is_own = self.projects.get(project) == self.caller() or "nobody" in self.faults
        is_of_it = self.tasks.get(task, {}).get("project") == project
        if not is_own or not (is_of_it or "child" in self.faults) or task not in self.tasks:
            abort(404)
        if "once" in self.faults and any("by alice" in each for each in self.writes):
            abort(409)
        self.tasks[task].update(request.get_json())
        return "", 204


class Notes(Board):
    """Notes that stand below nothing."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.app.add_url_rule("/notes", "notes", self.listed_notes)
        self.app.add_url_rule("/notes/<task>", "note", self.write_note, methods=["PATCH"])

    @property
    def document(self) -> dict[str, Json]:
        change = {"patch": taking("notes", notes="string"), **named("note_id")}
        return {"openapi": "3.0.3", "paths": {"/notes": {"get": {}}, "/notes/{note_id}": change}}

    def listed_notes(self) -> Any:
        return jsonify({"items": [{"id": each, **task} for each, task in self.tasks.items() if self.may(each)]})

    def may(self, task: str) -> bool:
        return "one list" in self.faults or self.projects[self.tasks[task]["project"]] == self.caller()

    def write_note(self, task: str) -> Any:
        if not self.caller() or task not in self.tasks or not ("child" in self.faults or self.may(task)):
            abort(403)
        self.tasks[task].update(request.get_json())
        return self.tasks[task]


Run = Callable[[Board], tuple[list[Fault], list[str]]]


@pytest.fixture
def run(serve: Any) -> Run:
    """What is told of a board by a scan in the safe profile, and what it leaves behind."""

    def faults_of(board: Board) -> tuple[list[Fault], list[str]]:
        base = serve(board.app)
        safety, left = Safety(Profile.SAFE), list[Callable[[], Any]]()
        surface = surface_of(board.document, "x", base, lambda _: {}, where="x")
        seeds = Seeds(surface, PlainSender(base), ACCOUNTS, safety, lambda _line: None)
        safety.own_by(seeds.owns)
        seeds.learn()
        bench = Workbench(
            surface=seeds.surface,
            profile=Profile.SAFE,
            sender=seeds.sender,
            accounts=ACCOUNTS,
            evidence=None,
            may_send=safety,
            build=seeds.build,
            owned=seeds.owned,
            baseline=seeds.baseline,
            told=lambda _line: None,
            leaves_behind=left.append,
            lends=safety.lends,
        )
        faults = list(ObjectWrites().run(bench))
        return faults, [line for each in left for line in each()]

    return faults_of


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("is_made", [True, False])
@pytest.mark.parametrize("ids", ["{}", "0b1c5a52-7d3e-4c2a-9a41-1f0f8a2b6c{}", "board-{}"])
def test_a_task_below_another_project_is_changed_and_given_back(run: Run, method: str, is_made: bool, ids: str) -> None:
    board = Board("child", method=method, is_made=is_made, ids=ids)
    before = copy.deepcopy(board.tasks)
    (fault,), left = run(board)

    assert (fault.kind, fault.method, fault.path) == ("object-level-authorisation", method, TASK)
    assert (fault.part, fault.caller) == ("path:task_id", "bob")
    assert (board.tasks, left) == (before, [])
    assert not any("DELETE" in each for each in board.writes)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("is_made", [True, False])
def test_a_board_that_looks_below_the_callers_own_project_is_sound(run: Run, method: str, is_made: bool) -> None:
    board = Board(method=method, is_made=is_made)
    before = copy.deepcopy(board.tasks)
    assert run(board) == ([], [])
    assert board.tasks == before
    assert len(board.writes) == 2


def test_what_nobody_needs_to_log_in_for_to_change(run: Run) -> None:
    board = Board("nobody", "child")
    before = copy.deepcopy(board.tasks)
    (fault,), _ = run(board)
    assert (fault.kind, fault.cwe) == ("missing-authentication", 306)
    assert board.tasks == before


def test_what_a_peers_list_shows_too_is_left_alone(run: Run) -> None:
    board = Board("child", "one list")
    assert run(board) == ([], [])
    assert board.writes == []


def test_a_text_that_could_not_be_given_back_is_told(run: Run) -> None:
    board = Board("child", "once")
    (fault,), left = run(board)
    assert fault.path == TASK
    assert left == [f"another text in notes of task 31 of alice, written by PATCH {TASK}"]


@pytest.mark.parametrize(("faults", "is_told"), [(("child",), True), ((), False), (("child", "one list"), False)])
def test_notes_of_a_flat_list(run: Run, faults: tuple[str, ...], is_told: bool) -> None:
    board = Notes(*faults)
    before = copy.deepcopy(board.tasks)
    found, left = run(board)
    assert [each.part for each in found] == (["path:note_id"] if is_told else [])
    assert (board.tasks, left) == (before, [])
