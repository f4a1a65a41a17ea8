"""Every lockfile that is known, by a sample of each."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.making import make_sbom
from setpoint.model.component import Problem, ProblemKind

LOCKS = Path(__file__).parents[4] / "assets" / "sbom" / "locks"
UNRESOLVED, NO_VERSION = ProblemKind.UNRESOLVED, ProblemKind.NO_VERSION

EXPECTED: dict[str, list[str]] = {
    "poetry": ["pkg:pypi/setuptools@69.0.3", "pkg:pypi/zope-interface@6.1"],
    "uv": ["pkg:pypi/anyio@4.2.0", "pkg:pypi/idna@3.6"],
    "pdm": ["pkg:pypi/anyio@4.2.0"],
    "pylock": ["pkg:pypi/attrs@25.1.0"],
    "pipenv": ["pkg:pypi/flask@3.0.2", "pkg:pypi/pytest@8.0.1"],
    "requirements": [
        "pkg:pypi/flask-login@0.6.3",
        "pkg:pypi/pkg?download_url=https://example.org/pkg-1.0.tar.gz",
        "pkg:pypi/requests",
        "pkg:pypi/urllib3@2.2.0",
    ],
    "npm1": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/lodash@4.17.21", "pkg:npm/semver@6.3.1"],
    "npm3": ["pkg:npm/%40scope/b@2.0.0", "pkg:npm/left-pad@1.3.0", "pkg:npm/lodash@4.17.21"],
    "shrinkwrap": ["pkg:npm/%40scope/b@2.0.0", "pkg:npm/left-pad@1.3.0", "pkg:npm/lodash@4.17.21"],
    "pnpm5": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/react-dom@18.2.0"],
    "pnpm6": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/fork@1.0.0", "pkg:npm/react-dom@18.2.0"],
    "pnpm9": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/react-dom@18.2.0"],
    "yarn1": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/lodash@4.17.21", "pkg:npm/semver@6.3.1"],
    "yarn3": ["pkg:npm/%40babel/core@7.24.0", "pkg:npm/resolve@1.22.8"],
    "go": [
        "pkg:golang/example.org/new/v2@v2.0.1",
        "pkg:golang/example.org/x/net@v0.20.0",
        "pkg:golang/github.com/Masterminds/goutils@v1.1.1",
    ],
    "gosum": ["pkg:golang/example.org/x/net@v0.20.0"],
    "cargo": [
        "pkg:cargo/serde@1.0.196",
        "pkg:cargo/serde_derive@1.0.196?vcs_url=git%2Bhttps://example.org/serde%23abc",
    ],
    "maven": [
        "pkg:maven/com.google.guava/guava@33.0.0-jre",
        "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1",
        "pkg:maven/org.example/sibling@7",
        "pkg:maven/org.springframework/spring-core",
    ],
    "gradle": ["pkg:maven/com.google.guava/guava@33.0.0-jre"],
    "composer": ["pkg:composer/phpunit/phpunit@10.5.9", "pkg:composer/symfony/console@v6.4.2"],
    "bundler": ["pkg:gem/nokogiri@1.15.0?platform=x86_64-linux", "pkg:gem/racc@1.7.3"],
    "nuget": ["pkg:nuget/Newtonsoft.Json@13.0.3"],
    "deps": ["pkg:nuget/Newtonsoft.Json@13.0.3"],
}
PROBLEMS: dict[str, list[tuple[ProblemKind, str]]] = {
    "requirements": [
        (NO_VERSION, "pkg:pypi/requests"),
        (NO_VERSION, "pkg:pypi/pkg?download_url=https://example.org/pkg-1.0.tar.gz"),
        (UNRESOLVED, "-r base.in"),
        (UNRESOLVED, "not a requirement!"),
    ],
    "npm1": [(UNRESOLVED, "forked git+https://example.org/forked.git#abc")],
    "pnpm6": [(UNRESOLVED, "file:../beside")],
    "go": [(UNRESOLVED, "example.org/local is replaced by ../local")],
    "maven": [
        (UNRESOLVED, "a pom.xml lists what is needed directly, not what that needs in turn"),
        (UNRESOLVED, "its parent org.example:parent:7"),
        (NO_VERSION, "pkg:maven/org.springframework/spring-core"),
    ],
}


def test_every_sample_is_expected() -> None:
    assert {each.name for each in LOCKS.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_lockfile_lists(name: str) -> None:
    made = make_sbom(LOCKS / name)
    assert sorted(each.purl for each in made.sbom.components) == EXPECTED[name]
    assert sorted((each.kind, each.what) for each in made.sbom.problems) == sorted(PROBLEMS.get(name, []))
    assert made.unread == ()


@pytest.mark.parametrize(
    ("name", "dependencies"),
    [
        ("poetry", (("pkg:pypi/zope-interface@6.1", ("pkg:pypi/setuptools@69.0.3",)),)),
        ("uv", (("pkg:pypi/anyio@4.2.0", ("pkg:pypi/idna@3.6",)),)),
    ],
)
def test_what_needs_what(name: str, dependencies: object) -> None:
    assert make_sbom(LOCKS / name).sbom.dependencies == dependencies


def test_hashes_and_licences_come_along() -> None:
    npm = {each.purl: each for each in make_sbom(LOCKS / "npm1").sbom.components}
    assert npm["pkg:npm/%40babel/core@7.24.0"].hashes == (("sha-1", "a94b3800b87126a7019365363723cfa135f2a3dc"),)
    modern = {each.package.name: each for each in make_sbom(LOCKS / "npm3").sbom.components}
    assert (modern["left-pad"].licences, modern["@scope/b"].licences) == (("WTFPL",), ("MIT",))
    cargo = make_sbom(LOCKS / "cargo" / "Cargo.lock").sbom.components
    assert cargo[0].hashes == (("sha-256", "870026e60fa08c69f064aa766c10f10b1d62db9ccd4d0abb206472bee0ce3b32"),)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("poetry.lock", "[[package"),
        ("poetry.lock", "a = " + "[" * 5000),
        ("uv.lock", "package = 7"),
        ("Pipfile.lock", "[]"),
        ("package-lock.json", '{"lockfileVersion": 9}'),
        ("package-lock.json", '{"packages": {"node_modules/a": 7}}'),
        ("package-lock.json", '{"packages": {}, "packages": {}}'),
        ("pnpm-lock.yaml", "lockfileVersion: 4"),
        ("pnpm-lock.yaml", "[1"),
        ("pnpm-lock.yaml", f"lockfileVersion: '{'9' * 5000}'"),
        ("yarn.lock", "a: 1"),
        ("yarn.lock", "# yarn lockfile v1\nnonsense\n"),
        ("go.mod", "require a b c"),
        ("go.sum", "a"),
        ("Cargo.lock", '[[package]]\nname = 3\nsource = "x"\nversion = "1"'),
        ("pom.xml", "<html/>"),
        ("pom.xml", '<!DOCTYPE a [<!ENTITY b "c">]><project>&b;</project>'),
        ("gradle.lockfile", "a:b"),
        ("composer.lock", '{"packages": [{"name": "a/b", "license": "MIT"}]}'),
        ("packages.lock.json", '{"dependencies": {"net8.0": 7}}'),
        ("x.deps.json", "{}"),
        ("x.jar", "PK"),
        ("rpmdb.sqlite", "SQLite format 3"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    made = make_sbom(tmp_path)
    assert [each.where.partition(":")[0] for each in made.unread] == [name]
    assert made.sbom.components == ()


def test_properties_that_multiply_one_another_end_early() -> None:
    double = "".join(f"<a{each}>{f'${{a{each + 1}}}' * 20_000}</a{each}>" for each in range(3))
    coordinates = "<groupId>g</groupId><artifactId>a</artifactId>"
    dependency = f"<dependency>{coordinates}<version>${{a0}}</version></dependency>"
    pom = f"<project><properties>{double}</properties><dependencies>{dependency}</dependencies></project>"
    reader = reader_of("pom.xml")
    assert reader
    tracemalloc.start()
    found = list(reader(Source("pom.xml", pom.encode())))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found[-1], Found)
    assert str(found[-1].purl) == "pkg:maven/g/a"
    assert most < 50_000_000


def test_a_release_of_go_of_any_length_is_read() -> None:
    reader = reader_of("go.mod")
    assert reader
    (told,) = reader(Source("go.mod", b"// go 1.22\ngo " + b"9" * 5000 + b".1\n"))
    assert isinstance(told, Problem)


TEXT_FILES = sorted(path for path in LOCKS.rglob("*") if path.is_file())


@given(st.sampled_from(TEXT_FILES), st.integers(0, 600), st.binary(max_size=4))
def test_damaged_files_are_read_or_refused(path: Path, at: int, damage: bytes) -> None:
    reader = reader_of(path.name)
    assert reader
    whole = path.read_bytes()
    try:
        list(reader(Source(path.name, whole[:at] + damage + whole[at + len(damage) :])))
    except InputError:
        return


@given(st.sampled_from(TEXT_FILES), st.binary(max_size=100))
def test_any_octets_are_read_or_refused(path: Path, content: bytes) -> None:
    reader = reader_of(path.name)
    assert reader
    try:
        list(reader(Source(path.name, content)))
    except InputError:
        return
