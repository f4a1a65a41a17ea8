"""Bills of materials, instances, and which of them an advisory bears on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

import orjson
from fastapi import Path, Query, Request, Response

from setpoint.errors import InputError, NotFoundError
from setpoint.loop.affected import AffectedSearch
from setpoint.loop.instructions import time_of
from setpoint.loop.stock import bill_of_release, report_instances, take_bill
from setpoint.model.access import AccessScope
from setpoint.model.service import Release
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_two, decode, encode, no_such_page, page
from setpoint.server.api.parameters import ByService, ServiceName
from setpoint.server.api.routes import VERSION, Routes, Seen
from setpoint.server.idempotency import IdempotencyKey, once
from setpoint.store.interface import FIRST, InstancePlace, LedgerWriter
from setpoint.wire.affected import AffectedDocument, AffectedRequest
from setpoint.wire.component_drift import ServiceDriftDocument
from setpoint.wire.document import HIGHEST_NUMBER, LONGEST_NAME
from setpoint.wire.instance import InstanceDocument, InstancesRequest, RemovedDocument, ReportedDocument
from setpoint.wire.page import Page
from setpoint.wire.sbom import IN_BODY, SbomDocument, SbomRequest, SbomsDocument, TakenSbomDocument
from setpoint.wiring.inventory import advisories_of, asked_about, asked_for, component_drift, read_bill

routes = Routes("inventory")

SBOMS: Final = f"{VERSION}/sboms"
"""Takes larger bodies than other calls: a bill of thousands of components has megabytes."""

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Version = Annotated[str, Query(min_length=1, max_length=LONGEST_NAME, description="Of the release.")]
Identity = Annotated[str, Query(alias="id", min_length=1, max_length=LONGEST_NAME, description="Of the instance.")]


@routes.post(
    "/sboms",
    scope=AccessScope.GATE,
    narrows=True,
    status_code=HTTPStatus.CREATED,
    response_model=TakenSbomDocument,
    summary="Hand in the bill of materials of a release or an image",
)
def add_sbom(view: Seen, request: Request, body: SbomRequest, key: IdempotencyKey = None) -> Response:
    release = Release(body.service or "", body.version or "") if body.service or body.version else None
    view.own(release.service if release is not None else None)
    if release is None and view.principal.service is not None:
        view.parts.authenticator.expect_unbound(view.principal)  # an image is nobody's
    document = body.document
    sbom = read_bill(document.encode() if isinstance(document, str) else orjson.dumps(document), IN_BODY)

    def act(writer: LedgerWriter) -> TakenSbomDocument:
        return TakenSbomDocument.of(
            take_bill(sbom, release, body.image, view.principal.name, view.parts.ledger, writer)
        )

    return once(view, request, body, key, HTTPStatus.CREATED, act, alone=False)


@routes.get(
    "/sboms/{digest}", scope=AccessScope.READ, narrows=True, summary="A bill of materials, as it was understood"
)
def get_sbom(view: Seen, digest: Digest) -> SbomDocument:
    """To a caller that is bound to a service, what is also another's, or nobody's, is not there."""
    inventory = view.parts.ledger.inventory()
    found = inventory.sbom(digest)
    own = view.principal.service
    if found is None or (own is not None and [*inventory.services_of_sbom(digest)] != [own]):
        raise NotFoundError("there is no such bill of materials", remedy="see GET /v1/services/{name}/sboms")
    return SbomDocument.of(found)


@routes.get(
    "/services/{name:path}/sbom",
    scope=AccessScope.READ,
    narrows=True,
    summary="The bill of materials that a release of it was built of",
)
def get_release_sbom(view: Seen, name: ServiceName, version: Version) -> SbomDocument:
    view.own(name)
    return SbomDocument.of(bill_of_release(view.parts.ledger.inventory(), Release(name, version)))


@routes.get(
    "/services/{name:path}/sboms", scope=AccessScope.READ, narrows=True, summary="Which bills are known of a service"
)
def list_sboms(view: Seen, name: ServiceName) -> SbomsDocument:
    view.narrowed(name)
    inventory = view.parts.ledger.inventory()
    return SbomsDocument(releases=dict(inventory.sboms_of_releases(name)), running=dict(inventory.running_sboms(name)))


@routes.get(
    "/services/{name:path}/components/drift",
    scope=AccessScope.READ,
    narrows=True,
    summary="What each release of it runs, against what was built",
)
def get_component_drift(view: Seen, name: ServiceName) -> ServiceDriftDocument:
    view.narrowed(name)
    return ServiceDriftDocument.of(component_drift(view.parts.ledger, name))


@routes.get("/instances", scope=AccessScope.READ, narrows=True, summary="What runs, by service and id")
def list_instances(
    view: Seen, request: Request, service: ByService = None, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[InstanceDocument]:
    found = view.parts.ledger.inventory().instances(
        service=view.narrowed(service), after=after_two(cursor), limit=limit + 1
    )
    return page(request, found, limit, shown=InstanceDocument.of, place=lambda each: [each.service, each.id])


@routes.get(
    "/instances/without-bill",
    scope=AccessScope.READ,
    narrows=True,
    summary="Instances of which nobody said what they are made of, service by service",
)
def list_instances_without_bill(
    view: Seen, request: Request, service: ByService = None, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[InstanceDocument]:
    found = view.parts.ledger.inventory().instances_without_bill(
        service=view.narrowed(service), after=_place(cursor or ""), limit=limit + 1
    )
    return page(
        request,
        found,
        limit,
        shown=lambda each: InstanceDocument.of(each.instance),
        place=lambda each: list(each.place),
    )


@routes.post(
    "/instances",
    scope=AccessScope.GATE,
    narrows=True,
    status_code=HTTPStatus.CREATED,
    response_model=ReportedDocument,
    summary="Say which instances run which release or image",
)
def report_running(view: Seen, request: Request, body: InstancesRequest, key: IdempotencyKey = None) -> Response:
    for service in {each.service for each in body.instances}:
        view.own(service)

    def act(writer: LedgerWriter) -> ReportedDocument:
        instances = [each.model() for each in body.instances]
        reported = report_instances(instances, view.principal.name, view.parts.ledger, writer)
        return ReportedDocument(new=reported.new, moved=reported.moved)

    return once(view, request, body, key, HTTPStatus.CREATED, act, alone=False)


@routes.delete("/services/{name:path}/instances", scope=AccessScope.GATE, narrows=True, summary="An instance is gone")
def remove_instance(view: Seen, name: ServiceName, identity: Identity) -> RemovedDocument:
    view.own(name)
    ledger = view.parts.ledger
    return RemovedDocument(removed=ledger.visitor().inventory().remove_instances(name, [identity], time_of(ledger)))


@routes.post(
    "/affected",
    scope=AccessScope.READ,
    narrows=True,
    summary="Which instances an advisory bears on, or a package; changes nothing",
)
def affected(view: Seen, body: AffectedRequest) -> AffectedDocument:
    if (body.what is None) == (not body.advisories):
        raise InputError("one question is asked at a time", where="body", remedy="give either `what` or `advisories`")
    asked = (
        asked_about(advisories_of(body.advisories))
        if body.what is None
        else asked_for(body.what, view.parts.ledger.inventory())
    )
    described = view.parts.described
    search = AffectedSearch(
        view.parts.ledger, described.services, only=view.principal.service, scope=described.loop.scope
    )
    answer = search.search(asked, after=_place(body.after), limit=body.limit)
    return AffectedDocument.of(answer, encode(list(answer.after)) if answer.after is not None else "")


def _place(after: str) -> InstancePlace:
    if not after:
        return FIRST
    match decode(after):
        case [str(service), int(group), str(instance)] if 0 <= group <= HIGHEST_NUMBER:
            return service, group, instance
        case _:
            raise no_such_page()
