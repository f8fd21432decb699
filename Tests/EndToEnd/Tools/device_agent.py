#!/usr/bin/env python3
"""The other side of a device agent: makes manifests, true and false ones, judges confirmations, serves the folders over HTTP.

  device_agent.py manifest --authorities DIR --device ID DELIVERY... < specs.json
  device_agent.py confirmation --ack FILE --certificate FILE
  device_agent.py serve --root DIR --port-file FILE

`manifest` reads an array of specs, one for each delivery. A spec is {"action", "sequence", "issued", "expires", "csr": file whose key is certified, "lifetime": days, "authority": 1 to 3,
"payload": {members that replace others, null removes}, "header": {the same}, "raw": the payload as it stands, "key": kind of manifest key,
"attack": name}. Writes the manifest, and `keys.json` and `manifest.pem` for the key that it ought to be signed by. `confirmation` prints
the header and the payload of the acknowledgement as JSON once its signature was verified with the certificate's key, and fails otherwise.
"""
import argparse, base64, datetime as dt, hashlib, hmac, http.server, json, os, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Judges"))
from common import file_name, manifest_path, parse_time, unbase64url

PEM, SPKI = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
CURVES = {"secp256r1": ("P-256", "ES256", hashes.SHA256(), 32), "secp384r1": ("P-384", "ES384", hashes.SHA384(), 48),
          "secp521r1": ("P-521", "ES512", hashes.SHA512(), 66)}
KINDS = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()), "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()), "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048), "RS1024": lambda: rsa.generate_private_key(65537, 1024),
}
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def request(path):
    """The CSR that was handed in last: as NAME.csr, or signed as NAME.jws beside it."""
    signed = path[:-len(".csr")] + ".jws"
    if os.path.exists(signed) and not (os.path.exists(path) and os.path.getmtime(path) > os.path.getmtime(signed)):
        with open(signed) as f:
            payload = f.read().split(".")[1]
        encoded = json.loads(base64.urlsafe_b64decode(payload + "=="))["csr"]
        return x509.load_der_x509_csr(base64.urlsafe_b64decode(encoded + "=="))
    with open(path, "rb") as f:
        return x509.load_pem_x509_csr(f.read())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def jwk(public, alg):
    numbers = public.public_numbers()
    if isinstance(public, rsa.RSAPublicKey):
        members = {"e": number(numbers.e), "kty": "RSA", "n": number(numbers.n)}
    else:
        curve, alg, _, size = CURVES[public.curve.name]
        members = {"crv": curve, "kty": "EC", "x": number(numbers.x, size), "y": number(numbers.y, size)}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return {**members, "kid": base64url(hashlib.sha256(text.encode()).digest()), "alg": alg, "use": "sig"}


def sign(key, alg, data):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, PSS if alg == "PS256" else padding.PKCS1v15(), hashes.SHA256())
    _, _, digest, size = CURVES[key.curve.name]
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def replaced(members, changes):
    return {k: v for k, v in {**members, **changes}.items() if v is not None}


def certificate(spec, now, device, authorities):
    base = os.path.join(authorities, f"ca-{spec.get('authority', 1)}")
    with open(base + ".pem", "rb") as f:
        authority = x509.load_pem_x509_certificate(f.read())
    with open(base + ".key", "rb") as f:
        key = serialization.load_pem_private_key(f.read(), None)
    public = request(spec["csr"]).public_key()
    end = now + dt.timedelta(days=spec.get("lifetime", 90))
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Devices")]))
        .issuer_name(authority.subject).public_key(public).serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - dt.timedelta(days=1)).not_valid_after(end)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False).sign(key, hashes.SHA256()))
    return made.public_bytes(PEM).decode(), authority.public_bytes(PEM).decode()


def manifests(arguments):
    for delivery, spec in zip(arguments.delivery, json.load(sys.stdin), strict=True):
        manifest(arguments, delivery, spec)


def manifest(arguments, delivery, spec):
    attack, alg = spec.get("attack"), spec.get("key", "ES256")
    if "key" in spec:
        key = KINDS[alg]()
    else:
        with open(os.path.join(arguments.authorities, "manifest.key"), "rb") as f:
            key = serialization.load_pem_private_key(f.read(), None)
    other = KINDS["ES256"]()
    public = key.public_key()
    known = jwk(public, "RS256" if alg == "RS1024" else alg)
    given = replaced(known, spec.get("jwk", {}))
    signer = other if attack in ("foreign-key", "unknown-kid", "embedded-key") else key
    header = {"alg": known["alg"], "kid": known["kid"], "typ": "rotation-manifest"}
    if attack in ("unknown-kid", "embedded-key"):
        header["kid"] = jwk(other.public_key(), "ES256")["kid"]
    if attack == "embedded-key":
        header["jwk"] = jwk(other.public_key(), "ES256")
    now = parse_time(spec.get("issued", "2026-12-01T00:00:00Z"))
    payload = {
        "version": 1, "device": arguments.device, "account": "111122223333", "sequence": spec.get("sequence", 1),
        "issued": spec.get("issued", "2026-12-01T00:00:00Z"), "expires": spec.get("expires", "2026-12-31T00:00:00Z"),
        "run": "run", "action": spec["action"], "reason": {"code": "confirmed" if spec["action"] == "none" else "expiring", "text": "it ends soon"}}
    if spec["action"] == "install":
        made, authority = certificate(spec, now, arguments.device, arguments.authorities)
        payload.update(certificate=made, chain=[authority])
    if spec["action"] == "rekey":
        payload["request"] = {"keys": ["ecdsa-p256", "ecdsa-p384", "rsa-2048+"], "subject": "O=Example Devices"}
    header, payload = replaced(header, spec.get("header", {})), replaced(payload, spec.get("payload", {}))
    text = spec.get("raw") or json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    if attack == "repeated-member":
        text = '{"device":"another",' + text[1:]
    head = json.dumps(header, separators=(",", ":"))
    if attack == "repeated-algorithm":
        head = '{"alg":"none",' + head[1:]
    signed = base64url(head.encode()) + "." + base64url(text.encode())
    signature = sign(signer, alg, signed.encode())
    if attack == "no-signature":
        signature = b""
    if attack == "public-key-as-secret":
        signature = hmac.digest(public.public_bytes(PEM, SPKI), signed.encode(), "sha256")
    if attack == "zero-signature":
        signature = bytes(len(signature))
    if attack == "signature-in-der":
        half = len(signature) // 2
        signature = encode_dss_signature(*(int.from_bytes(signature[i:i + half], "big") for i in (0, half)))
    if attack == "longer-signature":
        signature = b"\0" + signature
    if attack == "shorter-signature":
        signature = signature[:-1]
    if attack == "changed-signature":
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    compact = signed + "." + base64url(signature)
    if attack == "changed-payload":
        compact = compact.replace(base64url(text.encode()), base64url(text.replace("it ends", "it Ends").encode()))
    compact = {"empty": "", "not-a-jws": "hello", "four-parts": compact + ".AAAA", "shell": "$(touch " + delivery + "/run).a.b",
               "too-large": "A" * 70000 + compact}.get(attack, compact)
    path = manifest_path(delivery, arguments.device)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for name, content in ((path, compact), (os.path.join(delivery, "manifest.pem"), public.public_bytes(PEM, SPKI).decode()),
                          (os.path.join(delivery, "keys.json"), json.dumps({"keys": [jwk(other.public_key(), "ES256"), given]}
                           if attack is None else {"keys": [given]}, indent=1) + "\n")):
        with open(name, "w") as f:
            f.write(content)


def confirmation(arguments):
    with open(arguments.certificate, "rb") as f:
        public = x509.load_pem_x509_certificate(f.read()).public_key()
    with open(arguments.ack) as f:
        head, body, signature = f.read().split(".")
    header, signed, signature = json.loads(unbase64url(head)), f"{head}.{body}".encode(), unbase64url(signature)
    if isinstance(public, rsa.RSAPublicKey):
        assert header["alg"] == "RS256", header
        public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    else:
        _, alg, digest, size = CURVES[public.curve.name]
        assert header["alg"] == alg and len(signature) == 2 * size, header
        r, s = (int.from_bytes(signature[i:i + size], "big") for i in (0, size))
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest))
    print(json.dumps({"header": header, "payload": json.loads(unbase64url(body))}))


def serve(arguments):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *of):
            super().__init__(*of, directory=arguments.root)

        def do_GET(self):
            if not self.path.startswith("/endless/"):
                return super().do_GET()
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(4096):
                    self.wfile.write(b"A" * 65536)
            except OSError:
                pass

        def do_PUT(self):
            path = self.translate_path(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken = self.path.startswith("/inbox/") and os.path.isdir(os.path.dirname(path))
            if taken:
                with open(path + ".part", "wb") as f:
                    f.write(body)
                os.replace(path + ".part", path)
            self.send_response(201 if taken else 403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(arguments.port_file + ".new", "w") as f:
        f.write(str(server.server_address[1]))
    os.replace(arguments.port_file + ".new", arguments.port_file)
    server.serve_forever()


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
commands = parser.add_subparsers(dest="command", required=True)
for name, options in (("manifest", ("authorities", "device")), ("confirmation", ("ack", "certificate")),
                      ("serve", ("root", "port-file"))):
    command = commands.add_parser(name)
    for option in options:
        command.add_argument("--" + option, required=True)
    if name == "manifest":
        command.add_argument("delivery", nargs="+")
chosen = parser.parse_args()
{"manifest": manifests, "confirmation": confirmation, "serve": serve}[chosen.command](chosen)
