#!/usr/bin/env python3
"""An issuer that has the authority's key, and gives out certificates in which one thing is not as it was ordered.

  wrong_issuer.py WHAT CERTIFICATE KEY [DEVICE]

WHAT is nothing, key, subject, names, start, end, usage, purpose, authority, signature, issuer, serial, login, akid or path. Only the certificate of DEVICE is
wrong, where one is named.
"""
import base64, datetime, json, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

what, certificate, key = sys.argv[1:4]
device = sys.argv[4] if len(sys.argv) > 4 else None
with open(certificate, "rb") as file:
    authority = x509.load_pem_x509_certificate(file.read())
with open(key, "rb") as file:
    authority_key = serialization.load_pem_private_key(file.read(), None)
OIDS = {"CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME}
HOUR = datetime.timedelta(hours=1)


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def issue(request, what):
    public = serialization.load_pem_public_key(request["publicKey"].encode())
    signer, start, end = authority_key, moment(request["notBefore"]), moment(request["notAfter"])
    subject = x509.Name([x509.NameAttribute(OIDS[part["type"]], part["value"]) for part in request["subjectAttributes"]])
    assert base64.b64encode(subject.public_bytes()).decode() == request["subjectDER"]
    names = [x509.UniformResourceIdentifier(name["uri"]) for name in request["sans"]]
    purposes, issuer, serial = [ExtendedKeyUsageOID.CLIENT_AUTH], authority.subject, x509.random_serial_number()
    if what == "key":
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
    elif what == "subject":
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "someone else")])
    elif what == "names":
        names.append(x509.DNSName("bank.example"))
    elif what == "start":
        start += HOUR
    elif what == "end":
        end += HOUR
    elif what == "purpose":
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    elif what == "signature":
        signer = ec.generate_private_key(ec.SECP256R1())
    elif what == "issuer":
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another CA")])
    elif what == "login":
        upn = "administrator@corp.example".encode()
        names.append(x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), bytes([0x0C, len(upn)]) + upn))
    elif what == "serial":
        serial = 4711
    usage = dict.fromkeys(["content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
                           "crl_sign", "encipher_only", "decipher_only"], False)
    usage["key_cert_sign"] = what == "usage"
    akid = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    other = ([x509.DirectoryName(authority.subject)], 5) if what == "akid" else (None, None)
    # FALSE is written out: cryptography does not do that by itself.
    constraints = (
        x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.19"), b"\x30\x03\x01\x01\x00") if what == "path"
        else x509.BasicConstraints(what == "authority", None))
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        .serial_number(serial).not_valid_before(start).not_valid_after(end)
        .add_extension(constraints, True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), True)
        .add_extension(x509.ExtendedKeyUsage(purposes), False)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(x509.AuthorityKeyIdentifier(akid, *other), False)
        .sign(signer, hashes.SHA256())).public_bytes(serialization.Encoding.PEM).decode()


for line in sys.stdin:
    request = json.loads(line)
    wrong = what if device in (None, request["device"]) else "nothing"
    print(json.dumps({"id": request["id"], "certificate": issue(request, wrong)}), flush=True)
