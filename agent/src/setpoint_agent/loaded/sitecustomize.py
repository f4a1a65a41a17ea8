"""Starts the agent in every Python that `setpoint-run` starts, by way of PYTHONPATH, then runs the one that this file hides.

Python imports a module of this name at its start (https://docs.python.org/3/library/site.html). It may be read by a Python
that is too old for the agent: hence nothing newer than Python 3.0 in here.
"""

import sys


def _start():
    if sys.version_info < (3, 11):
        sys.stderr.write("setpoint-agent: Python %d.%d is older than 3.11: not started\n" % sys.version_info[:2])
        return
    import os

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = os.path.dirname(package)
    added = folder not in sys.path
    if added:  # at the end: nothing of the application's own is hidden by what stands beside the agent
        sys.path.append(folder)
    try:
        import setpoint_agent

        setpoint_agent.start()
    except ImportError as error:
        sys.stderr.write("setpoint-agent: not started: %s\n" % error)


def _run_hidden():
    """The application's own `sitecustomize`, if it has one behind this folder."""
    import importlib.machinery
    import importlib.util
    import os

    here = os.path.dirname(os.path.abspath(__file__))
    behind = [each for each in sys.path if os.path.abspath(each or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", behind)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_start()
_run_hidden()
