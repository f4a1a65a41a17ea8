"""The tables of the inventory. Those in the file are made by `migrations/`; a test holds the two together.

What names things in other tables is a small number, so that the two large ones (components in bills, instances) stay
small. Instances that run the same are counted in one group, and a question about a component meets groups only.
0 stands for nothing known.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from setpoint.store.ledger.columns import Document, Moment, Number
from setpoint.store.ledger.tables import metadata

NOTHING: Final = 0
"""Stands where the number of a bill, release or image would."""


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, Integer, nullable=False, **options)


packages = Table(
    "packages",
    metadata,
    Column("id", Number, primary_key=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("name", "type", name="packages_by_name"),
)

components = Table(
    "components",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    _number("package"),
    Column("version", Text, nullable=False),
    Column("purl", Text, nullable=False),
    # Licences and hashes; null where it has none.
    Column("details", Document),
    UniqueConstraint("key", name="components_by_key"),
    Index("components_of_package", "package"),
)

# Other packages by which advisories name a component: of a binary package, the source that it was built from.
component_sources = Table(
    "component_sources",
    metadata,
    _number("package", primary_key=True, autoincrement=False),
    _number("component", primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

sboms = Table(
    "sboms",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    # The numbers of its components: see `packing`.
    Column("components", LargeBinary, nullable=False),
    # Format, maker, subject, dependencies and problems, compressed.
    Column("details", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
    UniqueConstraint("digest", name="sboms_by_digest"),
)

# Those that no release, image or instance points at, and since when.
unused_sboms = Table(
    "unused_sboms",
    metadata,
    _number("sbom", primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
)

# The other way round: from a component to the bills that list it.
sbom_components = Table(
    "sbom_components",
    metadata,
    _number("component", primary_key=True, autoincrement=False),
    _number("sbom", primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

services = Table(
    "inventory_services",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    # Which waivers bore on it when its findings were concluded last.
    Column("bearing", Text, nullable=False),
    UniqueConstraint("name", name="inventory_services_by_name"),
)

releases = Table(
    "inventory_releases",
    metadata,
    Column("id", Number, primary_key=True),
    _number("service"),
    Column("version", Text, nullable=False),
    # What was built.
    _number("sbom"),
    UniqueConstraint("service", "version", name="inventory_releases_by_version"),
)

images = Table(
    "inventory_images",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", Text, nullable=False),
    _number("sbom"),
    UniqueConstraint("digest", name="inventory_images_by_digest"),
)

# Instances that run the same, counted.
groups = Table(
    "instance_groups",
    metadata,
    Column("id", Number, primary_key=True),
    _number("service"),
    _number("release"),
    Column("environment", Text, nullable=False),
    _number("image"),
    # What was found running there.
    _number("running"),
    # What is known best of it: that, else its image's, else its release's.
    _number("sbom"),
    Column("instances", Integer, nullable=False),
    UniqueConstraint("service", "release", "environment", "image", "running", name="instance_groups_alike"),
    Index("instance_groups_of_sbom", "sbom", "service", "instances"),
    Index("instance_groups_of_release", "release"),
    Index("instance_groups_of_image", "image"),
)

instances = Table(
    "instances",
    metadata,
    _number("service", primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("group", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    # What its runtime calls it; empty where nobody says.
    Column("container", Text, nullable=False, server_default=""),
    # What the agent in it says; null without one.
    Column("agent_release", Text),
    Index("instances_of_group", "group", "name"),
    Index("instances_by_source", "source"),
    sqlite_with_rowid=False,
)
Index(
    "instances_by_container",
    instances.c.container,
    sqlite_where=instances.c.container != "",
    postgresql_where=instances.c.container != "",
)

advisories = Table(
    "advisories",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("modified", Moment, nullable=False),
    Column("withdrawn", Moment),
    # Of all of it, so that one that comes again unchanged is known.
    Column("digest", LargeBinary, nullable=False),
    # Compressed.
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("name", name="advisories_by_name"),
)

advisory_packages = Table(
    "advisory_packages",
    metadata,
    _number("package", primary_key=True, autoincrement=False),
    _number("advisory", primary_key=True, autoincrement=False),
    Index("advisory_packages_of_advisory", "advisory"),
    sqlite_with_rowid=False,
)

# Its id, and its aliases.
advisory_names = Table(
    "advisory_names",
    metadata,
    Column("name", Text, primary_key=True),
    _number("advisory", primary_key=True, autoincrement=False),
    Index("advisory_names_of_advisory", "advisory"),
    sqlite_with_rowid=False,
)

# What an advisory says of a component: only where that is not *not affected*.
matches = Table(
    "component_matches",
    metadata,
    _number("component", primary_key=True, autoincrement=False),
    _number("advisory", primary_key=True, autoincrement=False),
    Column("could_not_compare", Boolean, nullable=False),
    Column("fixed", Document, nullable=False),
    Column("reason", Text, nullable=False),
    Index("component_matches_of_advisory", "advisory"),
    sqlite_with_rowid=False,
)

# What is not concluded yet; a stamp tells each change from a later one of the same

pending_advisories = Table(
    "pending_advisories",
    metadata,
    _number("advisory", primary_key=True, autoincrement=False),
    # Names that it does not have any more.
    Column("former_names", Document, nullable=False),
    Column("stamp", BigInteger, nullable=False),
)

pending_services = Table(
    "pending_services",
    metadata,
    _number("service", primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
)

# One row: components up to this number were matched.
matched = Table(
    "matched_components",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("component", BigInteger, nullable=False),
)

# What comes with advisories

sync_states = Table(
    "sync_states",
    metadata,
    Column("source", Text, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("newest", Moment),
    Column("synced_at", Moment),
)

known_exploited = Table(
    "known_exploited",
    metadata,
    Column("cve", Text, primary_key=True),
    Column("added", Moment, nullable=False),
    Column("due", Moment),
    Column("ransomware", Boolean, nullable=False),
)

exploit_scores = Table(
    "exploit_scores",
    metadata,
    Column("cve", Text, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("percentile", Float, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# What agents saw of components

component_loads = Table(
    "component_loads",
    metadata,
    _number("component", primary_key=True, autoincrement=False),
    _number("service", primary_key=True, autoincrement=False),
    Column("release", Text, primary_key=True),
    Column("reached", Text, nullable=False),
    Column("modules", Document, nullable=False),
    Column("first_seen", Moment, nullable=False),
    sqlite_with_rowid=False,
)
