"""Log lines that hold a value as it came."""

from __future__ import annotations

import json
import logging

import pytest
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

log = logging.getLogger("tests.lines")
FAMILIES = ("sinks.logging", "passages.escapers")


class Name:
    def __str__(self) -> str:
        raise AssertionError("nobody but a handler asks")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"message": record.getMessage()})


def test_lines(watching: Watch, smith: str, caplog: pytest.LogCaptureFixture) -> None:
    evidence = watching(*FAMILIES, sources=False)
    with request_of(smith):
        log.warning(f"hello {smith}")
        log.error("hello %s", smith)
        log.warning("%(who)s is here", {"who": smith})
        logging.warning("hello %s, %d of %5.1f", smith, 1, 2.0)
        logging.LoggerAdapter(log, {}).critical("hello %s", smith)
        log.info("hello %s", smith)  # below the level that is set: still a line of the code
    assert [(each.kind.cwe, each.attack) for each in evidence] == [(117, False)] * 6
    assert caplog.messages[-1] == f"hello {smith}"
    assert {each.filename for each in caplog.records} == {"test_logging.py"}
    assert {each.funcName for each in caplog.records} == {"test_lines"}


@pytest.mark.parametrize("attack", ["x\nERROR all is lost"])
def test_an_attack(watching: Watch, attack: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    with request_of(attack):
        log.warning("hello %s", attack)
    assert [each.attack for each in evidence] == [True]


def test_what_has_no_line_breaks(watching: Watch, smith: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    with request_of(smith):
        log.warning("hello %r", smith)
        log.warning(f"hello {smith!r}")
        log.warning("hello %s", smith.replace("\n", "").replace("\r", ""))
        log.warning("hello %s", json.dumps(smith))
        log.warning("hello %d", len(smith))
        log.debug("hello %s", smith)
    assert evidence == []


def test_documents_escape_line_breaks(watching: Watch, smith: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    logger, handler = logging.Logger("tests.documents"), logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    with request_of(smith):
        logger.warning("hello %s", smith)
        assert evidence == []
        logger.addHandler(logging.StreamHandler())
        logger.warning("hello %s", smith)
    assert len(evidence) == 1


def test_objects_of_the_application_are_left_alone(
    watching: Watch, smith: str, caplog: pytest.LogCaptureFixture
) -> None:
    evidence = watching(*FAMILIES, sources=False)
    with request_of(smith), caplog.at_level(logging.WARNING, log.name):
        log.debug("hello %s", Name())
        log.info("hello %s %s", Name(), smith)
    assert len(evidence) == 1


def test_what_libraries_log_is_their_own(watching: Watch, smith: str) -> None:
    evidence = watching(*FAMILIES, sources=False)
    space = {"__name__": "somebody.else", "log": log}
    code = compile("def tell(what): log.warning('hello %s', what)", "/usr/lib/python3/dist-packages/else.py", "exec")
    exec(code, space)
    with request_of(smith):
        space["tell"](smith)  # type: ignore[operator]  # a function that was just defined
    assert evidence == []
