"""The layers of an image, one upon another: what a container of it would see, as far as somebody reads it.

Tar streams are gone through once, and nothing of them reaches the disk. Whiteouts are those of the OCI:
https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterator
from typing import Any, Final, Protocol, cast

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.octets import MAX_BYTES
from setpoint.intent.sbom.tree import OS_RELEASE

MAX_LAYER_BYTES: Final = 32 * 1024**3
"""Of one layer, unpacked: the largest with models in them take a third."""
MAX_KEPT_BYTES: Final = 1024**3
"""Of all files that are kept for their readers."""
MAX_MEMBERS: Final = 5_000_000
"""Of one layer."""

_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"


class Layered:
    """Files by path: their content, or why it is not here."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | str] = {}
        self._kept = 0

    def apply(self, stream: Seekable) -> None:
        """Raises `InputError` where the layer is damaged or beyond all bounds; what was read of it counts."""
        added: dict[str, bytes | str] = {}
        removed: set[str] = set()
        emptied: set[str] = set()
        folders = {folder for path in self.files for folder in _above(path)}
        try:
            for archive, member in _members(stream):
                path = inside(member.name)
                folder, name = posixpath.split(path)
                if name == _OPAQUE:
                    emptied.add(folder)
                elif name.startswith(_WHITEOUT):
                    removed.add(posixpath.join(folder, name.removeprefix(_WHITEOUT)))
                elif not member.isdir():
                    self._file(archive, member, path, added)
                    if path in folders or path in self.files:
                        removed.add(path)
        finally:
            self._forget(removed, emptied)
            self.files |= added

    def _file(
        self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str, added: dict[str, bytes | str]
    ) -> None:
        added.pop(path, None)  # of two in one layer, the later one counts
        if path not in OS_RELEASE and not reader_of(path):
            return
        if member.islnk():
            target = inside(member.linkname)
            there = added.get(target, self.files.get(target))
            added[path] = f"it is a link to {target}, which nobody reads" if there is None else there
        elif member.isfile():
            added[path] = self._content(archive, member)

    def _content(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | str:
        if member.size > MAX_BYTES:
            return f"the file has {member.size:,} bytes; at most {MAX_BYTES:,} are read"
        if self._kept + member.size > MAX_KEPT_BYTES:
            return f"the files of this image that say what it holds have more than {MAX_KEPT_BYTES:,} bytes"
        self._kept += member.size
        stream = archive.extractfile(member)
        return stream.read() if stream else ""

    def _forget(self, removed: set[str], emptied: set[str]) -> None:
        for path in list(self.files):
            above = _above(path)
            if path in removed or not removed.isdisjoint(above) or not emptied.isdisjoint(above):
                content = self.files.pop(path)
                self._kept -= len(content) if isinstance(content, bytes) else 0


class Seekable(Protocol):
    """What a tar archive is read from."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class Bounded(io.BufferedIOBase):
    """A stream that ends with an `InputError` where it would fill the memory, or go on for ever."""

    def __init__(self, stream: Seekable) -> None:
        self._stream = stream

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = MAX_BYTES if size is None or size < 0 else size
        if wanted > MAX_BYTES:
            raise InputError("the archive asks for more room than its headers may take")
        if self._stream.tell() > MAX_LAYER_BYTES:
            raise InputError(f"unpacked, the layer has more than {MAX_LAYER_BYTES:,} bytes, which is all that is read")
        return self._stream.read(wanted)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def inside(name: str) -> str:
    """The path below the root, whatever `..` and `/` it has."""
    return posixpath.normpath(f"/{name}").lstrip("/")


def _members(stream: Seekable) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    with tarfile.open(fileobj=Bounded(stream), mode="r:") as archive:
        for _ in range(MAX_MEMBERS):
            member = archive.next()
            if member is None:
                return
            yield archive, member
            cast("Any", archive).members.clear()  # it would keep them all; the types do not know of it
    raise InputError(f"the layer has more than {MAX_MEMBERS:,} files, which is all that is read")


def _above(path: str) -> list[str]:
    """The folders that it lies in; the root is empty."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts))]
