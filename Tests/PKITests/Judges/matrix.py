#!/usr/bin/env python3
"""Judges issued certificates with `openssl verify -x509_strict`, `certtool --verify` and Python's `cryptography`.

  matrix.py KEYS FOLDER     KEYS is Tests/TestKeys; FOLDER has AUTHORITY/NAME.pem, a certificate under that authority

Prints {"openssl": {"AUTHORITY/NAME.pem": true, …}, "certtool": …, "cryptography": …}, true where the judge takes the certificate.
"""
import json, os, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from cryptography import x509
from cryptography.exceptions import InvalidSignature

KEYS, FOLDER = sys.argv[1:3]
ROOT = os.path.join(KEYS, "root.pem")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def issuer(authority):
    return os.path.join(KEYS, f"ca-{authority}.pem")


def by_openssl(authority, names):
    paths = [os.path.join(FOLDER, authority, name) for name in names]
    command = ["openssl", "verify", "-x509_strict", "-CAfile", ROOT, "-untrusted", issuer(authority)] + paths
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    return [f"{path}: OK" in lines for path in paths]


def by_certtool(authority, name):
    with tempfile.NamedTemporaryFile() as chain:
        chain.write(read(os.path.join(FOLDER, authority, name)) + read(issuer(authority)))
        chain.flush()
        done = subprocess.run(
            ["certtool", "--verify", "--load-ca-certificate", ROOT, "--infile", chain.name], capture_output=True, text=True)
    return done.returncode == 0 and "Chain verification output: Verified." in done.stdout


def by_cryptography(authority, name):
    certificate = x509.load_pem_x509_certificate(read(os.path.join(FOLDER, authority, name)))
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(read(issuer(authority))))
    except InvalidSignature:
        return False
    return True


verdicts = {"openssl": {}, "certtool": {}, "cryptography": {}}
with ThreadPoolExecutor(os.cpu_count()) as pool:
    for authority in sorted(os.listdir(FOLDER)):
        names = sorted(os.listdir(os.path.join(FOLDER, authority)))
        keys = [f"{authority}/{name}" for name in names]
        verdicts["openssl"].update(zip(keys, by_openssl(authority, names)))
        verdicts["certtool"].update(zip(keys, pool.map(lambda name: by_certtool(authority, name), names)))
        verdicts["cryptography"].update(zip(keys, (by_cryptography(authority, name) for name in names)))
print(json.dumps(verdicts))
