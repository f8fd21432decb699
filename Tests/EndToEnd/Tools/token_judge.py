#!/usr/bin/env python3
"""Verifies what a run signed with keys in a token: certificates (issued-*.pem in SCRATCH) and manifests.

  token_judge.py WORKSPACE SCRATCH SIGNATURE [HASH]

SIGNATURE and HASH are what the policy says.
"""
import base64
import glob
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

workspace, scratch, signature, wanted = sys.argv[1:5]
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
hash_ = HASHES[(wanted or ("SHA-256" if signature == "RSASSAPSS" else signature.replace("WITHRSA", "")))[-3:]]


def verify_certificate(certificate, key):
    signed = certificate.signature, certificate.tbs_certificate_bytes
    if signature.startswith("ECDSA"):
        key.verify(*signed, ec.ECDSA(hash_))
    elif signature == "RSASSAPSS":
        key.verify(*signed, padding.PSS(padding.MGF1(hash_), hash_.digest_size), hash_)
    else:
        key.verify(*signed, padding.PKCS1v15(), hash_)


def bytes_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(bytes_of(text), "big")


def verify_manifest(path, jwk):
    head, payload, signature = open(path).read().split(".")
    raw, message = bytes_of(signature), (head + "." + payload).encode()
    algorithm = json.loads(bytes_of(head))["alg"]
    if jwk["kty"] == "RSA":
        assert algorithm == "RS256", algorithm
        key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
        key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
        return
    curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[jwk["crv"]]
    key = ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), curve).public_key()
    half = (curve.key_size + 7) // 8
    assert len(raw) == 2 * half, len(raw)
    pair = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    key.verify(utils.encode_dss_signature(*pair), message, ec.ECDSA(HASHES[algorithm[-3:]]))


authority = x509.load_pem_x509_certificate(open(workspace + "/authorities/ca-1.pem", "rb").read())
certificates = glob.glob(scratch + "/issued-*.pem")
for path in certificates:
    verify_certificate(x509.load_pem_x509_certificate(open(path, "rb").read()), authority.public_key())
jwk = json.load(open(workspace + "/delivery/keys.json"))["keys"][0]
manifests = glob.glob(workspace + "/delivery/manifests/*/*/*.jws")
for path in manifests:
    verify_manifest(path, jwk)
print(f"{len(certificates)} certificates, {len(manifests)} manifests")
