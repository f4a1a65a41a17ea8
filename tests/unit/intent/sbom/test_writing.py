"""What is written is CycloneDX 1.6 by its schema, the same every time, and read again as it was."""

from pathlib import Path

import orjson
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint.intent.sbom.bill import ALGORITHMS, Bill
from setpoint.intent.sbom.reading import read_sbom, read_sbom_file
from setpoint.intent.sbom.writing import write_cyclonedx
from setpoint.model.component import ProblemKind, Sbom

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8)
PURLS = st.builds("pkg:{}/{}@{}".format, st.sampled_from(["pypi", "npm", "deb/debian", "cargo"]), WORDS, WORDS)
HASHES = st.sampled_from(sorted(ALGORITHMS)).map(lambda name: (name, "0" * ALGORITHMS[name].digits))
LICENCES = st.sampled_from(["MIT", "BSD", "MIT OR Apache-2.0", "LicenseRef-a", "NONE", "some words"])


@st.composite
def bills(draw: st.DrawFn) -> Sbom:
    bill = Bill()
    purls = [
        bill.add(
            "components",
            name=draw(WORDS),
            version=draw(st.one_of(st.just(""), WORDS)),
            purl=draw(st.one_of(st.just(""), PURLS)),
            licences=draw(st.lists(LICENCES, max_size=3)),
            hashes=draw(st.lists(HASHES, max_size=3)),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    for one, other in draw(st.lists(st.tuples(st.sampled_from(purls), st.sampled_from(purls)))) if purls else []:
        bill.depends(one, other)
    return bill.sbom(subject=draw(st.sampled_from(["", "shop", "shop 1.0", "my shop 1.0"])), made_by="t 1", form="x")


@settings(max_examples=60)
@given(bills())
def test_reading_gives_what_was_written(sbom: Sbom) -> None:
    written = write_cyclonedx(sbom)
    read = read_sbom(written, "x")
    assert read.components == sbom.components
    assert read.dependencies == sbom.dependencies
    assert (read.subject, read.made_by, read.digest) == (sbom.subject, sbom.made_by, sbom.digest)
    assert {each.kind for each in read.problems} <= {ProblemKind.LICENCE, ProblemKind.NO_VERSION}
    assert write_cyclonedx(read) == written


@pytest.mark.parametrize("name", ["payments.cdx.json", "payments.cdx.xml", "payments.spdx.json", "payments.spdx3.json"])
def test_it_is_valid_by_the_schema(samples: Path, name: str) -> None:
    written = write_cyclonedx(read_sbom_file(samples / name)).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    document = orjson.loads(written)
    assert document["specVersion"] == "1.6"
    assert "timestamp" not in document["metadata"]
