"""Starts the agent in every Python that `setpoint-run` starts, by way of PYTHONPATH, then runs the one that this file hides.

Python imports a module of this name at its start (https://docs.python.org/3/library/site.html). It may be read by a Python
that is too old for the agent: hence nothing newer than Python 3.0 in here.
"""

import os
import sys
from types import ModuleType

_HERE = os.path.dirname(os.path.abspath(__file__))


def _start() -> None:
    if sys.version_info < (3, 11):
        sys.stderr.write("setpoint-agent: Python %d.%d is older than 3.11: not started\n" % sys.version_info[:2])
        return
    try:
        _agent().start()
    except ImportError as error:
        sys.stderr.write("setpoint-agent: not started: %s\n" % error)


def _agent() -> ModuleType:
    """The package that this file is a part of. Its folder is not added to `sys.path`: what stands beside it there is none
    of the application's."""
    import importlib.util

    if "setpoint_agent" not in sys.modules:
        package = os.path.dirname(_HERE)
        spec = importlib.util.spec_from_file_location(
            "setpoint_agent", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
        )
        if spec is None or spec.loader is None:
            raise ImportError("its package is not whole")
        module = sys.modules["setpoint_agent"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["setpoint_agent"]


def _run_hidden() -> None:
    """The application's own `sitecustomize`, if it has one behind this folder."""
    import importlib.machinery
    import importlib.util

    sys.path[:] = [each for each in sys.path if os.path.abspath(each or ".") != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


_start()
_run_hidden()
