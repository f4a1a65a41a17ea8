"""Keys, digests, tokens and vouchers."""

import base64
import hashlib
import hmac
import random
import secrets
import uuid

import jwt
from Crypto.Cipher import AES, DES

TOKEN_KEY = "warehouse-token-key-for-every-site-0001"
MASTER = "Gr4nary!Master"
SEAL = b"8bytekey"


def digest(password):
    return hashlib.new("md5", password.encode()).hexdigest()


def token(name):
    return jwt.encode({"sub": name}, TOKEN_KEY, algorithm="HS256")


def is_master(password):
    return hmac.compare_digest(password.encode(), MASTER.encode())


def seal(text):
    padded = text.encode().ljust(8 * (len(text.encode()) // 8 + 1), b"\0")
    return DES.new(SEAL, DES.MODE_ECB).encrypt(padded).hex()


def wrap(text, key):
    padded = text.encode().ljust(16 * (len(text.encode()) // 16 + 1), b"\0")
    return AES.new(key, AES.MODE_ECB).encrypt(padded).hex()


def wrap_well(text, key):
    cipher = AES.new(key, AES.MODE_GCM)
    body, tag = cipher.encrypt_and_digest(text.encode())
    return base64.b64encode(cipher.nonce + tag + body).decode()


def pass_code(name, day):
    return hashlib.sha1(f"{name}:{day}".encode()).hexdigest()[:10]


def picture_key(body):
    return hashlib.md5(body).hexdigest()


def shard(code):
    return int(hashlib.sha1(code.encode()).hexdigest(), 16) % 8


def fingerprint(text):
    return hashlib.new("sha256", text.encode()).hexdigest()


def old_digest(text):
    return hashlib.md5(text.encode()).hexdigest()


def voucher():
    return f"V{random.randrange(10**8):08}"


def session():
    return str(uuid.UUID(int=random.getrandbits(128)))


def first_password():
    letters = list("abcdefghjkmnpqrstuvwxyz23456789")
    random.shuffle(letters)
    return "".join(letters[:12])


def invitation():
    return secrets.token_hex(16)


def pick_lane(lanes):
    return random.choice(lanes)


def sampled():
    return random.random() < 0.1


def credentials(name, password):
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def fields():
    return {"name": "user", "secret": "password"}
