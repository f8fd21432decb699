#!/usr/bin/env python3
"""Does what the devices of a fleet do with their manifests: hands in a CSR where one is asked for, and confirms what was issued.

  answer.py --workspace DIR --keys DIR --at TIME [--not PREFIX]

New keys are kept in KEYS/NAME.key until their certificate comes. Devices whose id starts with --not stay silent. Prints
{"requests": N, "confirmations": N}.
"""
import argparse, glob, json, os, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Judges"))
from common import base64, file_name, fingerprint, spki, unbase64url

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--workspace", required=True)
arguments.add_argument("--keys", required=True)
arguments.add_argument("--at", required=True)
arguments.add_argument("--not", dest="silent")
arguments = arguments.parse_args()
os.makedirs(arguments.keys, exist_ok=True)
PEM = serialization.Encoding.PEM
counts = {"requests": 0, "confirmations": 0}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_of(name, make):
    path = os.path.join(arguments.keys, name + ".key")
    if make:
        key = ec.generate_private_key(ec.SECP256R1())
        with open(path, "wb") as f:
            f.write(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return key
    if not os.path.exists(path):
        return None
    with open(path, "rb") as f:
        return serialization.load_pem_private_key(f.read(), None)


def hand_in(folder, name, data):
    path = os.path.join(arguments.workspace, "inbox", folder, name)
    with open(path + ".part", "wb") as f:
        f.write(data)
    os.rename(path + ".part", path)


def request(name):
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "a device")])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key_of(name, make=True), hashes.SHA256())
    hand_in("csr", name + ".csr", made.public_bytes(PEM))
    counts["requests"] += 1


def confirm(name, manifest):
    certificate, key = x509.load_pem_x509_certificate(manifest["certificate"].encode()), key_of(name, make=False)
    if key is None or spki(key.public_key()) != spki(certificate.public_key()):
        return
    payload = {"device": manifest["device"], "sequence": manifest["sequence"],
               "fingerprint": fingerprint(certificate), "time": arguments.at}
    content = base64url(b'{"alg":"ES256","typ":"rotation-ack"}') + "." + base64url(json.dumps(payload).encode())
    r, s = decode_dss_signature(key.sign(content.encode(), ec.ECDSA(hashes.SHA256())))
    hand_in("ack", name + ".jws", f"{content}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}".encode())
    counts["confirmations"] += 1


for path in glob.glob(os.path.join(arguments.workspace, "delivery", "manifests", "*", "*", "*.jws")):
    with open(path) as f:
        manifest = json.loads(unbase64url(f.read().split(".")[1]))
    name = file_name(manifest["device"])
    if arguments.silent and manifest["device"].startswith(arguments.silent):
        continue
    if manifest["action"] == "rekey":
        request(name)
    elif manifest["action"] == "install":
        confirm(name, manifest)
print(json.dumps(counts))
