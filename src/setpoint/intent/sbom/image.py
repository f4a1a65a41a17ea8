"""An image in a tarball: of `docker save`, in OCI layout, or a plain file system; gzip is undone.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md; the manifest.json of `docker save` is the one of
https://github.com/moby/docker-image-spec/blob/main/spec.md.
"""

from __future__ import annotations

import gzip
import posixpath
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.intent.sbom.ecosystems.found import Distro
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.layers import MAX_LAYER_BYTES, Bounded, Layered, Seekable, inside
from setpoint.intent.sbom.members import Object, a_text, an_object, child, items, text
from setpoint.intent.sbom.tree import OS_RELEASE, Unread, distro_of
from setpoint.intent.sbom.zstd import unpacked_zstd

MAX_DOCUMENT_BYTES: Final = 4 * 1024 * 1024
"""Of a manifest or an index: registries refuse larger ones."""
MAX_PARTS: Final = 100_000
"""Members of the tarball itself."""
_CHUNK: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_USTAR: Final = b"ustar"
_USTAR_AT: Final = 257
"""Where it stands in every tar archive of POSIX and of GNU (pax, "ustar Interchange Format")."""
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_LINKS: Final = 5
"""`docker save` of old links layers that are the same."""
_NESTED_INDEXES: Final = 5

_DAMAGED: Final = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError)


def is_image(path: Path) -> bool:
    """A tar archive, or anything packed by gzip, which only a tar archive would be."""
    with path.open("rb") as stream:
        header = stream.read(tarfile.BLOCKSIZE)
    return header.startswith(_GZIP) or header.startswith(_USTAR, _USTAR_AT)


class Image:
    def __init__(self, path: Path) -> None:
        self._name = path.name
        self.subject = path.name
        self.unread: list[Unread] = []
        layered = Layered()
        try:
            with _plain(path) as stream:
                self._apply(stream, layered)
        except InputError as error:
            raise InputError(
                error.what, where=f"{path}: {error.where}" if error.where else str(path), remedy=error.remedy
            ) from error
        except _DAMAGED as error:
            raise InputError(f"this is not whole as a tarball ({error})", where=str(path)) from error
        self._files = layered.files
        self.distro = self._distro()

    def paths(self) -> list[str]:
        return sorted(path for path in self._files if reader_of(path))

    def octets(self, path: str) -> bytes:
        content = self._files[path]
        if isinstance(content, str):
            raise InputError(content)
        return content

    def _distro(self) -> Distro:
        found = (self._files.get(each) for each in OS_RELEASE)
        return next((distro_of(each) for each in found if isinstance(each, bytes)), Distro())

    def _apply(self, stream: BinaryIO, layered: Layered) -> None:
        with tarfile.open(fileobj=Bounded(stream), mode="r:") as archive:
            parts = _Parts(archive)
            layers = self._layers(parts)
            for name in layers or ():
                try:
                    self._layer(parts.open(name), layered)
                except (InputError, *_DAMAGED) as error:
                    why = error.what if isinstance(error, InputError) else f"the layer is damaged ({error})"
                    self.unread.append(Unread(name, why))
        if layers is None:
            stream.seek(0)
            layered.apply(stream)

    def _layer(self, stream: Seekable, layered: Layered) -> None:
        magic = stream.read(len(_ZSTD))
        stream.seek(0)
        if magic == _ZSTD:
            with unpacked_zstd(stream) as unpacked:
                layered.apply(unpacked)
        elif magic.startswith(_GZIP):
            with gzip.GzipFile(fileobj=stream) as unpacked:
                layered.apply(unpacked)
        else:
            layered.apply(stream)

    def _layers(self, parts: _Parts) -> list[str] | None:
        """The names of the layers in the tarball, lowest first; None where it is a plain file system."""
        if parts.has("manifest.json"):
            manifests = parts.document("manifest.json")
            if not isinstance(manifests, list) or len(manifests) != 1:
                raise InputError("the tarball holds several images, or none", remedy="save one image alone")
            manifest = an_object(manifests[0], "manifest.json[0]")
            tags = items(manifest, "RepoTags", "manifest.json[0]")
            self.subject = a_text(tags[0], "RepoTags[0]") if tags else self._name
            return [a_text(each, "Layers") for each in items(manifest, "Layers", "manifest.json[0]")]
        if parts.has("index.json"):
            manifest = _manifest(parts, an_object(parts.document("index.json"), "index.json"))
            return [_blob(an_object(each, "layers")) for each in items(manifest, "layers", "manifest")]
        return None


class _Parts:
    """The members of the tarball by path."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._members: dict[str, tarfile.TarInfo] = {}
        for count, member in enumerate(archive):
            if count >= MAX_PARTS:
                break  # a plain file system, as large as one
            self._members[inside(member.name)] = member

    def has(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> Seekable:
        path = inside(name)
        for _ in range(_LINKS):
            member = self._members.get(path)
            if member is None:
                break
            if member.issym() or member.islnk():
                folder = posixpath.dirname(path) if member.issym() else ""
                path = inside(posixpath.join(folder, member.linkname))
            elif stream := self._archive.extractfile(member):
                return stream
            else:
                break
        raise InputError("the tarball names this part, and does not hold it", where=name)

    def document(self, name: str) -> object:
        octets = self.open(name).read(MAX_DOCUMENT_BYTES + 1)
        if len(octets) > MAX_DOCUMENT_BYTES:
            raise InputError(f"it has more than {MAX_DOCUMENT_BYTES:,} bytes, which is all that is read", where=name)
        return parse_json(octets, name)


def _manifest(parts: _Parts, index: Object) -> Object:
    """The one image of the layout, through indexes that hold indexes; what attests it is none."""
    for _ in range(_NESTED_INDEXES):
        listed = [an_object(each, "manifests") for each in items(index, "manifests", "index")]
        images = [each for each in listed if text(child(each, "platform", ""), "os", "platform") != "unknown"]
        if len(images) != 1:
            raise InputError("the layout holds several images, or none", remedy="save one platform's image alone")
        document = an_object(parts.document(_blob(images[0])), "manifest")
        if "manifests" not in document:
            return document
        index = document
    raise InputError("its indexes are nested without end")


def _blob(descriptor: Object) -> str:
    algorithm, _, digits = text(descriptor, "digest", "descriptor").partition(":")
    return f"blobs/{algorithm}/{digits}"


@contextmanager
def _plain(path: Path) -> Iterator[BinaryIO]:
    """The tar archive itself: layers lie anywhere in it, so a packed one is first unpacked to a file without a name."""
    with path.open("rb") as stream:
        magic = stream.read(len(_GZIP))
        stream.seek(0)
        if magic != _GZIP:
            yield stream
            return
        with tempfile.TemporaryFile() as unpacked, gzip.GzipFile(fileobj=stream) as packed:
            while chunk := packed.read(_CHUNK):
                if packed.tell() > MAX_LAYER_BYTES:
                    raise InputError(
                        f"unpacked, the tarball has more than {MAX_LAYER_BYTES:,} bytes, which is all that is read"
                    )
                unpacked.write(chunk)
            unpacked.seek(0)
            yield unpacked
