"""Parents by the names of properties: only where exactly one type is meant, and tells all that is needed."""

from __future__ import annotations

from setpoint.intent.schemas.parents import Member, parent_by_name


def member(identifier: str, assigned: str = "", required: str = "") -> Member:
    names = tuple(identifier.split())
    return Member(names, frozenset(assigned.split()), frozenset((*names, *assigned.split(), *required.split())))


FARM, QUEUE = member("Arn", "Arn FarmId"), member("Arn", "Arn QueueId", "FarmId DisplayName")
DEADLINE = {"A::D::Farm": FARM, "A::D::Queue": QUEUE, "A::D::Worker": member("Arn")}


def test_a_property_is_named_after_the_type_whose_id_it_holds() -> None:
    assert parent_by_name("A::D::Queue", ["FarmId"], DEADLINE) == ("A::D::Farm", {"FarmId": "FarmId"})


def test_what_the_identifier_tells_is_taken_before_what_has_to_be_read() -> None:
    members = {"A::E::Cluster": member("Name", "ClusterName")}
    assert parent_by_name("A::E::Node", ["ClusterName"], members) == ("A::E::Cluster", {"ClusterName": "Name"})


def test_the_parent_tells_whose_it_is_itself() -> None:
    named = {"FarmId": "FarmId", "QueueId": "QueueId"}
    assert parent_by_name("A::D::Job", ["FarmId", "QueueId"], DEADLINE) == ("A::D::Queue", named)


def test_an_identifier_of_any_kind() -> None:
    members = {"A::L::Service": member("Arn", "Id"), "A::L::Listener": member("Arn", "Id ServiceId")}
    named = {"ServiceIdentifier": "ServiceId", "ListenerIdentifier": "Arn"}
    assert parent_by_name("A::L::Rule", list(named), members) == ("A::L::Listener", named)
    assert parent_by_name("A::L::Rule", ["ServiceIdentifier"], members) == (
        "A::L::Service",
        {"ServiceIdentifier": "Arn"},
    )


def test_a_name_without_an_ending() -> None:
    members = {"A::A::WorkGroup": member("Name")}
    assert parent_by_name("A::A::Statement", ["WorkGroup"], members) == ("A::A::WorkGroup", {"WorkGroup": "Name"})


def test_what_is_not_certain_is_no_parent() -> None:
    assert parent_by_name("A::D::Queue", ["OwnerId"], DEADLINE) is None
    assert parent_by_name("A::D::Fleet", ["FarmId", "FleetKind"], DEADLINE) is None
    optional = {"A::X::Analyzer": Member(("Arn",), frozenset(), frozenset({"Arn"}))}
    assert parent_by_name("A::X::Rule", ["AnalyzerName"], optional) is None


def test_ids_that_several_types_have_name_none_of_them() -> None:
    members = {"A::S::Api": member("Arn", "ApiId"), "A::S::GraphQLApi": member("Arn", "ApiId")}
    assert parent_by_name("A::S::Source", ["ApiId"], members) is None


def test_what_ties_others_together_owns_nothing() -> None:
    members = {"A::C::LinkAssociation": member("Id", "LinkAssociationId")}
    assert parent_by_name("A::C::Case", ["LinkAssociationId"], members) is None
