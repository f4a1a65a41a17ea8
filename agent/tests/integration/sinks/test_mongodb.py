"""Filters that requests choose, under the frameworks that hand their JSON over; no database is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import flask
import httpx
import pydantic
import pymongo
import pymongo.errors
import pytest
from fastapi import Body, FastAPI, Request
from tests.conftest import Watch

FAMILIES = ("sinks.nosql",)


@pytest.fixture
def users() -> Iterator[Any]:
    client: Any = pymongo.MongoClient("mongodb://127.0.0.1:9/", connect=False, serverSelectionTimeoutMS=1)
    yield client.shop.users
    client.close()


def by_json(users: Any) -> Any:
    return users.find(flask.request.get_json())


def by_a_part_of_json(users: Any) -> Any:
    return users.find({"state": "open", **flask.request.get_json()["filter"]})


def by_a_value(users: Any) -> Any:
    data = flask.request.get_json()
    return users.find({"name": data["name"]})


def by_a_value_of_the_body(users: Any) -> Any:
    return users.find({"$and": [{"name": json.loads(flask.request.data)["name"]}]})


def by_identifier(users: Any) -> Any:
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        users.find_one(flask.request.get_json()["name"])


def by_code(users: Any) -> Any:
    return users.find({"$where": f"this.name == '{flask.request.get_json()['name']}'"})


def by_pipeline(users: Any) -> Any:
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        users.aggregate([{"$match": {"name": flask.request.get_json()["name"]}}])


def by_update(users: Any) -> Any:
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        users.update_one({"state": "open"}, flask.request.get_json()["filter"])


def by_deletion(users: Any) -> Any:
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        users.delete_many({"name": flask.request.get_json().get("name")})


def by_query(users: Any) -> Any:
    return users.find(flask.request.args.to_dict())


def by_chosen_field(users: Any) -> Any:
    return users.find({flask.request.args["field"]: 1})


def as_text(users: Any) -> Any:
    return users.find({"name": str(flask.request.get_json()["name"])})


def of_the_query(users: Any) -> Any:
    return users.find({"name": flask.request.args["name"], "$or": [{"colour": flask.request.args["name"]}]})


def compared(users: Any) -> Any:
    return users.find({"name": {"$eq": flask.request.get_json()["name"]}})


def checked(users: Any) -> Any:
    name = flask.request.get_json()["name"]
    if not isinstance(name, str):
        flask.abort(400)
    return users.find({"name": name})


def listed(users: Any) -> Any:
    field = flask.request.args["field"]
    if field not in {"colour", "size"}:
        flask.abort(400)
    return users.find({field: 1})


def built(users: Any) -> Any:
    return users.find(_named(flask.request.args["name"]))


def _named(name: str) -> dict[str, str]:
    return {"name": name}


class Person(pydantic.BaseModel):
    name: str


def declared(users: Any) -> Any:
    person = Person(**flask.request.get_json())
    return users.find({"name": person.name})


def stored(users: Any) -> Any:
    with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
        users.update_one({"state": "open"}, {"$set": {"name": flask.request.get_json()["name"]}})


def post_to(view: Callable[[Any], Any], users: Any) -> None:
    application = flask.Flask(__name__)

    @application.post("/users")
    def answer() -> str:
        view(users)
        return "fine"

    brought = {"name": "John Smith", "filter": {"$set": {"colour": "blue-green"}}}
    if view is by_json:
        brought.pop("filter")
    answered = application.test_client().post("/users?name=John+Smith&field=colour", json=brought)
    assert answered.text == "fine"


@pytest.mark.parametrize(
    "view",
    [
        by_json,
        by_a_part_of_json,
        by_a_value,
        by_a_value_of_the_body,
        by_identifier,
        by_code,
        by_pipeline,
        by_update,
        by_deletion,
        by_query,
        by_chosen_field,
    ],
)
def test_what_could_be_an_operator_is_found(watching: Watch, users: Any, view: Callable[[Any], Any]) -> None:
    kept = watching(*FAMILIES)
    post_to(view, users)
    assert {each.kind.name for each in kept} == {"nosql-injection"}
    assert {each.frames[-1].function for each in kept} == {view.__name__}


@pytest.mark.parametrize("view", [as_text, of_the_query, compared, checked, listed, built, declared, stored])
def test_what_can_only_be_a_value_is_not(watching: Watch, users: Any, view: Callable[[Any], Any]) -> None:
    kept = watching(*FAMILIES)
    post_to(view, users)
    assert kept == []


def post(application: FastAPI, path: str) -> Any:
    async def ask() -> Any:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.post(path, json={"name": "John Smith"})).json()

    return asyncio.run(ask())


def fastapi_application(users: Any) -> FastAPI:
    application = FastAPI()

    @application.post("/raw")
    async def raw(query: dict[str, Any]) -> str:
        users.find(query)
        return "fine"

    @application.post("/part")
    async def part(query: Annotated[dict[str, Any], Body()]) -> str:
        users.find({"name": query["name"]})
        return "fine"

    @application.post("/request")
    async def of_request(request: Request) -> str:
        users.find({"name": (await request.json())["name"]})
        return "fine"

    @application.post("/declared")
    async def declared(person: Person) -> str:
        users.find({"name": person.name})
        return "fine"

    @application.post("/dumped")
    async def dumped(person: Person) -> str:
        users.find(person.model_dump())
        return "fine"

    @application.post("/text")
    async def text(query: dict[str, Any]) -> str:
        users.find({"name": str(query["name"])})
        return "fine"

    return application


@pytest.mark.parametrize(
    ("path", "found"),
    [("raw", True), ("part", True), ("request", True), ("declared", False), ("dumped", False), ("text", False)],
)
def test_fastapi(watching: Watch, users: Any, path: str, found: bool) -> None:
    kept = watching(*FAMILIES)
    assert post(fastapi_application(users), f"/{path}") == "fine"
    assert [each.kind.name for each in kept] == ["nosql-injection"] * found


def test_coroutines(watching: Watch) -> None:
    kept = watching(*FAMILIES)
    application = FastAPI()

    @application.post("/users")
    async def users(request: Request) -> str:
        client: Any = pymongo.AsyncMongoClient("mongodb://127.0.0.1:9/", connect=False, serverSelectionTimeoutMS=1)
        with pytest.raises(pymongo.errors.ServerSelectionTimeoutError):
            await client.shop.users.find_one(await request.json())
        await client.close()
        return "fine"

    assert post(application, "/users") == "fine"
    assert [each.kind.name for each in kept] == ["nosql-injection"]
