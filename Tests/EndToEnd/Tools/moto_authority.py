#!/usr/bin/env python3
"""moto's AWS Private CA with a key and a certificate of ours. Needs moto; runs until the process ends that started it.

  moto_authority.py CERTIFICATE KEY OUT [--stock | --forgetful]

Writes {"endpoint", "authority"} to OUT when it is ready. moto knows neither ApiPassthrough, SigningAlgorithm, Validity nor
IdempotencyToken; here they are heeded as the AWS Private CA API Reference has them, unless it is to be --stock. When it is --forgetful,
it forgets tokens at once, as AWS does after five minutes. What it issued stands in
OUT.issued, a serial number a line.
"""
import base64, datetime, json, os, sys, time
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from moto.acmpca.exceptions import RequestInProgressException
from moto.acmpca.models import acmpca_backends
from moto.acmpca.responses import ACMPCAResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer

certificate_path, key_path, out = sys.argv[1:4]
parent = os.getppid()
TEMPLATE = "arn:aws:acm-pca:::template/BlankEndEntityCertificate_CriticalBasicConstraints_APIPassthrough/V1"
PURPOSES = {"CLIENT_AUTH": x509.ExtendedKeyUsageOID.CLIENT_AUTH, "SERVER_AUTH": x509.ExtendedKeyUsageOID.SERVER_AUTH}
USAGES = {"DigitalSignature": "digital_signature", "NonRepudiation": "content_commitment", "KeyEncipherment": "key_encipherment",
          "DataEncipherment": "data_encipherment", "KeyAgreement": "key_agreement", "KeyCertSign": "key_cert_sign",
          "CRLSign": "crl_sign", "EncipherOnly": "encipher_only", "DecipherOnly": "decipher_only"}
NAMES = {"DnsName": x509.DNSName, "UniformResourceIdentifier": x509.UniformResourceIdentifier, "Rfc822Name": x509.RFC822Name}

with open(certificate_path, "rb") as file:
    certificate = file.read()
with open(key_path, "rb") as file:
    key = serialization.load_pem_private_key(file.read(), None)
root = x509.load_pem_x509_certificate(certificate)
backend = acmpca_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"]
names = {a.rfc4514_attribute_name: a.value for a in root.subject}
arn = backend.create_certificate_authority(
    {"KeyAlgorithm": "EC_prime256v1", "SigningAlgorithm": "SHA256WITHECDSA",
     "Subject": {"Organization": names["O"], "CommonName": names["CN"]}},
    {}, "SUBORDINATE", None, [])
authority = backend.describe_certificate_authority(arn)
authority.private_bytes = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(authority.password))
backend.import_certificate_authority_certificate(arn, certificate, None)

by_token, asked = {}, set()


def moment(of):
    assert of["Type"] == "ABSOLUTE"
    return datetime.datetime.fromtimestamp(of["Value"], datetime.timezone.utc)


def make(params):
    csr = x509.load_pem_x509_csr(base64.b64decode(params["Csr"]))
    assert csr.is_signature_valid and params["TemplateArn"] == TEMPLATE and params["SigningAlgorithm"] == "SHA256WITHECDSA"
    passed = params["ApiPassthrough"]
    extensions = passed["Extensions"]
    subject = x509.Name([
        x509.NameAttribute(x509.ObjectIdentifier(a["ObjectIdentifier"]), a["Value"])
        for a in passed["Subject"]["CustomAttributes"]])
    usage = {name: bool(extensions["KeyUsage"].get(word)) for word, name in USAGES.items()}
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(root.subject).public_key(csr.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment(params["ValidityNotBefore"])).not_valid_after(moment(params["Validity"]))
        .add_extension(x509.BasicConstraints(False, None), True).add_extension(x509.KeyUsage(**usage), True)
        .add_extension(
            x509.ExtendedKeyUsage([PURPOSES[p["ExtendedKeyUsageType"]] for p in extensions["ExtendedKeyUsage"]]), False)
        .add_extension(x509.SubjectAlternativeName([
            NAMES[kind](value) for name in extensions["SubjectAlternativeNames"] for kind, value in name.items()]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier(
            root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest, None, None), False)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://crl.example.com/fleet-ca-1.crl")], None, None, None)]), False)
        .sign(key, hashes.SHA256()))
    with open(out + ".issued", "a") as file:
        file.write(f"{made.serial_number:x}\n")
    return made


def issue_certificate(self):
    params = json.loads(self.body)
    assert len(params["IdempotencyToken"]) <= 36
    if params["IdempotencyToken"] not in by_token:
        made = make(params)
        name = f"{arn}/certificate/{made.serial_number:x}"
        backend.describe_certificate_authority(params["CertificateAuthorityArn"]).issued_certificates[name] = (
            made.public_bytes(serialization.Encoding.PEM))
        by_token[params["IdempotencyToken"]] = name
    take = by_token.pop if "--forgetful" in sys.argv else by_token.get
    return json.dumps({"CertificateArn": take(params["IdempotencyToken"])})


def get_certificate(self):
    name = json.loads(self.body)["CertificateArn"]
    if name not in asked or os.path.exists(out + ".held"):
        # As in life, a certificate is not there at once; nor while a test wants it so.
        asked.add(name)
        raise RequestInProgressException("not yet")
    return stock_get(self)


stock_get = ACMPCAResponse.get_certificate
if "--stock" not in sys.argv:
    ACMPCAResponse.issue_certificate, ACMPCAResponse.get_certificate = issue_certificate, get_certificate

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
with open(out + ".new", "w") as file:
    json.dump({"endpoint": "http://%s:%d" % server.get_host_and_port(), "authority": arn}, file)
os.replace(out + ".new", out)
while os.getppid() == parent:
    time.sleep(0.5)
