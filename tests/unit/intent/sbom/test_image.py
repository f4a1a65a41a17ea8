"""Images in tarballs: layers one upon another, and archives that mean harm."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from setpoint.errors import CouldNotTellError, InputError
from setpoint.intent.sbom import layers
from setpoint.intent.sbom.making import Made, make_sbom

METADATA = b"Metadata-Version: 2.1\nName: %s\nVersion: %s\n"
OS_RELEASE = b'NAME="Alpine Linux"\nID=alpine\nVERSION_ID="3.19.1"\n'
APK = b"P:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\no:musl\n"
SITE = "usr/lib/python3/site-packages"


def tar(members: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in members.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            octets = b"" if isinstance(content, tarfile.TarInfo) else content
            if not isinstance(content, tarfile.TarInfo):
                info.size = len(octets)
            archive.addfile(info, io.BytesIO(octets))
    return held.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def distribution(name: str, version: str) -> dict[str, bytes | tarfile.TarInfo]:
    return {f"{SITE}/{name}-{version}.dist-info/METADATA": METADATA % (name.encode(), version.encode())}


def docker(*of_layers: bytes) -> bytes:
    names = [f"{number}/layer.tar" for number in range(len(of_layers))]
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["shop:1.0"], "Layers": names}]).encode()
    return tar({**dict(zip(names, of_layers, strict=True)), "manifest.json": manifest})


def layout(*of_layers: bytes) -> bytes:
    blobs: dict[str, bytes | tarfile.TarInfo] = {}

    def put(octets: bytes) -> dict[str, object]:
        digest = hashlib.sha256(octets).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = octets
        return {"digest": f"sha256:{digest}", "size": len(octets), "platform": {"os": "linux"}}

    manifest = put(json.dumps({"layers": [put(each) for each in of_layers]}).encode())
    attestation = {**put(b"{}"), "platform": {"os": "unknown"}}
    nested = put(json.dumps({"manifests": [manifest, attestation]}).encode())
    return tar({**blobs, "index.json": json.dumps({"manifests": [nested]}).encode(), "oci-layout": b"{}"})


def made(tmp_path: Path, octets: bytes) -> Made:
    path = tmp_path / "image.tar"
    path.write_bytes(octets)
    return make_sbom(path)


def purls(image: Made) -> list[str]:
    return [each.purl for each in image.sbom.components]


BASE = tar({"etc/os-release": OS_RELEASE, "lib/apk/db/installed": APK, **distribution("flask", "2.0")})
MUSL = "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1"


@pytest.mark.parametrize("packed", [False, True])
def test_an_image_of_docker_save(tmp_path: Path, *, packed: bool) -> None:
    octets = docker(BASE, gzip.compress(tar(distribution("click", "8.1"))))
    image = made(tmp_path, gzip.compress(octets) if packed else octets)
    assert purls(image) == [MUSL, "pkg:pypi/click@8.1", "pkg:pypi/flask@2.0"]
    assert (image.sbom.subject, image.sbom.format, image.unread) == ("shop:1.0", "made of an image", ())


def test_an_image_in_oci_layout(tmp_path: Path) -> None:
    assert purls(made(tmp_path, layout(gzip.compress(BASE), tar(distribution("click", "8.1"))))) == [
        MUSL,
        "pkg:pypi/click@8.1",
        "pkg:pypi/flask@2.0",
    ]


def test_a_plain_file_system(tmp_path: Path) -> None:
    assert purls(made(tmp_path, BASE)) == [MUSL, "pkg:pypi/flask@2.0"]


@pytest.mark.parametrize(
    "whiteout",
    [
        {f"{SITE}/.wh.flask-2.0.dist-info": b""},
        {f"{SITE}/flask-2.0.dist-info/.wh.METADATA": b""},
        {f"./{SITE}/.wh..wh..opq": b""},
        {"usr/lib/.wh.python3": b""},
        {SITE: special(SITE, tarfile.SYMTYPE, "/elsewhere")},
        {"x": special(f"{SITE}/flask-2.0.dist-info/METADATA", tarfile.SYMTYPE, "/etc/passwd")},
    ],
)
def test_what_a_later_layer_takes_away_is_gone(tmp_path: Path, whiteout: dict[str, bytes | tarfile.TarInfo]) -> None:
    assert purls(made(tmp_path, docker(BASE, tar(whiteout)))) == [MUSL]


def test_an_opaque_folder_keeps_what_its_own_layer_adds(tmp_path: Path) -> None:
    later = tar({**distribution("flask", "3.0"), f"{SITE}/.wh..wh..opq": b""})
    assert purls(made(tmp_path, docker(BASE, later))) == [MUSL, "pkg:pypi/flask@3.0"]


def test_a_later_layer_replaces_a_file(tmp_path: Path) -> None:
    path = f"{SITE}/flask-2.0.dist-info/METADATA"
    assert "pkg:pypi/flask@2.1" in purls(made(tmp_path, docker(BASE, tar({path: METADATA % (b"flask", b"2.1")}))))


def test_hard_links_have_the_content_of_what_they_link(tmp_path: Path) -> None:
    first = f"{SITE}/flask-2.0.dist-info/METADATA"
    link = special("opt/flask-2.0.dist-info/METADATA", tarfile.LNKTYPE, first)
    outside = special("opt/x-1.dist-info/METADATA", tarfile.LNKTYPE, "../../../etc/passwd")
    image = made(tmp_path, docker(BASE, tar({"a": link, "b": outside})))
    assert purls(image) == [MUSL, "pkg:pypi/flask@2.0"]
    assert [each.where for each in image.unread] == ["opt/x-1.dist-info/METADATA"]


def test_paths_that_lead_out_stay_inside_and_reach_no_disk(tmp_path: Path) -> None:
    hostile = tar({"../../../../tmp/requirements.txt": b"flask==1.0", "/requirements.txt": b"click==8.0"})
    before = sorted(tmp_path.parent.rglob("requirements.txt"))
    image = made(tmp_path, docker(hostile))
    assert purls(image) == ["pkg:pypi/click@8.0", "pkg:pypi/flask@1.0"]
    assert sorted(tmp_path.parent.rglob("requirements.txt")) == before


def test_a_layer_that_cannot_be_read_is_named_and_the_others_count(tmp_path: Path) -> None:
    broken = gzip.compress(tar(distribution("click", "8.1")))[:60]
    image = made(tmp_path, docker(BASE, broken, b"\x28\xb5\x2f\xfdzstd", b"not a tar archive, and long enough" * 30))
    assert {MUSL, "pkg:pypi/flask@2.0"} <= set(purls(image))
    assert [each.where for each in image.unread] == ["1/layer.tar", "2/layer.tar", "3/layer.tar"]


def test_a_layer_that_is_not_there_is_named(tmp_path: Path) -> None:
    manifest = json.dumps([{"Layers": ["a/layer.tar", "b/layer.tar"]}]).encode()
    link = special("b/layer.tar", tarfile.SYMTYPE, "../c/layer.tar")
    image = made(tmp_path, tar({"manifest.json": manifest, "b/layer.tar": link, "c/layer.tar": BASE}))
    assert [each.where for each in image.unread] == ["a/layer.tar"]
    assert MUSL in purls(image)


def test_links_of_layers_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    manifest = json.dumps([{"Layers": ["a"]}]).encode()
    circle = {"a": special("a", tarfile.SYMTYPE, "b"), "b": special("b", tarfile.SYMTYPE, "a")}
    assert [each.where for each in made(tmp_path, tar({"manifest.json": manifest, **circle})).unread] == ["a"]


def test_bounds_hold_in_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "MAX_LAYER_BYTES", 100_000)
    monkeypatch.setattr(layers, "MAX_BYTES", 20_000)
    endless = gzip.compress(tar({"zeros": b"\0" * 3_000_000, **distribution("click", "8.1")}))
    large = tar({"requirements.txt": b"#" * 30_000})
    image = made(tmp_path, docker(BASE, endless, large))
    assert [each.where for each in image.unread] == ["1/layer.tar", "requirements.txt"]


def test_headers_that_ask_for_the_memory_are_refused(tmp_path: Path) -> None:
    info = special("pax", tarfile.XHDTYPE)
    info.size = 7 * 1024**3
    image = made(tmp_path, docker(BASE, info.tobuf() + b"\0" * 1024))
    assert [each.why for each in image.unread] == ["the archive asks for more room than its headers may take"]


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (gzip.compress(BASE, mtime=0)[:-40], "not whole"),
        (gzip.compress(b"hello", mtime=0), "not whole"),
        (b"\x1f\x8bhello", "not whole"),
        (tar({"manifest.json": b"[]"}), "several images, or none"),
        (tar({"manifest.json": b"{"}), "not JSON"),
        (tar({"manifest.json": b'[{"Layers": 7}]'}), "was expected"),
        (tar({"index.json": b'{"manifests": []}'}), "several images, or none"),
        (tar({"index.json": b'{"manifests": [{"digest": "sha256:ab"}]}'}), "does not hold it"),
    ],
)
def test_a_tarball_that_is_no_image_is_refused(tmp_path: Path, octets: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what) as error:
        made(tmp_path, octets)
    assert error.value.where.startswith(str(tmp_path / "image.tar"))


def test_an_image_of_which_nothing_tells_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(CouldNotTellError, match="nothing here says"):
        made(tmp_path, docker(tar({"app": b"\x7fELF"})))
