"""A SARIF file as the runs of the scanners that wrote it: the way in, for whoever has one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import decode_json, read_bytes
from setpoint.model.scan import ScanKind, ScannerRun, ScanResult, ScanStatus
from setpoint.model.wording import counted
from setpoint.scan.sarif.places import Places
from setpoint.scan.sarif.results import LEVELS, read_result
from setpoint.scan.sarif.rules import Rules
from setpoint.scan.values import Members, as_mapping, items, mapping, mappings, text
from setpoint.scan.words import KINDS, tool_name

VERSION: Final = "2.1.0"
"""What most tools and all code hosts write and read."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins, which some shells of Windows redirect into a file."""

MOST_TOLD: Final = 3
"""Of what a tool says went wrong."""
LONGEST_NOTE: Final = 300
LONGEST_NAME: Final = 100

WARNING_OF_UNREAD: Final = frozenset({"semgrep"})
"""Tools that call it a warning where they could not parse a file, or gave up on it, and quote the source below the
first line; of others, warnings say less."""


@dataclass(frozen=True, slots=True)
class SarifLimits:
    bytes: int = 256 * 2**20
    """A larger file is refused by its size, before it is read. Reading takes several times as much memory."""
    results: int = 100_000
    """Four times what GitHub takes of one run."""


def read_sarif(
    source: Path | bytes,
    *,
    root: Path,
    name: str = "",
    limits: SarifLimits | None = None,
    kind: ScanKind | None = None,
) -> tuple[ScannerRun, ...]:
    """Every run of the file, in order; `InputError` for what is not SARIF 2.1.0.

    `root` is the folder that files are told relative to, `name` what errors call the source, `kind` what the tool
    looks at where that is known better than by its name.
    """
    limits = limits or SarifLimits()
    data = read_bytes(source, limit=limits.bytes) if isinstance(source, Path) else source
    where = name or (str(source) if isinstance(source, Path) else "SARIF")
    log = _log(data, where)
    try:
        runs = mappings(log, "runs")
        beside = [each for each in mappings(log, "inlineExternalProperties") if each.get("results")]
    except InputError as error:
        raise InputError(error.what, where=where) from error
    if not runs:
        raise InputError("the file holds no run, so that it says nothing", where=where)
    if beside:  # section 3.13.5
        raise InputError(
            "the file holds results outside of its runs, which are not read",
            where=where,
            remedy="have them written into their runs",
        )
    if sum(len(each) for run in runs if isinstance(each := run.get("results"), list)) > limits.results:
        raise InputError(
            f"the file has more than {counted(limits.results, 'result')}",
            where=where,
            remedy="narrow what the tool looks at, or raise scan.most_results",
        )
    return tuple(_read_run(run, root, kind, f"{where}: runs[{index}]") for index, run in enumerate(runs))


def _read_run(run: Members, root: Path, kind: ScanKind | None, where: str) -> ScannerRun:
    try:
        return _run(run, root, kind)
    except InputError as error:
        place = f"{where}.{error.where}" if error.where else where
        raise InputError(error.what, where=place, remedy=error.remedy) from error


def _log(data: bytes, where: str) -> Members:
    if data.startswith(WIDE):
        raise InputError("this is UTF-16; SARIF is UTF-8", where=where, remedy="let the tool write the file itself")
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        log = decode_json(data, where)
    except InputError as error:
        _refuse_other_bytes(data, where)
        raise error
    if not isinstance(log, dict) or not ("version" in log or "runs" in log):
        raise InputError("this is JSON, and not SARIF", where=where)
    version = log.get("version")
    if version != VERSION:
        told = f"version {version[:40]}" if isinstance(version, str) else "without a version"
        raise InputError(
            f"this is SARIF {told}; {VERSION} is read", where=where, remedy=f"have it written as {VERSION}"
        )
    return log


def _refuse_other_bytes(data: bytes, where: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=f"{where}:{line}:{column}") from error


def _run(run: Members, root: Path, kind: ScanKind | None) -> ScannerRun:
    driver = mapping(mapping(run, "tool"), "driver")
    if not (told_name := text(driver, "name")):
        raise InputError("the run does not name its tool")
    tool = tool_name(told_name)[:LONGEST_NAME]
    kind = kind or KINDS.get(tool, ScanKind.OTHER)
    results = _read_results(run, tool, kind, root)
    status, reason = _status(run, tool, has_results=bool(results))
    return ScannerRun(
        scanner=tool,
        kind=kind,
        status=status,
        reason="; ".join(each for each in (reason, _outside(results)) if each),
        version=(text(driver, "semanticVersion") or text(driver, "version"))[:LONGEST_NAME],
        results=results,
        must_run=True,
    )


def _read_results(run: Members, tool: str, kind: ScanKind, root: Path) -> tuple[ScanResult, ...]:
    rules, places = Rules(run), Places(run, root)
    found: list[ScanResult] = []
    for index, each in enumerate(items(run, "results")):
        try:
            result = read_result(as_mapping(each, "the result"), tool, kind, rules, places)
        except InputError as error:
            raise InputError(error.what, where=f"results[{index}]", remedy=error.remedy) from error
        if result is not None:
            found.append(result)
    return tuple(found)


def _status(run: Members, tool: str, *, has_results: bool) -> tuple[ScanStatus, str]:
    """How the run ended by its own account: what it says went wrong is never *nothing found*."""
    if run.get("results") is None:  # section 3.14.23: it did not come to looking
        return ScanStatus.FAILED, "the run tells no results, not even that there are none"
    invocations = mappings(run, "invocations")
    errors = [
        _message(note, tool) or "the tool says that something went wrong"
        for each in invocations
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications")
        for note in mappings(each, key)
        if _is_error(note, tool)
    ]
    if any(map(_has_failed, invocations)):
        status = ScanStatus.PARTIAL if has_results else ScanStatus.FAILED
        return status, _listed(errors) or "the tool says that it failed"
    if errors:
        return ScanStatus.PARTIAL, _listed(errors)
    if "results" in mapping(run, "externalPropertyFileReferences"):
        return ScanStatus.PARTIAL, "some results are in other files, which are not read"
    return ScanStatus.COMPLETE, ""


def _has_failed(invocation: Members) -> bool:
    """Sections 3.20.6 to 3.20.14. Whatever is no plain yes is a no."""
    return invocation.get("executionSuccessful", True) is not True or any(
        invocation.get(each) is not None
        for each in ("exitSignalName", "exitSignalNumber", "processStartFailureMessage")
    )


def _is_error(note: Members, tool: str) -> bool:
    """Section 3.58: by its level, which is a warning where none is told, or because it tells of a crash."""
    level = text(note, "level") or "warning"
    if level not in LEVELS:
        raise InputError(f"level of a notification is {level[:40]!r}", remedy=f"known are {', '.join(sorted(LEVELS))}")
    return level == "error" or note.get("exception") is not None or (level == "warning" and tool in WARNING_OF_UNREAD)


def _message(note: Members, tool: str) -> str:
    told = text(mapping(note, "message"), "text").strip()
    return told.partition("\n")[0].rstrip(":") if tool in WARNING_OF_UNREAD else told


def _listed(notes: list[str]) -> str:
    told = list(dict.fromkeys(" ".join(each.split())[:LONGEST_NOTE] for each in notes))
    more = f", and {len(told) - MOST_TOLD:,} more" if len(told) > MOST_TOLD else ""
    return f"{'; '.join(told[:MOST_TOLD])}{more}"


def _outside(results: tuple[ScanResult, ...]) -> str:
    outside = sum(each.place.is_outside for each in results)
    return f"{counted(outside, 'result')} outside of the folder that was scanned" if outside else ""
