"""Our own guardrails over declared infrastructure: the policies that hold at runtime, before anything is deployed."""

from __future__ import annotations

from pathlib import Path

from setpoint.errors import Error, InputError
from setpoint.model.scan import CodePlace, ScanKind, ScanResult
from setpoint.scan.files import relative
from setpoint.scan.iac.blocks import Blocks, block_of, read_blocks
from setpoint.scan.iac.documents import Declaration, find_declarations
from setpoint.scan.iac.interface import Breach, DeclarationJudge, Form
from setpoint.scan.interface import ScanTarget
from setpoint.scan.own import Deadline, Looked, OwnScanner


class Guardrails(OwnScanner):
    """One result for each guardrail that a declared resource does not keep."""

    name = "guardrails"
    kind = ScanKind.IAC

    def __init__(self, judge: DeclarationJudge) -> None:
        self._judge = judge

    def unavailable(self) -> str:
        return self._judge.unavailable()

    def is_of_use(self, target: ScanTarget) -> bool:
        return bool(find_declarations(target.root, target.files))

    def look(self, target: ScanTarget, deadline: Deadline) -> Looked:
        """A file that cannot be used is told, and the others are judged; `InputError` where none can be."""
        declarations = find_declarations(target.root, target.files)
        blocks = read_blocks(target.root, target.files)
        results: list[ScanResult] = []
        untold: list[str] = []
        broken: list[str] = []
        for each in declarations:
            deadline.check()
            try:
                judged = self._judge.judge(each.form, target.root / each.file)
            except Error as error:
                broken.append(_within(error.diagnostics(), target.root))
                continue
            results += [_result(breach, each, target.root, blocks) for breach in judged.breaches]
            untold += [_within(clause, target.root) for clause in judged.untold]
        if len(broken) == len(declarations):
            raise InputError("; ".join(broken))
        return Looked(len(declarations) - len(broken), tuple(dict.fromkeys(results)), (*broken, *untold))


def _result(breach: Breach, declaration: Declaration, root: Path, blocks: Blocks) -> ScanResult:
    return ScanResult(
        tool=Guardrails.name,
        rule=breach.policy,
        severity=breach.severity,
        place=_place(breach, declaration, root, blocks),
        message=f"{breach.address}: {breach.message}",
        kind=Guardrails.kind,
    )


def _place(breach: Breach, declaration: Declaration, root: Path, blocks: Blocks) -> CodePlace:
    """Of what has no line of its own, the address tells it from the rest of the file."""
    if declaration.form is Form.TERRAFORM:
        block = block_of(breach.address, declaration.file, blocks)
        return block or CodePlace(declaration.file, function=breach.address)
    file = relative(str(breach.file), root)
    return CodePlace(file, breach.line) if breach.line else CodePlace(file, function=breach.address)


def _within(text: str, root: Path) -> str:
    """Without the part of paths that is this machine's own."""
    return text.replace(f"{root}/", "")
