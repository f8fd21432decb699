"""What the judges share. Nothing here comes from the program: every rule is read from its published interface."""
import base64, datetime as dt, glob, hashlib, json, os
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
DER = serialization.Encoding.DER
SIGNATURES = {
    "1.2.840.113549.1.1.11": "SHA256WITHRSA", "1.2.840.113549.1.1.12": "SHA384WITHRSA",
    "1.2.840.113549.1.1.13": "SHA512WITHRSA", "1.2.840.113549.1.1.10": "RSASSAPSS",
    "2.16.840.1.101.3.4.3.2": "DSA_WITH_SHA256", "1.2.840.10045.4.3.2": "ECDSA-WITH-SHA256",
    "1.2.840.10045.4.3.3": "ECDSA-WITH-SHA384", "1.2.840.10045.4.3.4": "ECDSA-WITH-SHA512",
}


def parse_time(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds(time):
    """Whole seconds since 1970 of an aware time, or of a naive one in UTC as `cryptography` gives it."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return int((time - EPOCH).total_seconds())


def file_name(device):
    """A device id as a file name: every byte outside A-Za-z0-9._- and a leading dot percent-encoded; a digest where too long."""
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
    data = device.encode()
    out = "".join(
        chr(b) if b in plain and not (i == 0 and b == ord(".")) else f"%{b:02X}" for i, b in enumerate(data))
    return out if len(out) <= 200 else "%sha256-" + hashlib.sha256(data).hexdigest()


def manifest_path(delivery, device):
    digest = hashlib.sha256(device.encode()).hexdigest()
    return os.path.join(delivery, "manifests", digest[:2], digest[2:4], file_name(device) + ".jws")


def key_kind(public):
    if isinstance(public, ec.EllipticCurvePublicKey):
        return {"secp256r1": "ecdsa-p256", "secp384r1": "ecdsa-p384", "secp521r1": "ecdsa-p521"}.get(
            public.curve.name, public.curve.name)
    if isinstance(public, rsa.RSAPublicKey):
        return f"rsa-{public.key_size}"
    if isinstance(public, dsa.DSAPublicKey):
        return f"dsa-{public.key_size}"
    return type(public).__name__


def spki(public):
    return public.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def signature_name(signed):
    oid = signed.signature_algorithm_oid.dotted_string
    return SIGNATURES.get(oid, oid)


def is_weak_key(kind):
    return kind.startswith("rsa-") and int(kind[4:]) < 2048


def is_weak_signature(certificate):
    name = signature_name(certificate)
    if name == "RSASSAPSS":
        # The hash stands in the parameters, right after the algorithm's identifier; without one it is SHA-1 (RFC 4055, 3.1).
        der = certificate.public_bytes(DER)
        start = der.index(bytes.fromhex("06092a864886f70d01010a")) + 11
        parameters = der[start:start + 2 + der[start + 1]]
        return not any(bytes.fromhex("060960864801650304020" + n) in parameters for n in "123")
    return name not in SIGNATURES.values()


def key_allowed(kind, allowed):
    for rule in allowed:
        if rule.endswith("+"):
            if kind.startswith("rsa-") and rule.startswith("rsa-") and int(kind[4:]) >= int(rule[4:-1]):
                return True
        elif kind == rule:
            return True
    return False


def read_fleet(path):
    """device id → {"device", "account", "labels", "certificates": [(status, certificate)]} from NDJSON."""
    fleet = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip():
                row = json.loads(line)
                row["certificates"] = [
                    (c["status"], x509.load_pem_x509_certificate(c["pem"].encode())) for c in row["certificates"]]
                fleet[row["device"]] = row
    return fleet


def read_request(path):
    with open(path, "rb") as f:
        data = f.read()
    return x509.load_pem_x509_csr(data) if data.startswith(b"-----") else x509.load_der_x509_csr(data)


def read_requests(folder, fleet):
    """device id → CSR, for every device of the fleet that has handed one in."""
    found = {}
    for device in fleet:
        path = os.path.join(folder, file_name(device) + ".csr")
        if os.path.exists(path):
            found[device] = read_request(path)
    return found


def load_authority(path):
    with open(path, "rb") as f:
        return x509.load_pem_x509_certificate(f.read())


def unbase64url(text):
    assert "=" not in text, "base64url carries padding"
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fingerprint(certificate):
    return hashlib.sha256(certificate.public_bytes(DER)).hexdigest()


def fill(template, device, percent=False):
    """Puts a device's values into {device}, {account} and {label:NAME}. KeyError where a label is missing."""
    values = {"device": device["device"], "account": device["account"]}
    values.update({f"label:{k}": v for k, v in device["labels"].items()})
    out, rest = "", template
    while "{" in rest:
        before, rest = rest.split("{", 1)
        name, rest = rest.split("}", 1)
        value = values[name]
        if percent:
            value = "".join(
                chr(b) if chr(b).isalnum() and b < 128 or chr(b) in "-._~" else f"%{b:02X}" for b in value.encode())
        out += before + value
    return out + rest


class Findings:
    """Collects what is wrong, and ends the judge with a summary as JSON on standard output."""

    def __init__(self):
        self.all = []

    def check(self, holds, what):
        if not holds:
            self.all.append(what)

    def end(self, **counts):
        print(json.dumps({"findings": self.all[:50], "count": len(self.all), **counts}))
