from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, request

from setpoint.model.canonical import Json
from setpoint.model.dast import Certainty, Operation, Part, PartPlace, Sent
from setpoint.scan.dast.checks.reflection.seen_inside import SeenInside

LOGIN = Operation(
    "GET", "/hello", (Part(PartPlace.QUERY, "name", example="ann"), Part(PartPlace.QUERY, "page", example="1"))
)


@dataclass
class Inside:
    """An agent that the target tells what it did with the requests that carried a marker."""

    told: dict[str, list[Mapping[str, Json]]] = field(default_factory=dict)

    def marked(self, request: Sent) -> tuple[Sent, str]:
        marker = f"m{len(self.told)}"
        self.told[marker] = []
        return replace(request, headers=(*request.headers, ("x-probe", marker))), marker

    def of(self, marker: str) -> Sequence[Mapping[str, Json]]:
        return self.told[marker]


def test_a_line_of_the_log_that_no_answer_shows(serve: Any, workbench: Any) -> None:
    app, inside = Flask(__name__), Inside()

    @app.get("/hello")
    def hello() -> dict[str, str]:
        marker = request.headers.get("x-probe")
        if marker:
            frames = [{"file": "app.py", "line": 7}]
            told = {"type": "log-injection", "sink": "Logger.info", "origins": [{"name": "name"}], "frames": frames}
            inside.told[marker].append(told)
        return {"said": "hello"}

    faults = list(SeenInside().run(workbench(serve(app), LOGIN, evidence=inside)))
    assert [(each.kind, each.cwe, each.part, each.certainty) for each in faults] == [
        ("log-injection", 117, "query:name", Certainty.CONFIRMED)
    ]
    assert "app.py:7" in faults[0].difference


def test_no_agent_no_request(serve: Any, workbench: Any) -> None:
    bench = workbench(serve(Flask(__name__)), LOGIN)
    assert list(SeenInside().plan(bench)) == []
    assert list(SeenInside().run(bench)) == []
    assert bench.sender.exchanges == []
