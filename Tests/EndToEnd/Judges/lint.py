#!/usr/bin/env python3
"""Judges certificates and CRLs with pkilint: `lint_pkix_cert`, and `lint_crl` by RFC 5280.

  lint.py FILE…      what ends in .crl is a CRL in DER, anything else a certificate in PEM

Prints [{"file": NAME, "findings": what pkilint says at WARNING and above, nothing where it finds nothing}…]. Its two programs are called
as functions: a process each would take a second each.

Certificates with urn: URIs do not belong here: pkilint holds that a URI has an authority with a host name or address (RFC 5280, 4.2.1.6, asks
that of URIs "that include an authority" alone), and so objects to a URN, which has none.
"""
import contextlib, io, json, os, sys
from pkilint.bin import lint_crl, lint_pkix_cert


def lint(path):
    program, options = (lint_crl, ["-t", "CRL", "-p", "PKIX"]) if path.endswith(".crl") else (lint_pkix_cert, [])
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = program.main(["lint"] + options + ["-s", "WARNING", path])
    text = output.getvalue().strip()
    return {"file": os.path.basename(path), "findings": text or ("" if status == 0 else f"status {status}")}


print(json.dumps([lint(path) for path in sys.argv[1:]]))
