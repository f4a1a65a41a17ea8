"""Reviews and profiles, in MongoDB."""

from functools import cache

from pymongo import MongoClient
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from shoplib import config


@cache
def shop():
    return MongoClient("127.0.0.1", config.MONGO_PORT, directConnection=True)["shop"]


def async_shop():
    return AsyncMongoClient("127.0.0.1", config.MONGO_PORT, directConnection=True)["shop"]


def names(cursor) -> list[str]:
    return [document["name"] for document in cursor]
