#!/usr/bin/env python3
"""Judges the published tree as a device would: finds its manifest, verifies it with keys.json, reads the payload.

  check_manifests.py --delivery DIR --export AFTER.ndjson --plan plan.json --policies policies.json --at TIME [--sequence 1]

Every `issue` row must have an `install` manifest with the new certificate, every `request-csr` row a `rekey` one, and there must be no
other manifest. Prints {"findings": […], "count", "install", "rekey"}.
"""
import argparse, base64, hashlib, json, os, stat
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from common import Findings, fingerprint, load_authority, manifest_path, parse_time, read_fleet, seconds, unbase64url


def thumbprint(jwk):
    """RFC 7638: the required members in lexicographic order, without white space."""
    text = json.dumps({m: jwk[m] for m in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def public_key(jwk):
    x, y = (int.from_bytes(unbase64url(jwk[m]), "big") for m in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def main():
    arguments = argparse.ArgumentParser()
    for name in ("delivery", "export", "plan", "policies", "at"):
        arguments.add_argument("--" + name, required=True)
    arguments.add_argument("--sequence", type=int, default=1)
    arguments.add_argument("--validity", type=int, default=30 * 86400)
    arguments = arguments.parse_args()
    at = seconds(parse_time(arguments.at))
    findings = Findings()
    with open(os.path.join(arguments.delivery, "keys.json")) as f:
        jwks = json.load(f)["keys"]
    keys = {}
    for jwk in jwks:
        findings.check("d" not in jwk, "keys.json holds a private key")
        findings.check(jwk["kid"] == thumbprint(jwk), "a kid is not the RFC 7638 thumbprint")
        keys[jwk["kid"]] = public_key(jwk)
    with open(arguments.policies) as f:
        rules = json.load(f)
    profiles = {p["name"]: p for p in rules["profiles"]}
    profile_of = {p["name"]: profiles[p["issuance"]["profile"]] for p in rules["policies"]}
    beside = os.path.dirname(os.path.abspath(arguments.policies))
    with open(arguments.plan) as f:
        rows = {d["device"]: d for d in json.load(f)["decisions"] if d["action"] in ("issue", "request-csr")}
    fleet = read_fleet(arguments.export)

    expected, counts = set(), {"install": 0, "rekey": 0}
    for device, row in rows.items():
        def check(holds, what):
            findings.check(holds, f"{device}: {what}")

        path = manifest_path(arguments.delivery, device)
        expected.add(path)
        if not os.path.isfile(path) or os.path.islink(path):
            check(False, f"no manifest at {path}")
            continue
        check(not stat.S_IMODE(os.stat(path).st_mode) & 0o022, "its manifest can be written by others")
        with open(path, "rb") as f:
            compact = f.read().decode("ascii")
        parts = compact.split(".")
        check(len(parts) == 3 and compact == compact.strip(), "not a compact JWS")
        header = json.loads(unbase64url(parts[0]))
        check(set(header) == {"alg", "kid", "typ"} and header["alg"] == "ES256" and header["typ"] == "rotation-manifest",
              f"header {header}")
        signature = unbase64url(parts[2])
        try:
            keys[header["kid"]].verify(
                encode_dss_signature(*(int.from_bytes(signature[i:i + 32], "big") for i in (0, 32))),
                f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(hashes.SHA256()))
            check(len(signature) == 64, "signature is not 64 bytes")
        except (InvalidSignature, KeyError) as problem:
            check(False, f"signature does not verify: {problem!r}")
        payload = json.loads(unbase64url(parts[1]))
        check(payload["version"] == 1 and payload["device"] == device, "version or device")
        check(payload["account"] == fleet[device]["account"], "account")
        check(payload["sequence"] == arguments.sequence, f"sequence {payload['sequence']}")
        check(seconds(parse_time(payload["issued"])) == at, f"issued {payload['issued']}")
        check(seconds(parse_time(payload["expires"])) == at + arguments.validity, f"expires {payload['expires']}")
        check(isinstance(payload["run"], str) and payload["run"] != "", "run")
        check(payload["reason"]["code"] == row["reason"]["code"] and payload["reason"]["text"], "reason")
        check(payload["replaces"]["fingerprint"] == row["fingerprint"], "replaces another certificate than planned")
        profile = profile_of[row["policy"]["name"]]
        if row["action"] == "issue":
            counts["install"] += 1
            check(payload["action"] == "install", f"action {payload['action']}")
            certificate = x509.load_pem_x509_certificate(payload["certificate"].encode())
            waiting = [fingerprint(c) for s, c in fleet[device]["certificates"] if s == "PENDING_ACTIVATION"]
            check(fingerprint(certificate) in waiting, "the manifest's certificate is not the inventory's")
            authority = load_authority(os.path.join(beside, rules["authorities"][profile["authority"]]))
            for above in payload["chain"]:
                check(fingerprint(x509.load_pem_x509_certificate(above.encode())) == fingerprint(authority), "chain")
            published = os.path.join(arguments.delivery, "authorities", profile["authority"] + ".pem")
            check(os.path.isfile(published) and fingerprint(load_authority(published)) == fingerprint(authority),
                  "its authority is not published")
        else:
            counts["rekey"] += 1
            check(payload["action"] == "rekey", f"action {payload['action']}")
            check("certificate" not in payload, "a rekey manifest carries a certificate")
            check(payload["request"]["keys"] == profile["keys"], f"request.keys {payload['request']['keys']}")
            check(payload["request"]["subject"] != "", "request.subject")
    for folder, _, files in os.walk(os.path.join(arguments.delivery, "manifests")):
        for name in files:
            findings.check(os.path.join(folder, name) in expected, f"{name} should not be there")
    findings.end(**counts)


main()
