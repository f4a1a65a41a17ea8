"""The bodies that the API takes and gives, as its OpenAPI document shows them."""

from typing import Any

from pydantic import BaseModel, Field

COMMON: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request cannot be read"},
    401: {"description": "Who are you?"},
    403: {"description": "Not allowed"},
    404: {"description": "Not found"},
    409: {"description": "In conflict"},
    415: {"description": "Not this kind of body"},
    422: {"description": "Not acceptable"},
    429: {"description": "Too many attempts"},
    502: {"description": "The other side did not answer"},
}
"""The answers that every route may give."""


class Login(BaseModel):
    username: str = Field(max_length=100)
    password: str = Field(max_length=100)
    lifetime_seconds: int = Field(default=900, ge=1, le=900, description="A token that ends sooner")


class Tokens(BaseModel):
    access_token: str
    refresh_token: str | None = None
    token_type: str = "bearer"
    expires_in: int


class Refresh(BaseModel):
    refresh_token: str = Field(max_length=2_000)


class Registration(BaseModel):
    username: str = Field(min_length=3, max_length=40, pattern="^[a-z0-9-]+$")
    email: str = Field(max_length=100)
    password: str = Field(min_length=8, max_length=100)


class Address(BaseModel):
    email: str = Field(max_length=100)


class Code(BaseModel):
    code: str = Field(pattern="^[0-9]{4}$")


class Me(BaseModel):
    id: int
    username: str
    email: str
    role: str
    display_name: str
    phone: str
    credit_limit: int
    balance: int
    newsletter: int


class MeChange(BaseModel):
    display_name: str | None = Field(default=None, max_length=100)
    phone: str | None = Field(default=None, max_length=40)


class Card(BaseModel):
    id: int
    display_name: str


class NewOrder(BaseModel):
    product: str = Field(max_length=40, examples=["LAMP-1"])
    quantity: int = Field(ge=1, le=100)
    note: str = Field(default="", max_length=200)


class OrderChange(BaseModel):
    note: str = Field(max_length=200)


class NewAddress(BaseModel):
    address: str = Field(max_length=200)


class Order(BaseModel):
    id: int
    product: str
    quantity: int
    status: str
    note: str
    total: int
    address: str


class OrderSearch(BaseModel):
    status: str = Field(max_length=200, examples=["paid"])


class OrderIds(BaseModel):
    order_ids: list[int] = Field(max_length=50)


class Invoice(BaseModel):
    id: int
    owner: int
    amount: int
    purpose: str


class NewProject(BaseModel):
    title: str = Field(max_length=100)


class Project(BaseModel):
    id: int
    owner: int
    title: str
    plan: str


class Task(BaseModel):
    id: int
    project: int
    text: str
    done: int


class TaskChange(BaseModel):
    text: str = Field(max_length=200)


class File(BaseModel):
    id: str
    name: str


class Ticket(BaseModel):
    id: int
    subject: str
    answer: str


class Limit(BaseModel):
    credit_limit: int = Field(ge=0, le=100_000)


class Text(BaseModel):
    text: str = Field(max_length=2_000)


class HostName(BaseModel):
    host: str = Field(max_length=300, examples=["localhost"])


class Url(BaseModel):
    url: str = Field(max_length=500, examples=["https://images.shop.test/lamp.png"])


class Query(BaseModel):
    query: str = Field(max_length=20_000)
    variables: dict[str, Any] | None = None
    operationName: str | None = None


class OrderEvent(BaseModel):
    id: str = Field(max_length=60)
    order: int


class RefundEvent(BaseModel):
    id: str = Field(max_length=60)
    username: str = Field(max_length=100)
    amount: int = Field(ge=1, le=1_000)


class Problem(BaseModel):
    detail: str


def shown(model: type[BaseModel], row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row that the document promises, and no others."""
    return {name: row[name] for name in model.model_fields if name in row}
