"""What the back office seals."""

import json
import os

from Crypto.Cipher import ARC2, DES3, ChaCha20_Poly1305
from Crypto.Util.Padding import pad
from cryptography.hazmat.decrepit.ciphers.algorithms import CAST5
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from django.http import JsonResponse
from django.urls import path
from django.views import View

KEY_3DES = DES3.adjust_key_parity(bytes(range(24)))


class Seal(View):
    def sealed(self, text):
        return DES3.new(KEY_3DES, DES3.MODE_CBC).encrypt(pad(text.encode(), 8))

    def post(self, request):
        return JsonResponse({"sealed": self.sealed(json.loads(request.body)["text"]).hex()})


class SealStrong(Seal):
    def sealed(self, text):
        return AESGCM(os.urandom(32)).encrypt(os.urandom(12), text.encode(), None)


def voucher(request):
    return JsonResponse({"sealed": ARC2.new(os.urandom(16), ARC2.MODE_CFB).encrypt(request.GET["code"].encode()).hex()})


def voucher_strong(request):
    cipher = ChaCha20_Poly1305.new(key=os.urandom(32))
    return JsonResponse({"sealed": cipher.encrypt(request.GET["code"].encode()).hex()})


def letter(request):
    sealer = Cipher(CAST5(os.urandom(16)), modes.CFB(os.urandom(8))).encryptor()
    return JsonResponse({"sealed": sealer.update(request.FILES["letter"].read()).hex()})


def letter_strong(request):
    sealed = AESGCMSIV(os.urandom(32)).encrypt(os.urandom(12), request.FILES["letter"].read(), None)
    return JsonResponse({"sealed": sealed.hex()})


urlpatterns = [
    path("weakcipher/weakcipher-d01", Seal.as_view()),
    path("weakcipher/weakcipher-d02", SealStrong.as_view()),
    path("weakcipher/weakcipher-d03", voucher),
    path("weakcipher/weakcipher-d04", voucher_strong),
    path("weakcipher/weakcipher-d05", letter),
    path("weakcipher/weakcipher-d06", letter_strong),
]
