"""What was computed before, kept in files of the help desk's own."""

import hashlib
import marshal
import pickle

from helpdesk import settings


def key_of(text):
    return hashlib.md5(text.encode()).hexdigest()


def etag(body):
    return hashlib.sha1(body.encode()).hexdigest()[:16]


def avatar(email):
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def keep(name, value):
    (settings.CACHE / key_of(name)).write_bytes(pickle.dumps(value))


def kept(name):
    path = settings.CACHE / key_of(name)
    return pickle.loads(path.read_bytes()) if path.exists() else None


def counters():
    path = settings.CACHE / "counters"
    if not path.exists():
        path.write_bytes(marshal.dumps({"pages": 1}))
    return marshal.loads(path.read_bytes())
