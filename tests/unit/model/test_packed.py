"""What is put into a packed mapping comes out equal."""

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.canonical import Unknown
from setpoint.model.packed import PackedResources
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn

URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "one")
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.builds(Unknown, st.text())
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(st.dictionaries(st.text(), values))
def test_what_comes_out_is_what_was_put_in(properties: dict[str, object]) -> None:
    resource = Resource(URN, properties, "a file", {"A.B": "denied"}, "no id", "AWS")
    packed = PackedResources([resource])
    assert packed[URN] == resource
    assert packed.digest(URN) == resource.digest()
    assert (list(packed), len(packed), URN in packed) == ([URN], 1, True)


def test_the_last_one_put_counts() -> None:
    packed = PackedResources([Resource(URN, {"A": 1}, "a"), Resource(URN, {"A": 2}, "b")])
    assert packed[URN].properties == {"A": 2}
    assert packed.digest(Urn("other")) == ""
