"""Bills of materials as CycloneDX 1.6 JSON, by the format's own library: what `sbom make` prints."""

from __future__ import annotations

import uuid
import warnings
from typing import TYPE_CHECKING, Final

import orjson

from setpoint.intent.sbom.bill import ALGORITHMS
from setpoint.intent.sbom.libraries import missing
from setpoint.intent.sbom.licences import expression_of
from setpoint.model.component import Component, Sbom
from setpoint.model.purl import Purl

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component as Written
    from cyclonedx.model.license import License

_SERIAL_NUMBERS: Final = uuid.UUID("6b0c8a1e-5d0a-5c39-9d5e-0a3f6c2b7f11")
"""The namespace (RFC 9562, version 5) under which a bill's digest becomes its serial number."""


_SUBJECT: Final = "subject"
"""Its `bom-ref`, which no component can have."""


def write_cyclonedx(sbom: Sbom) -> bytes:
    """Equal bills give equal octets: the serial number is made of the digest, and no time is told."""
    try:
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError as error:
        raise missing("cyclonedx-python-lib") from error
    with warnings.catch_warnings():
        # It wants the subject's own dependencies, which few bills tell.
        warnings.simplefilter("ignore", UserWarning)
        document = orjson.loads(JsonV1Dot6(_bom(sbom)).output_as_string())
    del document["metadata"]["timestamp"]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _bom(sbom: Sbom) -> Bom:
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.dependency import Dependency
    from cyclonedx.model.tool import ToolRepository

    references = _references(sbom.components)
    written = {ref: _written(component, ref) for ref, component in references.items()}
    metadata = BomMetaData(
        component=_application(sbom.subject, _SUBJECT) if sbom.subject else None,
        tools=ToolRepository(components=[_application(sbom.made_by)]) if sbom.made_by else None,
    )
    dependencies = [
        Dependency(written[purl].bom_ref, [Dependency(written[each].bom_ref) for each in on if each in written])
        for purl, on in sbom.dependencies
        if purl in written
    ]
    serial_number = uuid.uuid5(_SERIAL_NUMBERS, sbom.digest)
    return Bom(components=written.values(), serial_number=serial_number, metadata=metadata, dependencies=dependencies)


def _references(components: tuple[Component, ...]) -> dict[str, Component]:
    """By `bom-ref`: its purl, or its place where it has none or another one has the same."""
    found: dict[str, Component] = {}
    for index, component in enumerate(components):
        taken = not component.purl or component.purl in found
        found[f"component-{index}" if taken else component.purl] = component
    return found


def _written(component: Component, reference: str) -> Written:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component as Written
    from packageurl import PackageURL

    purl = Purl.parse(component.purl) if component.purl else None
    return Written(
        name=purl.name if purl else component.package.name,
        group=purl.namespace or None if purl else None,
        version=component.version or None,
        purl=PackageURL.from_string(component.purl) if purl else None,
        bom_ref=reference,
        licenses=_licences(component.licences),
        hashes=[
            HashType(alg=HashAlgorithm(ALGORITHMS[name].spelling), content=digits) for name, digits in component.hashes
        ],
    )


def _licences(licences: tuple[str, ...]) -> list[License]:
    """One expression stands alone; beside others it can only stand as a name, which is read as the same."""
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
    from cyclonedx.spdx import is_supported_id

    if len(licences) == 1 and not is_supported_id(licences[0]) and expression_of(licences[0]):
        return [LicenseExpression(licences[0])]
    return [
        DisjunctiveLicense(id=each) if is_supported_id(each) else DisjunctiveLicense(name=each) for each in licences
    ]


def _application(title: str, reference: str | None = None) -> Written:
    """`payments 1.4.2`."""
    from cyclonedx.model.component import Component as Written
    from cyclonedx.model.component import ComponentType

    name, _, version = title.rpartition(" ")
    return Written(
        name=name or version, version=version if name else None, type=ComponentType.APPLICATION, bom_ref=reference
    )
