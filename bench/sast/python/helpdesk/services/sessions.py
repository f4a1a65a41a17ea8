"""What a browser keeps for the help desk."""

import base64
import hashlib
import hmac
import json
import pickle
import secrets

KEY = secrets.token_bytes(32)


def preferences(cookie):
    return pickle.loads(base64.b64decode(cookie))


def sealed(value):
    body = base64.urlsafe_b64encode(pickle.dumps(value))
    return f"{hmac.new(KEY, body, hashlib.sha256).hexdigest()}.{body.decode()}"


def opened(cookie):
    mac, _, body = cookie.partition(".")
    if not hmac.compare_digest(mac, hmac.new(KEY, body.encode(), hashlib.sha256).hexdigest()):
        return None
    return pickle.loads(base64.urlsafe_b64decode(body))


def plain(cookie):
    return json.loads(base64.b64decode(cookie))


def old_preferences(cookie):
    return pickle.loads(bytes.fromhex(cookie))
