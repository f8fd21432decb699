#!/usr/bin/env python3
"""Judges a workspace's revocations: the inventory's statuses, the published CRL, and what OpenSSL makes of both.

  check_revocations.py --export FILE --delivery DIR --authority FILE --crl NAME --at TIME [--reason NAME]

Prints {"findings": [...], "count": N, "revoked": N, "good": N}.
"""
import argparse, os, subprocess, tempfile
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from common import DER, Findings, load_authority, parse_time, read_fleet, seconds

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
for name in ("export", "delivery", "authority", "crl", "at"):
    arguments.add_argument("--" + name, required=True)
arguments.add_argument("--reason", default="keyCompromise")
arguments = arguments.parse_args()
findings = Findings()
at = seconds(parse_time(arguments.at))
authority = load_authority(arguments.authority)
path = os.path.join(arguments.delivery, "crl", arguments.crl)
with open(path, "rb") as f:
    crl = x509.load_der_x509_crl(f.read())

findings.check(crl.is_signature_valid(authority.public_key()), "the CRL is not signed by the authority")
findings.check(crl.issuer == authority.subject, "the CRL's issuer is not the authority")
findings.check(seconds(crl.last_update) <= at < seconds(crl.next_update), "the CRL is not current")
crl.extensions.get_extension_for_class(x509.CRLNumber)
crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
listed = {}
for entry in crl:
    findings.check(entry.serial_number not in listed, f"serial {entry.serial_number:x} is listed twice")
    try:
        listed[entry.serial_number] = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        listed[entry.serial_number] = "unspecified"

revoked, good = {}, {}
for row in read_fleet(arguments.export).values():
    for status, certificate in row["certificates"]:
        if certificate.issuer != authority.subject or seconds(certificate.not_valid_after) < at:
            continue
        if status == "REVOKED":
            revoked[certificate.serial_number] = certificate
        elif status in ("ACTIVE", "PENDING_ACTIVATION"):
            good[certificate.serial_number] = certificate
findings.check(set(listed) == set(revoked),
               f"the CRL lists {len(listed)} serials, the inventory has {len(revoked)} REVOKED")
for serial, reason in listed.items():
    findings.check(reason == arguments.reason, f"serial {serial:x} is listed for {reason}")


def refused(certificates):
    """The serials that `openssl verify -crl_check` refuses as revoked, and those that it takes."""
    bad, fine = set(), set()
    with tempfile.TemporaryDirectory() as folder:
        pem = os.path.join(folder, "crl.pem")
        with open(pem, "wb") as f:
            f.write(crl.public_bytes(serialization.Encoding.PEM))
        names = {}
        for serial, certificate in certificates.items():
            names[os.path.join(folder, f"{serial:x}.pem")] = serial
            with open(os.path.join(folder, f"{serial:x}.pem"), "wb") as f:
                f.write(certificate.public_bytes(serialization.Encoding.PEM))
        if not names:
            return bad, fine
        result = subprocess.run(
            ["openssl", "verify", "-crl_check", "-CAfile", arguments.authority, "-CRLfile", pem, "-attime", str(at)]
            + list(names), capture_output=True, text=True)
        for line in (result.stdout + result.stderr).splitlines():
            for name, serial in names.items():
                if line == f"{name}: OK":
                    fine.add(serial)
                elif line == f"error {name}: verification failed":
                    bad.add(serial)
        findings.check(result.stderr.count("certificate revoked") == len(bad), "some were refused for another reason")
    return bad, fine


bad, fine = refused(revoked)
findings.check(bad == set(revoked) and not fine, f"openssl refuses {len(bad)} of {len(revoked)} that are revoked")
bad, fine = refused(good)
findings.check(fine == set(good) and not bad, f"openssl takes {len(fine)} of {len(good)} that are good")
findings.end(revoked=len(revoked), good=len(good))
