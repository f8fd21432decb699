#!/usr/bin/env python3
"""Makes a device for each algorithm: its key, a certificate that is due, and a CSR.

  algorithm_devices.py KEYS OUT < devices.json      KEYS is Tests/TestKeys

The input is [{"device": NAME, "key": KIND, "labels": {…}}…], where KIND is ecdsa-p256, ecdsa-p384, ecdsa-p521 or rsa-2048 for a new key, or a
key file of Tests/TestKeys. Writes OUT/fleet.ndjson, OUT/csr/NAME.csr and OUT/keys/NAME.key.
"""
import datetime as dt, json, os, shutil, subprocess, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

keys, out = sys.argv[1:3]
CURVES = {"ecdsa-p256": ec.SECP256R1, "ecdsa-p384": ec.SECP384R1, "ecdsa-p521": ec.SECP521R1}
PEM = serialization.Encoding.PEM
now = dt.datetime.utcnow().replace(microsecond=0)


def make_key(kind):
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    if kind == "rsa-2048":
        return rsa.generate_private_key(65537, 2048)
    with open(os.path.join(keys, kind + ".key"), "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


for folder in ("csr", "keys"):
    os.makedirs(os.path.join(out, folder), exist_ok=True)
with open(os.path.join(out, "fleet.ndjson"), "w", encoding="utf-8") as fleet:
    for number, of in enumerate(json.load(sys.stdin), 1):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of["device"])])
        old = ec.generate_private_key(ec.SECP256R1())
        due = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(old.public_key()).serial_number(number)
            .not_valid_before(now - dt.timedelta(85)).not_valid_after(now + dt.timedelta(5)).sign(old, hashes.SHA256()))
        row = {"device": of["device"], "account": "111122223333", "labels": of["labels"],
               "certificates": [{"status": "ACTIVE", "pem": due.public_bytes(PEM).decode()}]}
        fleet.write(json.dumps(row) + "\n")
        key_path, csr_path = os.path.join(out, "keys", of["device"] + ".key"), os.path.join(out, "csr", of["device"] + ".csr")
        if of["key"].startswith("device-rsa-pss"):  # cryptography would write it as rsaEncryption
            shutil.copy(os.path.join(keys, of["key"] + ".key"), key_path)
            subprocess.run(["openssl", "req", "-new", "-key", key_path, "-subj", "/CN=" + of["device"], "-out", csr_path], check=True)
            continue
        key = make_key(of["key"])
        with open(csr_path, "wb") as file:
            file.write(x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256()).public_bytes(PEM))
        with open(key_path, "wb") as file:
            file.write(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
