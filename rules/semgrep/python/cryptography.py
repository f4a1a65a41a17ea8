import hashlib
import os
import random
import secrets
import ssl
import uuid

import aiohttp
import httpx
import jwt
import requests
from Crypto.Cipher import AES, ARC4, DES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def digests(data, password, salt):
    # ruleid: setpoint.python.weak-hash
    one = hashlib.md5(data).hexdigest()
    # ruleid: setpoint.python.weak-hash
    two = hashlib.new("sha1", data)
    # ruleid: setpoint.python.weak-hash
    three = hashes.Hash(hashes.SHA1())
    # ok: setpoint.python.weak-hash
    four = hashlib.md5(data, usedforsecurity=False).hexdigest()
    # ok: setpoint.python.weak-hash
    five = hashlib.sha256(data).hexdigest()
    # ok: setpoint.python.weak-hash
    six = hashlib.new("sha512", data)
    # ok: setpoint.python.weak-hash
    seven = hashes.Hash(hashes.SHA256())
    # ruleid: setpoint.python.password-hashed-quickly
    eight = hashlib.sha256(password.encode()).hexdigest()
    # ruleid: setpoint.python.password-hashed-quickly
    nine = hashlib.sha512((salt + password).encode("utf-8"))
    # ruleid: setpoint.python.password-hashed-quickly, setpoint.python.weak-hash
    ten = hashlib.md5(password.encode())
    # ok: setpoint.python.password-hashed-quickly
    eleven = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    # ok: setpoint.python.password-hashed-quickly
    twelve = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
    # ok: setpoint.python.password-hashed-quickly
    thirteen = hashlib.sha256(data)
    # ok: setpoint.python.password-hashed-quickly
    fourteen = hashlib.sha256(data.encode())
    return one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen


def ciphers(key, nonce):
    # ruleid: setpoint.python.weak-cipher
    one = DES.new(key, DES.MODE_CBC)
    # ruleid: setpoint.python.weak-cipher
    two = AES.new(key, AES.MODE_ECB)
    # ruleid: setpoint.python.weak-cipher
    three = Cipher(algorithms.AES(key), modes.ECB())
    # ruleid: setpoint.python.weak-cipher
    four = ARC4.new(key)
    # ok: setpoint.python.weak-cipher
    five = AES.new(key, AES.MODE_GCM)
    # ok: setpoint.python.weak-cipher
    six = Cipher(algorithms.AES(key), modes.GCM(nonce))
    # ok: setpoint.python.weak-cipher
    seven = Cipher(algorithms.ChaCha20(key, nonce), mode=None)
    # ok: setpoint.python.weak-cipher
    eight = AES.new(key, AES.MODE_EAX, nonce=nonce)
    return one, two, three, four, five, six, seven, eight


class Account:
    def reset(self):
        # ruleid: setpoint.python.predictable-random
        self.reset_token = "".join(random.choices("0123456789abcdef", k=32))
        # ruleid: setpoint.python.predictable-random
        password = str(random.randint(100000, 999999))
        # ruleid: setpoint.python.predictable-random
        store.put(self.name, session_id=random.getrandbits(64))
        # ok: setpoint.python.predictable-random
        api_key = secrets.token_urlsafe(32)
        # ok: setpoint.python.predictable-random
        pause = random.random() * 0.1
        # ok: setpoint.python.predictable-random
        colour = random.choice(["red", "green"])
        # ok: setpoint.python.predictable-random
        token = secrets.choice("abc")
        return password, api_key, pause, colour, token


def make_token():
    # ruleid: setpoint.python.predictable-random
    return "%032x" % random.getrandbits(128)


def jitter():
    # ok: setpoint.python.predictable-random
    return random.uniform(0, 1), uuid.uuid4()


def connections(session):
    # ruleid: setpoint.python.certificate-not-checked
    requests.get("https://example.org", verify=False, timeout=5)
    # ruleid: setpoint.python.certificate-not-checked
    httpx.AsyncClient(verify=False)
    context = ssl.create_default_context()
    # ruleid: setpoint.python.certificate-not-checked
    context.check_hostname = False
    # ruleid: setpoint.python.certificate-not-checked
    context.verify_mode = ssl.CERT_NONE
    # ruleid: setpoint.python.certificate-not-checked
    aiohttp.TCPConnector(ssl=False)
    # ok: setpoint.python.certificate-not-checked
    requests.get("https://example.org", verify="ca.pem", timeout=5)
    # ok: setpoint.python.certificate-not-checked
    httpx.AsyncClient(verify=context)
    # ok: setpoint.python.certificate-not-checked
    other = ssl.create_default_context(cafile="ca.pem")
    # ok: setpoint.python.certificate-not-checked
    other.verify_mode = ssl.CERT_REQUIRED


def claims(token, key):
    # ruleid: setpoint.python.token-not-verified
    one = jwt.decode(token, options={"verify_signature": False})
    # ruleid: setpoint.python.token-not-verified
    two = jwt.decode(token, key, algorithms=["HS256", "none"])
    # ruleid: setpoint.python.token-not-verified
    three = jwt.encode({"admin": True}, None, algorithm="none")
    # ok: setpoint.python.token-not-verified
    four = jwt.decode(token, key, algorithms=["RS256"])
    # ok: setpoint.python.token-not-verified
    five = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
    # ok: setpoint.python.token-not-verified
    six = jwt.encode({"admin": True}, key, algorithm="HS256")
    # ok: setpoint.python.token-not-verified
    return one, two, three, four, five, six, jwt.get_unverified_header(token)


# ruleid: setpoint.python.hard-coded-credential
DATABASE_PASSWORD = "tr0ub4dor-and-3"
# ruleid: setpoint.python.hard-coded-credential
settings = {"host": "db", "password": "kX9-vbw2!qq", "port": 5432}
# ruleid: setpoint.python.hard-coded-credential
client = connect("db", api_key="9f8b7c6d5e4f3a2b")
# ruleid: setpoint.python.hard-coded-credential
SECRET_KEY = os.environ.get("SECRET_KEY", "s3cr3t-in-source")
# ok: setpoint.python.hard-coded-credential
database_password = os.environ["DATABASE_PASSWORD"]
# ok: setpoint.python.hard-coded-credential
PASSWORD_FIELD = "new_password_1"
# ok: setpoint.python.hard-coded-credential
label_password = "Your password"
# ok: setpoint.python.hard-coded-credential
api_key = "<your key here>"
# ok: setpoint.python.hard-coded-credential
secret = "example-secret-1"
# ok: setpoint.python.hard-coded-credential
reset = {"password": "user_password_1"}
# ok: setpoint.python.hard-coded-credential
TOKEN_URL = "https://auth.example.org/token1"
