"""Lets a fleet of simulated devices live through a rotation at the built gate, while gate and job are killed at random.

  gate_fleet.py --job PATH --gate PATH --agent PATH --devices N --seed N [--kills N] FOLDER

A third of the devices are the reference agent (a shell script with curl and openssl), a third EST clients that know nothing of the job,
a third plain curl. Each ends when it has used its new certificate at the gate. What a device was told with 202 must come to something:
a certificate for that key. Prints one JSON object with the counts; exit status 1 where a promise was broken, each told in a line.
"""

import argparse
import base64
import collections
import json
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

PATIENCE = 1200  # seconds; a machine may be slow, and nothing here is measured by it
POLICY = """version: 1
policies:
  - name: all
    expiry: { renewBefore: 60d }
    issuance: { profile: device, requests: authenticated, confirm: request }
profiles:
  - { name: device, authority: fleet-ca-1, signature: ECDSA-WITH-SHA256, validity: 90d, keys: [ecdsa-p256], subject: "CN={device}" }
"""


def spki(key):
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_bytes(*form)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write(path, text, mode=0o600):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Authority:
    def __init__(self, folder):
        self.certificate = x509.load_pem_x509_certificate((folder / "ca-1.pem").read_bytes())
        self.key = serialization.load_pem_private_key((folder / "ca-1.key").read_bytes(), None)

    def issue(self, subject, public, days, hosts=()):
        now = datetime.now(timezone.utc).replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days))
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
        return builder.sign(self.key, hashes.SHA256())


class Refused(Exception):
    """The gate says no, and why."""


class Later(Exception):
    """The gate is away, or says that it cannot now."""


class Device(threading.Thread):
    """What all have: a folder with a key and a certificate, and a way to ask the gate."""

    def __init__(self, fleet, device, key, certificate):
        super().__init__(daemon=True)
        self.fleet, self.device = fleet, device
        self.folder = fleet.folder / "devices" / device
        self.first = certificate
        self.accepted = []  # digests of the keys whose CSR was answered with 202
        self.is_done, self.trouble = False, None
        installed = self.folder / "certs" / "1"
        installed.mkdir(parents=True)
        write(installed / "key.pem", pem(key))
        write(installed / "cert.pem", certificate.public_bytes(serialization.Encoding.PEM))
        write(installed / "chain.pem", (fleet.work / "authorities/ca-1.pem").read_bytes())
        write(installed / "worked", b"")
        (self.folder / "current").symlink_to("certs/1")

    def run(self):
        try:
            while not self.fleet.over.is_set() and not self.is_done:
                try:
                    self.step()
                except Later:
                    pass
                self.fleet.over.wait(self.fleet.random.uniform(0.2, 1.0))
        except Exception as trouble:  # told at the end, with the device's name
            self.trouble = f"{type(trouble).__name__}: {trouble}"

    def csr(self, key):
        return x509.CertificateSigningRequestBuilder().subject_name(name(self.device)).sign(key, hashes.SHA256())

    def use(self, certificate, key):
        """Installs them beside the first."""
        folder = self.folder / "certs" / "2"
        folder.mkdir(exist_ok=True)
        write(folder / "key.pem", pem(key))
        write(folder / "cert.pem", certificate.public_bytes(serialization.Encoding.PEM))

    def pair(self, generation):
        folder = self.folder / "certs" / str(generation)
        return str(folder / "cert.pem"), str(folder / "key.pem")


class Agent(Device):
    """The reference agent; it makes its own keys."""

    def step(self):
        command = [self.fleet.agent, "-d", str(self.folder), "-g", self.fleet.url, "-s", str(self.fleet.folder / "server.pem")]
        command += ["-k", str(self.fleet.work / "delivery/keys.json"), self.device]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if outcome.returncode not in (0, 75):
            raise Refused(outcome.stderr)
        if "handed a CSR in" in outcome.stderr:
            newest = max((self.folder / "pending").iterdir(), key=lambda entry: int(entry.name))
            key = serialization.load_pem_private_key((newest / "key.pem").read_bytes(), None)
            self.accepted.append(spki(key.public_key()))
        self.is_done = "installed and confirmed" in outcome.stderr


class Asking(Device):
    """A client of its own making, with Python's TLS."""

    def ask(self, generation, method, path, body=None, headers={}):
        context = ssl.create_default_context(cafile=str(self.fleet.folder / "server.pem"))
        context.load_cert_chain(*self.pair(generation))
        connection = HTTPSConnection("localhost", self.fleet.port, context=context, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as failure:
            raise Later(str(failure))
        finally:
            connection.close()
        if response.status in (429, 503):
            raise Later(response.status)
        if response.status >= 400 and response.status != 404:
            raise Refused(f"{method} {path}: {response.status} {content.decode(errors='replace')}")
        return response.status, content


class Enrolling(Asking):
    """RFC 7030: asks with one CSR until there is a certificate, and uses that."""

    key = None

    def step(self):
        self.key = self.key or ec.generate_private_key(ec.SECP256R1())
        body = base64.b64encode(self.csr(self.key).public_bytes(serialization.Encoding.DER))
        headers = {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64"}
        status, content = self.ask(1, "POST", "/.well-known/est/simplereenroll", body, headers)
        if status == 202:
            self.accepted.append(spki(self.key.public_key()))
            return
        (certificate,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(content))
        if certificate.public_key() != self.key.public_key():
            raise Refused("the certificate is for another key")
        self.use(certificate, self.key)
        status, _ = self.ask(2, "GET", "/v1/manifest")
        self.is_done = status == 200


class Plain(Device):
    """curl and nothing else; it believes its manifest."""

    key = None

    def curl(self, generation, path, *more):
        certificate, key = self.pair(generation)
        outcome = subprocess.run(
            ["curl", "--silent", "--max-time", "60", "--cacert", str(self.fleet.folder / "server.pem")]
            + ["--cert", certificate, "--key", key, "--write-out", "\n%{http_code}", *more, self.fleet.url + path],
            capture_output=True,
        )
        content, _, status = outcome.stdout.rpartition(b"\n")
        if outcome.returncode or status in (b"429", b"503"):
            raise Later(f"curl {outcome.returncode}, {status}")
        if status[0:1] == b"4" and status != b"404":
            raise Refused(f"{path}: {status.decode()} {content.decode(errors='replace')}")
        return int(status), content

    def step(self):
        status, content = self.curl(1, "/v1/manifest")
        if status == 404:
            return
        part = content.split(b".")[1]
        manifest = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
        if manifest["action"] == "rekey":
            self.key = self.key or ec.generate_private_key(ec.SECP256R1())
            write(self.folder / "request.der", self.csr(self.key).public_bytes(serialization.Encoding.DER))
            sent = ("--data-binary", f"@{self.folder}/request.der", "--header", "Content-Type: application/pkcs10")
            if self.curl(1, "/v1/csr", *sent)[0] == 202:
                self.accepted.append(spki(self.key.public_key()))
        elif manifest["action"] == "install":
            certificate = x509.load_pem_x509_certificate(manifest["certificate"].encode())
            if not self.key or certificate.public_key() != self.key.public_key():
                raise Refused("the certificate is for another key")
            self.use(certificate, self.key)
            self.is_done = self.curl(2, "/v1/manifest")[0] == 200


class Fleet:
    def __init__(self, options):
        self.options, self.random = options, random.Random(options.seed)
        self.folder = Path(options.folder).absolute()
        self.work = self.folder / "work"
        self.agent = options.agent
        self.over = threading.Event()
        self.deaths = collections.Counter()
        self.runs, self.gate = 0, None

    # Making

    def job(self, *arguments, check=True, **more):
        outcome = subprocess.run([self.options.job, *arguments], cwd=self.work, capture_output=True, text=True, **more)
        if check and outcome.returncode not in (0, 1, 3):
            raise SystemExit(f"rotation-job {' '.join(arguments)}: {outcome.returncode}\n{outcome.stdout}{outcome.stderr}")
        return outcome

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.options.job, "init", str(self.work), "--with-authority"], check=True, capture_output=True)
        write(self.work / "policies/all.yaml", POLICY, 0o644)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"https://localhost:{self.port}"
        authority = Authority(self.work / "authorities")
        server = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(timezone.utc)
        own = (
            x509.CertificateBuilder()
            .subject_name(name("gate"))
            .issuer_name(name("gate"))
            .public_key(server.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
            .sign(server, hashes.SHA256())
        )
        write(self.folder / "server.pem", own.public_bytes(serialization.Encoding.PEM))
        write(self.folder / "server.key", pem(server))
        with open(self.work / "rotation.yaml", "a") as configuration:
            configuration.write(
                f"gate:\n  listen: '127.0.0.1:{self.port}'\n  local: gate.sock\n"
                f"  certificates: [{{ certificate: {self.folder}/server.pem, key: {{ file: {self.folder}/server.key }} }}]\n"
                "  limits: { perDevice: 1000/s, strangers: 1000/s }\n"
            )
        kinds = [Agent, Enrolling, Plain]
        self.devices = []
        with open(self.folder / "fleet.ndjson", "w") as inventory:
            for number in range(self.options.devices):
                device, key = f"device-{number:04}", ec.generate_private_key(ec.SECP256R1())
                certificate = authority.issue(device, key.public_key(), 30)
                text = certificate.public_bytes(serialization.Encoding.PEM).decode()
                entry = {"device": device, "account": "111122223333", "certificates": [{"pem": text, "status": "ACTIVE"}]}
                inventory.write(json.dumps(entry) + "\n")
                self.devices.append(kinds[number % 3](self, device, key, certificate))
        self.job("inventory", "import", str(self.folder / "fleet.ndjson"))
        self.job("run")  # asks everybody for a key, and writes keys.json

    # Living

    def start_gate(self):
        self.log = open(self.folder / "gate.log", "ab")
        command = [self.options.gate, "--config", str(self.work / "rotation.yaml")]
        self.gate = subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def run_job(self, is_killed):
        """A run. One that is killed dies at any time of those that such runs took."""
        process = subprocess.Popen(
            [self.options.job, "run"], cwd=self.work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        begun = time.monotonic()
        if is_killed:
            try:
                process.wait(self.random.uniform(0, self.usual))
            except subprocess.TimeoutExpired:
                process.kill()
                self.deaths["job"] += 1
        complaints = process.communicate()[1]
        if process.returncode not in (0, 1, 3, -signal.SIGKILL):
            raise SystemExit(f"a run ended with {process.returncode}: {complaints}")
        if process.returncode >= 0:
            self.usual = time.monotonic() - begun
        self.runs += 1

    def live(self):
        self.usual = 1.0
        self.start_gate()
        for device in self.devices:
            device.start()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and any(device.is_alive() for device in self.devices):
            kills = self.options.kills > sum(self.deaths.values())
            if kills and self.random.random() < 0.4:
                self.gate.kill()
                self.gate.wait()
                self.deaths["gate"] += 1
                self.start_gate()
            self.run_job(kills and self.random.random() < 0.6)
            time.sleep(self.random.uniform(0, 0.5))
        self.over.set()
        for device in self.devices:
            device.join()
        self.gate.send_signal(signal.SIGTERM)
        if self.gate.wait(120) != 0:
            raise SystemExit(f"the gate ended with {self.gate.returncode}")
        # What the gate still had, and who was there.
        for _ in range(2):
            self.run_job(False)

    # Judging

    def judge(self):
        certificates = collections.defaultdict(list)
        exported = self.job("inventory", "export", "--format", "ndjson").stdout
        for line in exported.splitlines():
            entry = json.loads(line)
            for each in entry["certificates"]:
                certificate = x509.load_pem_x509_certificate(each["pem"].encode())
                certificates[entry["device"]].append((each["status"], certificate))
        broken = []
        serials = [each.serial_number for entries in certificates.values() for _, each in entries]
        if len(serials) != len(set(serials)):
            broken.append("a serial number was used twice")
        for device in self.devices:
            if device.trouble:
                broken.append(f"{device.device}: {device.trouble}")
            elif not device.is_done:
                broken.append(f"{device.device}: it did not come to its end")
            issued = {spki(each.public_key()): status for status, each in certificates[device.device]}
            for key in set(device.accepted):
                if key not in issued:
                    broken.append(f"{device.device}: a CSR was answered with 202, and nothing came of it")
            if len(certificates[device.device]) != 2:
                broken.append(f"{device.device}: {len(certificates[device.device])} certificates, and not 2")
            active = [each for status, each in certificates[device.device] if status == "ACTIVE"]
            if device.first in active and len(active) != 2 or len(active) not in (1, 2):
                broken.append(f"{device.device}: the new certificate is not ACTIVE")
        audit = self.job("audit", "--verify", check=False)
        if audit.returncode:
            broken.append(f"audit: {audit.stdout}{audit.stderr}")
        spooled = list((self.work / "inbox/gate/submissions").glob("*.json"))
        if spooled:
            broken.append(f"{len(spooled)} submissions still lie in the spool")
        log = (self.folder / "gate.log").read_text(errors="replace")
        print(
            json.dumps(
                {
                    "devices": len(self.devices),
                    "done": sum(device.is_done for device in self.devices),
                    "accepted": sum(len(device.accepted) for device in self.devices),
                    "requests": len(re.findall(r'"status":\d', log)),
                    "runs": self.runs,
                    "killed": dict(self.deaths),
                    "broken": len(broken),
                }
            )
        )
        for line in broken:
            print(line, file=sys.stderr)
        return 1 if broken else 0


def main():
    parser = argparse.ArgumentParser()
    for option in ["--job", "--gate", "--agent"]:
        parser.add_argument(option, required=True, type=os.path.abspath)
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("folder")
    os.umask(0o022)
    fleet = Fleet(parser.parse_args())
    fleet.make()
    fleet.live()
    sys.exit(fleet.judge())


if __name__ == "__main__":
    main()
