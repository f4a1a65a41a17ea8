"""A sound little service of as many operations as wanted: `python -m bench.dast.growing_service OPERATIONS PORT`.

Each resource has five: list, create, read, change, and a history. Two accounts own what they made, and nobody else
reads it. Run by `growth`.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import Annotated, Final

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

TOKENS: Final = {"alice": "growth-alice-6b1f0c", "bob": "growth-bob-91d7e2"}
OF_A_RESOURCE: Final = 5

_BEARER = HTTPBearer(auto_error=False)


class Note(BaseModel):
    text: str


class Kept(Note):
    id: int
    owner: str


def caller(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    for name, token in TOKENS.items():
        if given is not None and given.credentials == token:
            return name
    raise HTTPException(401)


Caller = Annotated[str, Depends(caller)]


def resource(name: str) -> APIRouter:
    router, numbers = APIRouter(prefix=f"/{name}"), count(1)
    rows: dict[int, Kept] = {}
    for owner in TOKENS:
        number = next(numbers)
        rows[number] = Kept(id=number, owner=owner, text=f"{name} of {owner}, {number * 7919}")

    def own(number: int, who: str) -> Kept:
        if (row := rows.get(number)) is None or row.owner != who:
            raise HTTPException(404)
        return row

    @router.get("")
    def list_all(who: Caller) -> list[Kept]:
        return [row for row in rows.values() if row.owner == who]

    @router.post("", status_code=201)
    def create(note: Note, who: Caller) -> Kept:
        number = next(numbers)
        rows[number] = Kept(id=number, owner=who, text=note.text)
        return rows[number]

    @router.get("/{number}")
    def read(number: int, who: Caller) -> Kept:
        return own(number, who)

    @router.put("/{number}")
    def change(number: int, note: Note, who: Caller) -> Kept:
        row = own(number, who)
        row.text = note.text
        return row

    @router.get("/{number}/history")
    def history(number: int, who: Caller) -> list[Note]:
        return [Note(text=own(number, who).text)]

    return router


def application(operations: int) -> FastAPI:
    """And one, in no document, that says who is asking: a scan knows a session by it."""
    app = FastAPI(title="growth")
    for number in range(operations // OF_A_RESOURCE):
        app.include_router(resource(f"notes{number}"))

    @app.get("/me", include_in_schema=False)
    def me(who: Caller) -> dict[str, str]:
        return {"name": who}

    return app


if __name__ == "__main__":
    uvicorn.run(application(int(sys.argv[1])), port=int(sys.argv[2]), log_level="critical")
