"""The inventory: components, bills of materials, instances, and the advisories about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _id() -> sa.Column[Any]:
    return sa.Column("id", _number, primary_key=True)


def _text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, primary_key=key)


def _whole(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, primary_key=key, autoincrement=False)


def _long(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _octets(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def upgrade() -> None:
    _create_bills()
    _create_instances()
    _create_advisories()
    _create_pending()
    _create_feeds()
    # By which an advisory that changed finds what was concluded from it.
    op.create_index("findings_of_rule", "findings", ["scope", "rule"])


def _create_bills() -> None:
    op.create_table(
        "packages", _id(), _text("type"), _text("name"), sa.UniqueConstraint("name", "type", name="packages_by_name")
    )
    op.create_table(
        "components",
        _id(),
        _octets("key"),
        _whole("package"),
        *(_text(name) for name in ("version", "purl")),
        sa.Column("details", sa.Text),
        sa.UniqueConstraint("key", name="components_by_key"),
    )
    op.create_index("components_of_package", "components", ["package"])
    op.create_table(
        "sboms",
        _id(),
        _octets("digest"),
        _whole("size"),
        *(_octets(name) for name in ("components", "details")),
        _long("added_at"),
        sa.UniqueConstraint("digest", name="sboms_by_digest"),
    )
    op.create_table(
        "component_sources", *(_whole(name, key=True) for name in ("package", "component")), sqlite_with_rowid=False
    )
    op.create_table(
        "sbom_components", *(_whole(name, key=True) for name in ("component", "sbom")), sqlite_with_rowid=False
    )


def _create_instances() -> None:
    op.create_table(
        "inventory_services",
        _id(),
        *(_text(name) for name in ("name", "bearing")),
        sa.UniqueConstraint("name", name="inventory_services_by_name"),
    )
    op.create_table(
        "inventory_releases",
        _id(),
        _whole("service"),
        _text("version"),
        _whole("sbom"),
        sa.UniqueConstraint("service", "version", name="inventory_releases_by_version"),
    )
    op.create_table(
        "inventory_images",
        _id(),
        _text("digest"),
        _whole("sbom"),
        sa.UniqueConstraint("digest", name="inventory_images_by_digest"),
    )
    op.create_table(
        "instance_groups",
        _id(),
        *(_whole(name) for name in ("service", "release")),
        _text("environment"),
        *(_whole(name) for name in ("image", "running", "sbom", "instances")),
        sa.UniqueConstraint("service", "release", "environment", "image", "running", name="instance_groups_alike"),
    )
    op.create_index("instance_groups_of_sbom", "instance_groups", ["sbom", "service", "instances"])
    op.create_index("instance_groups_of_release", "instance_groups", ["release"])
    op.create_index("instance_groups_of_image", "instance_groups", ["image"])
    op.create_table(
        "instances",
        _whole("service", key=True),
        _text("name", key=True),
        _long("group"),
        _text("source"),
        *(_long(name) for name in ("first_seen", "last_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index("instances_of_group", "instances", ["group", "name"])


def _create_advisories() -> None:
    op.create_table(
        "advisories",
        _id(),
        *(_text(name) for name in ("name", "source")),
        _long("modified"),
        _long("withdrawn", nullable=True),
        *(_octets(name) for name in ("digest", "document")),
        sa.UniqueConstraint("name", name="advisories_by_name"),
    )
    op.create_table(
        "advisory_packages", *(_whole(name, key=True) for name in ("package", "advisory")), sqlite_with_rowid=False
    )
    op.create_index("advisory_packages_of_advisory", "advisory_packages", ["advisory"])
    op.create_table("advisory_names", _text("name", key=True), _whole("advisory", key=True), sqlite_with_rowid=False)
    op.create_index("advisory_names_of_advisory", "advisory_names", ["advisory"])
    op.create_table(
        "component_matches",
        *(_whole(name, key=True) for name in ("component", "advisory")),
        _flag("could_not_compare"),
        *(_text(name) for name in ("fixed", "reason")),
        sqlite_with_rowid=False,
    )
    op.create_index("component_matches_of_advisory", "component_matches", ["advisory"])


def _create_pending() -> None:
    op.create_table("pending_advisories", _whole("advisory", key=True), _text("former_names"), _long("stamp"))
    op.create_table("pending_services", _whole("service", key=True), _long("stamp"))
    op.create_table("matched_components", _whole("id", key=True), _long("component"))


def _create_feeds() -> None:
    op.create_table(
        "sync_states",
        _text("source", key=True),
        *(_text(name) for name in ("etag", "last_modified")),
        *(_long(name, nullable=True) for name in ("newest", "synced_at")),
    )
    op.create_table(
        "known_exploited", _text("cve", key=True), _long("added"), _long("due", nullable=True), _flag("ransomware")
    )
    op.create_table(
        "exploit_scores",
        _text("cve", key=True),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("probability", "percentile")),
        _long("at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "component_loads",
        *(_whole(name, key=True) for name in ("component", "service")),
        *(_text(name, key=True) for name in ("release",)),
        *(_text(name) for name in ("reached", "modules")),
        _long("first_seen"),
        sqlite_with_rowid=False,
    )
