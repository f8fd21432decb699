#!/usr/bin/env python3
"""Makes devices with real certificates and CSRs from a description in JSON, on top of authorities that exist already.

  devices.py --authorities DIR --out DIR --now TIME < description.json

The description is {"devices": [DEVICE…], "bulk": {"count": N, "prefix": "d-", "left": DAYS, "lifetime": DAYS, "csr": true}}.
DEVICE is {"device", "account", "labels", "certificates": [CERTIFICATE…], "csr": CSR}, where
CERTIFICATE is {"status", "left": days, "lifetime": days, "key": kind, "named": key name, "authority": 1 to 3, "hash": "sha1",
"spelling": how the key is written (see spellings.py)} and
CSR is {"key": kind, "named": key name, "spoil": "signature", "spelling"}. Keys of both may be "negated": true, have an "exponent" or a "scalar" (from the
order down where it is below zero), be of a "file" of the authorities, or have "primes" by name. The same key name always means the same key.
Writes OUT/fleet.ndjson and OUT/csr/NAME.csr.
"""
import argparse, base64, datetime as dt, hashlib, json, os, random, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Judges"))
from common import file_name, parse_time
from spellings import negated, respell, with_exponent, with_scalar
from weak_moduli import key_with_primes

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--authorities", required=True)
arguments.add_argument("--out", required=True)
arguments.add_argument("--now", default="2026-12-01T00:00:00Z")
arguments = arguments.parse_args()
now = parse_time(arguments.now)
day = dt.timedelta(days=1)
PEM = serialization.Encoding.PEM
numbers = random.Random(1)
os.makedirs(os.path.join(arguments.out, "csr"), exist_ok=True)

KINDS = {
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ecdsa-p224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "rsa-1024": lambda: rsa.generate_private_key(65537, 1024),
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
}
named = {}


def key(of):
    private = plain_key(of)
    if of.get("negated"):
        private = negated(private)
    if of.get("exponent"):
        private = with_exponent(private, of["exponent"])
    return private


def plain_key(of):
    name, kind = of.get("named"), of.get("key", "ecdsa-p256")
    if "file" in of:
        with open(os.path.join(arguments.authorities, of["file"] + ".key"), "rb") as f:
            return serialization.load_pem_private_key(f.read(), None)
    if "scalar" in of:
        return with_scalar(KINDS[kind]().curve, of["scalar"])
    if "primes" in of:
        return key_with_primes(of["primes"])
    if name is None:
        return KINDS[kind]()
    if name not in named:
        named[name] = KINDS[kind]()
    return named[name]


def subject(device):
    # X.520 bounds a common name at 64 characters.
    common = device if 0 < len(device) <= 64 else hashlib.sha256(device.encode()).hexdigest()
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Devices"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


authorities = {}
for number in (1, 2, 3):
    base = os.path.join(arguments.authorities, f"ca-{number}")
    with open(base + ".pem", "rb") as f:
        certificate = x509.load_pem_x509_certificate(f.read())
    with open(base + ".key", "rb") as f:
        authorities[number] = (serialization.load_pem_private_key(f.read(), None), certificate)


def issue(device, of):
    authority_key, authority = authorities[of.get("authority", 1)]
    public = key(of).public_key()
    end = (now + of.get("left", 100) * day).replace(microsecond=0)
    hash_ = hashes.SHA1() if of.get("hash") == "sha1" else hashes.SHA256()
    made = (
        x509.CertificateBuilder().subject_name(subject(device)).issuer_name(authority.subject)
        .public_key(public).serial_number(numbers.getrandbits(126) | 1)
        .not_valid_before(end - of.get("lifetime", 365) * day).not_valid_after(end)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        .sign(authority_key, hash_))
    if of.get("spelling"):
        der = made.public_bytes(serialization.Encoding.DER)
        return pem("CERTIFICATE", respell(der, public, authority_key, of["spelling"], hash_))
    return made.public_bytes(PEM).decode()


def pem(label, der):
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def request(device, of):
    private = key(of)
    made = x509.CertificateSigningRequestBuilder().subject_name(subject(device)).sign(private, hashes.SHA256())
    if of.get("spelling"):
        der = made.public_bytes(serialization.Encoding.DER)
        return respell(der, private.public_key(), private, of["spelling"])
    if of.get("spoil") != "signature":
        return made.public_bytes(PEM)
    der = bytearray(made.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return bytes(der)


description = json.load(sys.stdin)
bulk = description.get("bulk", {})
devices = description.get("devices", []) + [
    {
        "device": f"{bulk.get('prefix', 'd-')}{i:06d}", "account": "111122223333", "labels": bulk.get("labels", {}),
        "certificates": [{"left": bulk.get("left", 5) + i / 1e5, "lifetime": bulk.get("lifetime", 90)}],
        "csr": {} if bulk.get("csr", True) else None,
    }
    for i in range(bulk.get("count", 0))
]
with open(os.path.join(arguments.out, "fleet.ndjson"), "w", encoding="utf-8") as fleet:
    for of in devices:
        certificates = [{"status": c.get("status", "ACTIVE"), "pem": issue(of["device"], c)} for c in of["certificates"]]
        row = {"device": of["device"], "account": of.get("account", "111122223333"), "labels": of.get("labels", {}),
               "certificates": certificates}
        fleet.write(json.dumps(row, ensure_ascii=False) + "\n")
        if of.get("csr") is not None:
            with open(os.path.join(arguments.out, "csr", file_name(of["device"]) + ".csr"), "wb") as f:
                f.write(request(of["device"], of["csr"]))
