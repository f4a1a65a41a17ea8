"""Sealed fields."""

import asyncio
import os
from typing import Annotated

from Crypto.Cipher import AES, DES, Blowfish
from Crypto.Util.Padding import pad
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from fastapi import APIRouter, Cookie, Query
from pydantic import BaseModel

router = APIRouter(prefix="/weakcipher")
CIPHERS = {"small": DES, "large": AES}


class Letter(BaseModel):
    text: str


def sealed(kind, text):
    module = CIPHERS[kind]
    return module.new(os.urandom(module.block_size), module.MODE_OFB).encrypt(text.encode()).hex()


@router.get("/weakcipher-a01")
async def field(value: Annotated[str, Query()]):
    return {"sealed": await asyncio.to_thread(sealed, "small", value)}


@router.get("/weakcipher-a02")
async def field_strong(value: Annotated[str, Query()]):
    return {"sealed": await asyncio.to_thread(sealed, "large", value)}


@router.post("/weakcipher-a03")
def letter(letter: Letter):
    sealer = Cipher(ARC4(os.urandom(16)), mode=None).encryptor()
    return {"sealed": sealer.update(letter.text.encode()).hex()}


@router.post("/weakcipher-a04")
def letter_strong(letter: Letter):
    sealer = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16))).encryptor()
    return {"sealed": sealer.update(letter.text.encode()).hex()}


@router.get("/weakcipher-a05")
def cookie(name: Annotated[str, Cookie()]):
    return {"sealed": Blowfish.new(b"sixteen byte key", Blowfish.MODE_CBC).encrypt(pad(name.encode(), 8)).hex()}


@router.get("/weakcipher-a06")
def cookie_strong(name: Annotated[str, Cookie()]):
    return {"sealed": ChaCha20Poly1305(os.urandom(32)).encrypt(os.urandom(12), name.encode(), None).hex()}
