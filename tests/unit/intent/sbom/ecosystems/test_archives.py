"""Archives of Java, and the archives in them."""

import io
import zipfile

import pytest

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems import archives
from setpoint.intent.sbom.ecosystems.archives import read_archive
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.model.component import Problem


def archive(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return held.getvalue()


def properties(artifact: str, version: str) -> dict[str, bytes]:
    content = f"#Created by Maven\ngroupId=org.example\nartifactId={artifact}\nversion={version}\n"
    return {f"META-INF/maven/org.example/{artifact}/pom.properties": content.encode()}


def found_in(octets: bytes, name: str = "app.jar") -> tuple[list[str], list[str]]:
    found = list(read_archive(Source(name, octets)))
    return (
        [str(each.purl) for each in found if isinstance(each, Found)],
        [each.where for each in found if isinstance(each, Problem)],
    )


def test_archives_in_archives_are_looked_into() -> None:
    inner = archive(**properties("log", "2.0"))
    unnamed = archive(**{"a.class": b""})
    outer = archive(**properties("app", "1.0"), **{"BOOT-INF/lib/log.jar": inner, "BOOT-INF/lib/x.jar": unnamed})
    assert found_in(outer) == (
        ["pkg:maven/org.example/app@1.0", "pkg:maven/org.example/log@2.0"],
        ["app.jar!BOOT-INF/lib/x.jar"],
    )


def test_nesting_ends() -> None:
    octets = archive(**properties("deep", "1"))
    for _ in range(5):
        octets = archive(**{"inner.jar": octets})
    assert found_in(octets)[0] == []
    assert "app.jar!inner.jar!inner.jar!inner.jar" in found_in(octets)[1]


def test_an_archive_that_grows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1000)
    with pytest.raises(InputError, match="larger than all that is read"):
        found_in(archive(**{"inner.jar": b"\0" * 100_000}))


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04", archive(**properties("a", "1"))[:-30]])
def test_a_damaged_archive_is_refused(octets: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        found_in(octets)
