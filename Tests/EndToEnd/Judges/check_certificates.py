#!/usr/bin/env python3
"""Judges the certificates that a run issued, with `cryptography` and with `openssl verify`.

  check_certificates.py --export AFTER.ndjson --plan plan.json --fleet BEFORE.ndjson --csr DIR --policies policies.json --at TIME

Every `issue` row of the plan must have become exactly one new PENDING_ACTIVATION certificate with the right key, subject, extensions,
serial number and dates; nothing else may have been issued. Prints {"findings": […], "count", "issued"}.
"""
import argparse, hashlib, json, os, subprocess, tempfile
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from common import (DER, Findings, fill, fingerprint, load_authority, parse_time, read_fleet, read_requests, seconds,
                    signature_name, spki)

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
PURPOSES = {"clientAuth": "1.3.6.1.5.5.7.3.2", "serverAuth": "1.3.6.1.5.5.7.3.1"}
USAGES = {
    "digitalSignature": "digital_signature", "nonRepudiation": "content_commitment", "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment", "keyAgreement": "key_agreement", "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign"}


def span(text):
    return int(text[:-1]) * UNITS[text[-1]]


def key_id(public):
    """RFC 5280, 4.2.1.2, method 1: SHA-1 of the BIT STRING's content."""
    return x509.SubjectKeyIdentifier.from_public_key(public).digest


def san_texts(names):
    kinds = {x509.UniformResourceIdentifier: "URI", x509.DNSName: "DNS", x509.RFC822Name: "EMAIL"}
    return sorted(f"{kinds.get(type(n), 'other')}:{n.value}" for n in names)


def check_one(findings, who, certificate, profile, device, authority, now, crl_url):
    def check(holds, what):
        findings.check(holds, f"{who}: {what}")

    check(certificate.version == x509.Version.v3, "not version 3")
    serial = certificate.serial_number
    length = serial.bit_length() // 8 + 1
    check(serial > 0 and 16 <= length <= 20, f"serial number has {length} bytes")
    check(certificate.issuer.public_bytes() == authority.subject.public_bytes(), "issuer is not the authority's subject")
    check(signature_name(certificate) == profile["signature"], f"signed with {signature_name(certificate)}")
    expected = ",".join(
        part.split("=", 1)[0] + "=" + fill(part.split("=", 1)[1], device).replace(",", "\\,")
        for part in profile["subject"].split(","))
    check(certificate.subject.rfc4514_string() == expected, f"subject {certificate.subject.rfc4514_string()}, not {expected}")
    start, end = seconds(certificate.not_valid_before), seconds(certificate.not_valid_after)
    check(start == now - span(profile.get("backdate", "5m")), "notBefore is not the run's time less the backdate")
    wanted = min(now + span(profile["validity"]), seconds(authority.not_valid_after))
    check(end == wanted, "notAfter is not the run's time plus the validity")

    extensions = {e.oid.dotted_string: e for e in certificate.extensions}
    allowed = {"2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.14", "2.5.29.35", "2.5.29.17", "2.5.29.31"}
    check(set(extensions) <= allowed, f"unexpected extensions {set(extensions) - allowed}")

    def get(oid):
        found = extensions.get(oid)
        check(found is not None, f"no extension {oid}")
        return found

    if constraints := get("2.5.29.19"):
        check(constraints.critical and not constraints.value.ca, "BasicConstraints are not critical CA=false")
    if usage := get("2.5.29.15"):
        wanted_usages = {USAGES[u] for u in profile.get("keyUsage", ["digitalSignature"])}
        has = {name for name in USAGES.values() if getattr(usage.value, name)}
        check(usage.critical and has == wanted_usages, f"KeyUsage {has}")
    if purposes := get("2.5.29.37"):
        wanted_purposes = {PURPOSES[p] for p in profile.get("extendedKeyUsage", ["clientAuth"])}
        check({p.dotted_string for p in purposes.value} == wanted_purposes, "ExtendedKeyUsage")
    if subject_key := get("2.5.29.14"):
        check(subject_key.value.digest == key_id(certificate.public_key()), "SubjectKeyIdentifier")
    if authority_key := get("2.5.29.35"):
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        check(authority_key.value.key_identifier == own, "AuthorityKeyIdentifier is not the authority's SubjectKeyIdentifier")
    names = []
    for template in profile.get("subjectAlternativeNames", []):
        kind, value = template.split(":", 1)
        names.append(f"{kind}:{fill(value, device, percent=kind == 'URI')}")
    if names:
        if alternative := get("2.5.29.17"):
            check(san_texts(alternative.value) == sorted(names), f"alternative names {san_texts(alternative.value)}, not {names}")
    else:
        check("2.5.29.17" not in extensions, "alternative names that no profile asked for")
    if crl_url:
        if points := get("2.5.29.31"):
            check([n.value for p in points.value for n in p.full_name] == [crl_url], "CRL distribution point")
    else:
        check("2.5.29.31" not in extensions, "a CRL distribution point that no authority has")


def main():
    arguments = argparse.ArgumentParser()
    for name in ("export", "plan", "fleet", "csr", "policies", "at"):
        arguments.add_argument("--" + name, required=True)
    arguments.add_argument("--crl", action="append", default=[], help="AUTHORITY=URL")
    arguments = arguments.parse_args()
    now = seconds(parse_time(arguments.at))
    with open(arguments.policies) as f:
        rules = json.load(f)
    beside = os.path.dirname(os.path.abspath(arguments.policies))
    files = {n: os.path.join(beside, p) for n, p in rules["authorities"].items()}
    authorities = {n: load_authority(p) for n, p in files.items()}
    crl = dict(c.split("=", 1) for c in arguments.crl)
    profiles = {p["name"]: p for p in rules["profiles"]}
    profile_of = {p["name"]: profiles[p["issuance"]["profile"]] for p in rules["policies"]}
    with open(arguments.plan) as f:
        planned = {d["device"]: d for d in json.load(f)["decisions"] if d["action"] == "issue"}
    before, after = read_fleet(arguments.fleet), read_fleet(arguments.export)
    requests = read_requests(arguments.csr, before)

    findings, issued, serials, by_authority = Findings(), 0, set(), {}
    findings.check(set(after) == set(before), "the export has other devices than the fleet")
    for device, row in after.items():
        known = {fingerprint(c) for _, c in before[device]["certificates"]}
        new = [(s, c) for s, c in row["certificates"] if fingerprint(c) not in known]
        lost = known - {fingerprint(c) for _, c in row["certificates"]}
        findings.check(not lost, f"{device}: a certificate is gone from the inventory")
        if device not in planned:
            findings.check(not new, f"{device}: a certificate that was not planned")
            continue
        findings.check(len(new) == 1, f"{device}: {len(new)} new certificates")
        for status, certificate in new:
            issued += 1
            findings.check(status == "PENDING_ACTIVATION", f"{device}: the new certificate is {status}")
            profile = profile_of[planned[device]["policy"]["name"]]
            authority = authorities[profile["authority"]]
            check_one(findings, device, certificate, profile, row, authority, now, crl.get(profile["authority"]))
            serials.add(certificate.serial_number)
            key = spki(certificate.public_key())
            old = {fingerprint(c): c for _, c in before[device]["certificates"]}[planned[device]["fingerprint"]]
            waiting = requests.get(device)
            keys = {spki(old.public_key())} | ({spki(waiting.public_key())} if waiting else set())
            findings.check(key in keys, f"{device}: carries neither the CSR's key nor the old one")
            if waiting and waiting.is_signature_valid and profile["name"] == "first":
                findings.check(key == spki(waiting.public_key()), f"{device}: does not carry the CSR's key")
            by_authority.setdefault(profile["authority"], []).append((device, certificate))
    findings.check(len(serials) == issued, "a serial number stands twice")

    # Another implementation of path validation has the last word.
    with tempfile.TemporaryDirectory() as folder:
        for name, made in by_authority.items():
            paths = []
            for number, (_, certificate) in enumerate(made):
                path = os.path.join(folder, f"{name}-{number}.pem")
                with open(path, "wb") as f:
                    f.write(certificate.public_bytes(serialization.Encoding.PEM))
                paths.append(path)
            for chunk in range(0, len(paths), 500):
                part = paths[chunk:chunk + 500]
                judged = subprocess.run(
                    ["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-attime", str(now + 1), "-CAfile", files[name]]
                    + part, capture_output=True, text=True)
                good = {line[:-4] for line in judged.stdout.splitlines() if line.endswith(": OK")}
                for path in part:
                    findings.check(path in good, f"openssl verify refuses {os.path.basename(path)}: {judged.stderr[:300]}")
    findings.end(issued=issued)


main()
