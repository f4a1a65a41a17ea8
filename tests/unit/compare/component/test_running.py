from __future__ import annotations

from collections.abc import Mapping

from setpoint.compare.component.running import ComponentDriftKind, compare_running
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.report import ProcessBill, ToldComponent

K = ComponentDriftKind


def component(kind: str, name: str, version: str) -> Component:
    return Component(PackageName(kind, name), version, f"pkg:{kind}/{name}@{version}")


def told(kind: str, name: str, version: str, facts: Mapping[str, str] | None = None) -> ToldComponent:
    one = component(kind, name, version)
    return ToldComponent(one.purl, one, facts if facts is not None else {"loaded": "true"})


def process(*components: ToldComponent, instance: str = "web/1", is_whole: bool = True) -> ProcessBill:
    return ProcessBill(instance, "1.4.2", is_whole, components)


BUILT = Sbom((component("pypi", "flask", "3.1"), component("pypi", "unused", "1"), component("pypi", "moved", "1")))


def found(built: Sbom | None, *processes: ProcessBill) -> list[tuple[ComponentDriftKind, str, int]]:
    return [(each.kind, each.subject, each.instances) for each in compare_running(built, processes).drifts]


def test_built_against_running() -> None:
    running = process(
        told("pypi", "flask", "3.1"),
        told("pypi", "moved", "2"),
        told("pypi", "implant", "0.1"),
        told("pypi", "unused", "1", {}),
        told("deb", "libc6", "2.36"),
    )
    assert found(BUILT, running, process(told("pypi", "moved", "2"), instance="web/2")) == [
        (K.NEVER_BUILT, "pypi/implant", 1),
        (K.OTHER_VERSION, "pypi/moved", 2),
        (K.NEVER_LOADED, "pypi/unused", 2),
    ]
    assert compare_running(BUILT, [running]).not_compared == (("deb", 1),)


def test_a_renewed_base_image_is_one_line() -> None:
    built = Sbom(tuple(component("deb", f"lib{number}", "1") for number in range(9)))
    running = process(*(told("deb", f"lib{number}", "2") for number in range(9)))
    (drift,) = compare_running(built, [running]).drifts
    assert drift.kind is K.BASE_IMAGE
    assert drift.details == "9 packages: lib0, lib1, lib2, lib3, lib4 and 4 more"


def test_a_package_of_the_system_that_was_never_built_is_told_of_by_itself() -> None:
    built = Sbom((component("deb", "libc6", "1"),))
    running = process(told("deb", "libc6", "2"), told("deb", "netcat", "1"))
    assert found(built, running) == [(K.NEVER_BUILT, "deb/netcat", 1), (K.BASE_IMAGE, "deb packages", 1)]


def test_files_are_told_of_without_a_bill_of_what_was_built() -> None:
    running = process(
        told("pypi", "flask", "3.1", {"loaded": "true", "modified": "flask/app.py"}),
        ToldComponent("file:/srv/site-packages/x.py", None, {"unowned": "true"}),
        ToldComponent("file:/srv/site-packages/flask/y.py", None, {"unowned": "pkg:pypi/flask@3.1"}),
    )
    assert found(None, running) == [
        (K.TAMPERED, "pypi/flask", 1),
        (K.UNOWNED, "/srv/site-packages/flask/y.py", 1),
        (K.UNOWNED, "/srv/site-packages/x.py", 1),
    ]


def test_nothing_is_called_never_loaded_while_a_process_has_not_told_all() -> None:
    assert found(BUILT, process(told("pypi", "unused", "1", {}), is_whole=False)) == []


def test_what_runs_as_built_is_no_drift() -> None:
    running = process(*(told("pypi", each.package.name, each.version) for each in BUILT.components))
    assert found(BUILT, running) == []
