"""Readers that make objects of any class of what they are given, and so run code: pickle and its kin, YAML, jsonpickle.

The data is compared with the request's values as it is, as bytes or text; `sources.decoded` has told of what was
decoded on the way. Libraries that read their own data (caches, sessions, queues) are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from setpoint_agent.catalogue import DESERIALISATION
from setpoint_agent.examination import examine, note_in_vain, weigh
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.subclasses import watch_construction
from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.recognition import find
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.encoded import encoded_in, is_plain
from setpoint_agent.sinks.files import LONGEST, octets_of
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.queries import longest_text
from setpoint_agent.sinks.unpicklers import restricts
from setpoint_agent.sinks.wrapping import Look, argument, looking
from setpoint_agent.sources.decoded import SIGNED

_PASSING_ON: Final = frozenset({"cloudpickle", "dill._dill", "jsonpickle", "pickle", "shelve", "yaml"})
"""Modules of which one function calls the other."""
_CALLS_FUNCTIONS: Final = (
    "tag:yaml.org,2002:python/object/apply:",
    "tag:yaml.org,2002:python/object/new:",
    "tag:yaml.org,2002:python/object:",
)
"""Tags of YAML that make objects of a class; PyYAML's `FullLoader` has not known them since 5.4."""


def _sink(name: str) -> Sink:
    return Sink(DESERIALISATION, name, "whole", safe_after=frozenset({SIGNED}))


def _reading(name: str, keyword: str, position: int = 0) -> Look:
    """A function that is given data, a file, or the name of one."""
    sink = _sink(name)

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        _look_at(sink, argument(arguments, keywords, position, keyword))

    return look


def _look_at(sink: Sink, data: Any) -> None:
    caller = application_caller(_PASSING_ON)
    if caller is None:
        return
    if any(data is each for each in caller.f_globals.values()):  # a constant of the module
        note_in_vain(DESERIALISATION)
        return
    octets = octets_of(data)
    if isinstance(octets, bytes | bytearray | memoryview):
        _look_at_octets(sink, bytes(octets[:LONGEST]))
    else:
        examine(sink, octets)


def _look_at_octets(sink: Sink, octets: bytes) -> None:
    """Of what is no text it counts who chose its beginning: values inside of it are in what the application packed.

    It may have come in an encoding that a function of C undid (`bytes.fromhex`): that is done once more.
    """
    request = current.get()
    if request is None or is_plain(octets):
        examine(sink, octets)
        return
    text = octets.decode("utf-8", "replace")
    brought = encoded_in(octets, request.values())
    if brought is None:
        matches = find(request.values(), text, shortest=sink.shortest)
        if any(each.start == 0 for each in matches):
            weigh(sink, text, matches)
        elif not matches:
            note_in_vain(DESERIALISATION)
    elif not any(brought.text in each or each in brought.text for each in _signed(request)):
        weigh(sink, text, (Match(brought, 0, len(text), text, ("base64",), 1.0),))
    else:
        note_in_vain(DESERIALISATION)


def _signed(request: Request) -> list[str]:
    return [text for text, safe_for in request.passages.items() if SIGNED in safe_for]


def _of_yaml(name: str) -> Look:
    """`yaml.load(stream, Loader)`."""
    sink = _sink(name)

    def look(arguments: Sequence[Any], keywords: Mapping[str, Any], /) -> None:
        loader = argument(arguments, keywords, 1, "Loader")
        known = getattr(loader, "yaml_multi_constructors", {})
        if any(tag in known for tag in _CALLS_FUNCTIONS):
            _look_at(sink, argument(arguments, keywords, 0, "stream"))

    return look


def _loader_made(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`yaml.UnsafeLoader(stream)`, asked for its documents afterwards."""
    _look_at(_sink("yaml.UnsafeLoader"), argument(arguments, keywords, 1, "stream"))


def _restored(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`jsonpickle.unpickler.Unpickler().restore(document)`."""
    _look_at(_sink("jsonpickle.Unpickler.restore"), longest_text(argument(arguments, keywords, 1, "obj")))


def _of_ruamel(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """`YAML(typ="unsafe").load(stream)`."""
    if "unsafe" in getattr(arguments[0], "typ", ()):
        _look_at(_sink("ruamel.yaml.YAML.load"), argument(arguments, keywords, 1, "stream"))


def _of_numpy(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    if keywords.get("allow_pickle"):
        _look_at(_sink("numpy.load"), argument(arguments, keywords, 0, "file"))


def _of_torch(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    if keywords.get("weights_only") is False:
        _look_at(_sink("torch.load"), argument(arguments, keywords, 0, "f"))


def _prepare_pickle(module: ModuleType) -> None:
    watch_construction(module, "Unpickler", _constructed)


_UNPICKLER: Final = _sink("pickle.Unpickler")


def _constructed(unpickler: Any, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """An unpickler is given its file when it is made."""
    if not restricts(type(unpickler)):
        _look_at(_UNPICKLER, argument(arguments, keywords, 0, "file"))


PATCHES: Final = (
    Patch("pickle", "loads", looking(_reading("pickle.loads", "data"))),
    Patch("pickle", "load", looking(_reading("pickle.load", "file"))),
    Preparation("pickle", _prepare_pickle),
    Patch("marshal", "loads", looking(_reading("marshal.loads", "data"))),
    Patch("marshal", "load", looking(_reading("marshal.load", "file"))),
    Patch("shelve", "open", looking(_reading("shelve.open", "filename"))),
    Patch("yaml", "load", looking(_of_yaml("yaml.load"))),
    Patch("yaml", "load_all", looking(_of_yaml("yaml.load_all"))),
    Patch("yaml.loader", "Loader.__init__", looking(_loader_made)),
    Patch("yaml.loader", "UnsafeLoader.__init__", looking(_loader_made)),
    Patch("jsonpickle.unpickler", "Unpickler.restore", looking(_restored)),
    Patch("ruamel.yaml.main", "YAML.load", looking(_of_ruamel)),
    Patch("jsonpickle.unpickler", "decode", looking(_reading("jsonpickle.decode", "string"))),
    Patch("jsonpickle", "loads", looking(_reading("jsonpickle.decode", "string"))),
    Patch("dill._dill", "loads", looking(_reading("dill.loads", "str"))),
    Patch("dill._dill", "load", looking(_reading("dill.load", "file"))),
    Patch("cloudpickle", "loads", looking(_reading("cloudpickle.loads", "data"))),
    Patch("cloudpickle", "load", looking(_reading("cloudpickle.load", "file"))),
    Patch("joblib.numpy_pickle", "load", looking(_reading("joblib.load", "filename"))),
    Patch("pandas.io.pickle", "read_pickle", looking(_reading("pandas.read_pickle", "filepath_or_buffer"))),
    Patch("numpy", "load", looking(_of_numpy)),
    Patch("torch.serialization", "load", looking(_of_torch)),
)
