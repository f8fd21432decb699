#!/usr/bin/env python3
"""Forges certificates: an authority's name and devices' serial numbers, signed by a key that is not the authority's.

  forge.py --authority ca-1.pem --status REVOKED [--spelling] < fleet.ndjson > forged.ndjson

The forged certificates are of devices thief-0, thief-1 …. With --spelling the issuer's name is written in other letters, which is the same name
(RFC 5280, 7.1).
"""
import argparse, json, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--authority", required=True)
arguments.add_argument("--status", default="REVOKED")
arguments.add_argument("--spelling", action="store_true")
arguments = arguments.parse_args()
with open(arguments.authority, "rb") as f:
    name = x509.load_pem_x509_certificate(f.read()).subject
if arguments.spelling:
    name = x509.Name([x509.NameAttribute(part.oid, part.value.upper()) for part in name])
key = ec.generate_private_key(ec.SECP256R1())

number = 0
for line in sys.stdin:
    device = json.loads(line)
    for of in device["certificates"]:
        victim = x509.load_pem_x509_certificate(of["pem"].encode())
        forged = (
            x509.CertificateBuilder().subject_name(victim.subject).issuer_name(name).public_key(key.public_key())
            .serial_number(victim.serial_number).not_valid_before(victim.not_valid_before)
            .not_valid_after(victim.not_valid_after).sign(key, hashes.SHA256()))
        print(json.dumps({
            "device": f"thief-{number}", "account": device["account"], "labels": {},
            "certificates": [{"status": arguments.status, "pem": forged.public_bytes(serialization.Encoding.PEM).decode()}]}))
        number += 1
