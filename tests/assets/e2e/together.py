"""Runs many command lines of the program in one process: what it takes to start one goes once. Used by `program.py`."""

import contextlib
import io
import json
import sys

from setpoint.cli.main import run


def main() -> None:
    answers = []
    for arguments in json.load(sys.stdin):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
        answers.append([code, out.getvalue(), err.getvalue()])
    json.dump(answers, sys.stdout)


main()
