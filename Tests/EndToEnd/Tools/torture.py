"""Kills the built job, tears its writes, makes its calls fail and cuts its power, at each call that makes something durable, and looks whether
the next run brings everything to where an undisturbed one does.

  torture.py --job PATH [--points N] [--seed N] [--devices N] FOLDER        N points of each kind, spread over the run; 0 for all of them

The run is over 24 devices in batches of 8; over 172 it has 16 batches, and some 3,600 calls.

What is right is judged here, from the files alone and not by the job's own words: inventory, manifests, revocation list and audit chain are
read with other libraries. Prints one JSON object a kind of fault: points tried and recovered. Exit status 1 where one did not recover.
"""

import argparse
import base64
import copy
import errno
import hashlib
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

import disk_model

NOW = datetime(2026, 12, 23, tzinfo=timezone.utc)
POLICY = """version: 1
policies:
  - name: all
    expiry: { renewBefore: 30d, overlap: 1d }
    issuance: { profile: device, requests: any }
    rollout: { batch: 8 }
profiles:
  - { name: device, authority: fleet-ca-1, signature: ECDSA-WITH-SHA256, validity: 90d, keys: [ecdsa-p256], subject: "CN={device}" }
"""
REVOCATION = """revocations:
  - { name: stolen-lot, match: { labels: { lot: stolen } }, reason: cessationOfOperation, mode: revoke-now }
"""


def at(days):
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Scenario:
    """A workspace before the run that is disturbed: some are due with a CSR, some without, some confirm, a lot is revoked."""

    def __init__(self, options):
        self.job, self.folder, self.devices = options.job, Path(options.folder).absolute(), options.devices
        self.template = self.folder / "template"

    def run(self, workspace, *arguments, check=True, descriptors=None, **environment):
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        outcome = subprocess.run(
            [self.job, *arguments], cwd=workspace, capture_output=True, text=True, env=os.environ | environment, preexec_fn=limit
        )
        if check and outcome.returncode not in (0, 3):
            raise SystemExit(f"rotation-job {' '.join(arguments)}: {outcome.returncode}\n{outcome.stderr}")
        return outcome

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run(self.folder, "init", str(self.template), "--with-authority")
        (self.template / "policies/all.yaml").write_text(POLICY)
        configuration = self.template / "rotation.yaml"
        text = configuration.read_text().replace(
            "    key: { file: authorities/ca-1.key }",
            "    key: { file: authorities/ca-1.key }\n    crl: { url: 'http://crl.example.com/ca.crl', validity: 7d }",
        )
        configuration.write_text(text.replace("revoke: 5% ", "revoke: 50% "))
        authority = x509.load_pem_x509_certificate((self.template / "authorities/ca-1.pem").read_bytes())
        authority_key = serialization.load_pem_private_key((self.template / "authorities/ca-1.key").read_bytes(), None)
        self.keys = {}
        with open(self.folder / "fleet.ndjson", "w") as fleet:
            for number in range(self.devices):
                device, left = f"d-{number:02}", 10 if number < self.devices - 6 else 80
                builder = x509.CertificateBuilder().subject_name(name(device)).issuer_name(authority.subject)
                certificate = (
                    builder.public_key(new_key().public_key())
                    .serial_number(1000 + number)
                    .not_valid_before(NOW - timedelta(days=40))
                    .not_valid_after(NOW + timedelta(days=left))
                    .sign(authority_key, hashes.SHA256())
                )
                pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
                labels = {"lot": "stolen"} if self.devices - number in (3, 4) else {"lot": "good"}
                entry = {"device": device, "account": "111122223333", "labels": labels}
                fleet.write(json.dumps(entry | {"certificates": [{"status": "ACTIVE", "pem": pem}]}) + "\n")
        self.run(self.template, "inventory", "import", str(self.folder / "fleet.ndjson"))
        for number in range(6):
            self.hand_in(f"d-{number:02}")
        self.run(self.template, "run", "--at", at(-1), "--limit", "6")
        for number in range(4):
            self.confirm(f"d-{number:02}")
        for number in range(6, self.devices - 10):
            self.hand_in(f"d-{number:02}")
        (self.template / f"inbox/csr/d-{self.devices - 9}.csr").write_bytes(b"no CSR")
        (self.template / "policies/all.yaml").write_text(POLICY + REVOCATION)

    def hand_in(self, device):
        self.keys[device] = new_key()
        csr = x509.CertificateSigningRequestBuilder().subject_name(name(device)).sign(self.keys[device], hashes.SHA256())
        (self.template / f"inbox/csr/{device}.csr").write_bytes(csr.public_bytes(serialization.Encoding.PEM))

    def confirm(self, device):
        (path,) = self.template.glob(f"delivery/manifests/*/*/{device}.jws")
        manifest = json.loads(unpadded(path.read_text().split(".")[1]))
        certificate = x509.load_pem_x509_certificate(manifest["certificate"].encode())
        said = {"device": device, "sequence": manifest["sequence"], "time": at(-0.5)}
        said["fingerprint"] = certificate.fingerprint(hashes.SHA256()).hex()
        signed = encoded(b'{"alg":"ES256","typ":"rotation-ack"}') + "." + encoded(json.dumps(said).encode())
        der = self.keys[device].sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        signature = b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der))
        (self.template / f"inbox/ack/{device}.jws").write_text(f"{signed}.{encoded(signature)}")

    def copy(self, label, parent=None):
        workspace = (parent or self.folder) / label
        shutil.copytree(self.template, workspace, symlinks=True)
        return workspace


def used(folder):
    """Bytes that its files take in a file system of pages."""
    return sum(-(-path.lstat().st_size // 4096) * 4096 for path in [folder, *folder.rglob("*")])


class Seen:
    """What devices and verifiers could see of the delivery tree at some moment: no later state may take it back.

    `files` are paths relative to the workspace, and their bytes.
    """

    def __init__(self, files):
        self.manifests, self.lists = {}, {}
        for path, data in files:
            # What has no bytes was never put there by a run: it is what a power cut left.
            if path.startswith("delivery/manifests/") and path.endswith(".jws") and not Path(path).name.startswith("."):
                manifest = json.loads(unpadded(data.decode().split(".")[1]))
                self.manifests[manifest["device"]] = (manifest["sequence"], self.handed_out(manifest))
            elif path.startswith("delivery/crl/") and path.endswith(".crl"):
                crl = x509.load_der_x509_crl(bytes(data))
                number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
                self.lists[path] = (number, {entry.serial_number for entry in crl})

    @staticmethod
    def handed_out(manifest):
        if manifest["action"] != "install":
            return None
        return x509.load_pem_x509_certificate(manifest["certificate"].encode()).fingerprint(hashes.SHA256())

    @classmethod
    def of(cls, workspace):
        paths = [path for path in (workspace / "delivery").rglob("*") if path.is_file()]
        return cls((str(path.relative_to(workspace)), path.read_bytes()) for path in paths)

    def taken_back(self, workspace):
        """What the workspace, as it is now, does not stand by."""
        later, broken = Seen.of(workspace), []
        database = sqlite3.connect(f"file:{workspace}/fleet.sqlite?mode=ro", uri=True)
        for device, (sequence, fingerprint) in self.manifests.items():
            known = "SELECT count(*) FROM certificates c JOIN devices d ON d.id = c.device WHERE c.fingerprint = ? AND d.name = ?"
            if fingerprint and database.execute(known, (fingerprint, device)).fetchone()[0] != 1:
                broken.append(f"{device} could see a certificate that nobody knows of")
            now = later.manifests.get(device, (0, None))
            if now[0] < sequence or (now[0] == sequence and now[1] != fingerprint):
                broken.append(f"{device} could see manifest {sequence}, and there is {now[0]}")
        for path, (number, serials) in self.lists.items():
            now = later.lists.get(path, (0, set()))
            if now[0] < number or not serials <= now[1]:
                broken.append(f"{path} was number {number} and is {now[0]}, or lost entries")
        return broken


def judged(workspace):
    """What there is, as far as two runs may not differ in it; and what must never be."""
    broken = []
    database = sqlite3.connect(f"file:{workspace}/fleet.sqlite?mode=ro", uri=True)
    if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        broken.append("integrity_check")
    if database.execute("PRAGMA foreign_key_check").fetchall():
        broken.append("foreign_key_check")
    rows = database.execute(
        "SELECT d.name, c.status, b.der FROM certificates c JOIN devices d ON d.id = c.device"
        " JOIN certificate_bodies b ON b.certificate = c.id"
    ).fetchall()
    certificates, serials, revoked = {}, [], set()
    for device, status, der in rows:
        certificate = x509.load_der_x509_certificate(der)
        certificates.setdefault(device, []).append((str(status), str(certificate.not_valid_after_utc)))
        serials.append(certificate.serial_number)
        known = database.execute(
            "SELECT count(*) FROM revocations v JOIN certificates c ON c.id = v.certificate WHERE c.fingerprint = ?",
            (hashlib.sha256(der).digest(),),
        ).fetchone()[0]
        if known and certificate.not_valid_after_utc > NOW:
            revoked.add(certificate.serial_number)
    if len(serials) != len(set(serials)):
        broken.append("a serial number twice")
    for device, entries in certificates.items():
        if len(entries) > 2:
            broken.append(f"{device} has {len(entries)} certificates")
    keys = {}
    for jwk in json.loads((workspace / "delivery/keys.json").read_text())["keys"]:
        numbers = ec.EllipticCurvePublicNumbers(
            *(int.from_bytes(unpadded(jwk[part]), "big") for part in "xy"), ec.SECP256R1()
        )
        keys[jwk["kid"]] = numbers.public_key()
    manifests = {}
    for path in workspace.glob("delivery/manifests/*/*/*.jws"):
        head, body, signature = path.read_text().split(".")
        raw = unpadded(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        keys[json.loads(unpadded(head))["kid"]].verify(der, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        manifest = json.loads(unpadded(body))
        manifests[manifest["device"]] = (manifest["sequence"], manifest["action"])
        if path.name != f"{manifest['device']}.jws":
            broken.append(f"{path.name} is of {manifest['device']}")
        if manifest["action"] == "install":
            fingerprint = x509.load_pem_x509_certificate(manifest["certificate"].encode()).fingerprint(hashes.SHA256())
            of = "SELECT count(*) FROM certificates c JOIN devices d ON d.id = c.device WHERE c.fingerprint = ? AND d.name = ?"
            if database.execute(of, (fingerprint, manifest["device"])).fetchone()[0] != 1:
                broken.append(f"the manifest of {manifest['device']} hands out what is not recorded")
    listed = set()
    for path in workspace.glob("delivery/crl/*.crl"):
        crl = x509.load_der_x509_crl(path.read_bytes())
        authority = x509.load_pem_x509_certificate((workspace / "authorities/ca-1.pem").read_bytes())
        if not crl.is_signature_valid(authority.public_key()):
            broken.append(f"{path.name} is not signed")
        listed |= {entry.serial_number for entry in crl}
    if not revoked <= listed:
        broken.append(f"{len(revoked - listed)} revoked certificates are not listed")
    left = [str(path.relative_to(workspace)) for path in workspace.rglob("*.new")]
    left += [str(path.relative_to(workspace)) for path in workspace.glob("reports/.*")]
    if left:
        broken.append(f"left behind: {left}")
    state = {device: sorted(entries) for device, entries in certificates.items()}
    inbox = sorted(path.name for folder in ["csr", "ack"] for path in (workspace / "inbox" / folder).iterdir())
    return {"certificates": state, "manifests": manifests, "revoked": len(revoked), "inbox": inbox}, broken


class Torture:
    def __init__(self, options):
        self.options, self.scenario = options, Scenario(options)
        self.random = random.Random(options.seed)
        self.folder = Path(options.folder).absolute()
        self.library = str(self.folder / "faults.so")

    def prepare(self):
        self.scenario.make()
        source = Path(__file__).parent / "fault_injector.c"
        compiler = shutil.which("cc") or shutil.which("gcc") or "clang"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.library, source, "-ldl"], check=True)
        workspace = self.scenario.copy("undisturbed")
        log, journal = self.folder / "calls.log", self.folder / "journal"
        self.before = disk_model.Disk(workspace)
        outcome = self.disturbed(
            workspace, FAULT_LOG=str(log), FAULT_JOURNAL=str(journal), FAULT_ROOT=str(workspace)
        )
        self.calls, self.journal, self.space = len(log.read_text().splitlines()), disk_model.calls(journal), used(workspace)
        self.check_model(copy.deepcopy(self.before), workspace)
        self.settle(workspace)
        self.expected, broken = judged(workspace)
        if outcome.returncode or broken or self.calls < 100:
            raise SystemExit(f"the undisturbed run is not right: {outcome.stderr}{broken}, {self.calls} calls")
        self.check_judge()

    def check_model(self, disk, workspace):
        """The model has to agree with the disk where no power goes."""
        for call in self.journal:
            disk.take(call)
        modelled = self.folder / "modelled"
        disk.write_out(disk.left(lambda _: True), modelled)
        differ = subprocess.run(["diff", "-r", modelled, workspace], capture_output=True, text=True)
        if differ.returncode:
            raise SystemExit(f"the model of the disk is not what the run left: {differ.stdout}{differ.stderr}")
        shutil.rmtree(modelled)

    def disturbed(self, workspace, **faults):
        return self.scenario.run(workspace, "run", "--at", at(0), check=False, LD_PRELOAD=self.library, **faults)

    def settle(self, workspace):
        """The runs after it. Two: what could not be removed by the first is by the second."""
        for _ in range(2):
            outcome = self.scenario.run(workspace, "run", "--at", at(0), check=False)
        return outcome

    def wrong(self, workspace, seen):
        """What is wrong after undisturbed runs; nothing where all is right."""
        outcome = self.settle(workspace)
        if outcome.returncode not in (0, 3):
            return f"the run after it ends with {outcome.returncode}: {outcome.stderr[-600:]}"
        state, broken = judged(workspace)
        broken += seen.taken_back(workspace)
        if state != self.expected:
            broken += [f"{part} differ" for part in state if state[part] != self.expected[part]]
        verified = self.scenario.run(workspace, "verify", "--at", at(0), check=False)
        if verified.returncode:
            broken.append(f"verify: {verified.stdout[-600:]}{verified.stderr[-300:]}")
        return "; ".join(broken)

    def tried(self, label, *faults):
        """Some disturbed runs one after the other."""
        workspace = self.scenario.copy(label)
        for fault in faults:
            self.disturbed(workspace, **{key: str(value) for key, value in fault.items()})
        return self.removed(workspace, Seen.of(workspace))

    def removed(self, workspace, seen):
        try:
            return self.wrong(workspace, seen)
        finally:
            shutil.rmtree(workspace)

    def few_descriptors(self, label, count):
        workspace = self.scenario.copy(label)
        self.scenario.run(workspace, "run", "--at", at(0), check=False, descriptors=count)
        return self.removed(workspace, Seen.of(workspace))

    def check_judge(self):
        """A disk that never keeps what it is told to has to be found out, or nothing here could fail."""
        careless = [call for call in self.journal if call[0] not in "SF"]
        if not self.power_cut("careless", len(careless), lambda _: False, careless):
            raise SystemExit("a disk that keeps nothing was not found out")

    def power_cut(self, label, call, choice, journal=None):
        """The power goes after this call of the journal. `choice` says of what was not synchronized whether it is there."""
        disk = copy.deepcopy(self.before)
        for taken in (journal or self.journal)[:call]:
            disk.take(taken)
        workspace = self.folder / label
        disk.write_out(disk.left(choice), workspace)
        return self.removed(workspace, Seen(disk.files()))

    def full_disk(self, label, size):
        """A run in a file system of its own, that has `size` bytes."""
        mount = self.folder / label
        mount.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", mount], check=True)
        try:
            workspace = self.scenario.copy("workspace", mount)
            self.scenario.run(workspace, "run", "--at", at(0), check=False)
            subprocess.run(["mount", "-o", "remount,size=1g", mount], check=True)
            return self.wrong(workspace, Seen.of(workspace))
        finally:
            subprocess.run(["umount", "-l", mount], check=True)
            mount.rmdir()

    def may_mount(self):
        mount = self.folder / "mount"
        mount.mkdir()
        tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mount], capture_output=True)
        if tried.returncode == 0:
            subprocess.run(["umount", mount], check=True)
        mount.rmdir()
        return tried.returncode == 0

    def spread(self, last=None):
        every = range(1, (last or self.calls) + 1)
        if not self.options.points or self.options.points >= len(every):
            return list(every)
        return sorted(self.random.sample(every, self.options.points))

    def kinds(self):
        """Each kind of fault, how it is tried, and its points."""
        yield "killed", self.tried, [({"FAULT_KILL": call},) for call in self.spread()]
        yield "torn", self.tried, [({"FAULT_TORN": call},) for call in self.spread()]
        yield "EIO", self.tried, [({"FAULT_ERROR": call, "FAULT_ERRNO": errno.EIO},) for call in self.spread()]
        yield "no space", self.tried, [({"FAULT_FROM": call, "FAULT_ERRNO": errno.ENOSPC},) for call in self.spread()]
        yield "several deaths", self.tried, [
            tuple({"FAULT_KILL": self.random.randint(1, self.calls)} for _ in range(self.random.randint(2, 5)))
            for _ in self.spread()
        ]
        yield "short writes", self.tried, [({"FAULT_SHORT": 1},)]
        calls = len(self.journal)
        yield "power cut, nothing kept but what was synchronized", self.power_cut, [
            (call, lambda _: False) for call in self.spread(calls)
        ]
        yield "power cut, names kept without their bytes", self.power_cut, [
            (call, lambda change: change.is_name) for call in self.spread(calls)
        ]
        yield "power cut, some of it kept", self.power_cut, [
            (call, lambda _, seeded=random.Random(call): seeded.random() < 0.5) for call in self.spread(calls)
        ]
        yield "too few descriptors", self.few_descriptors, [(count,) for count in self.chosen(range(4, 40))]
        if self.may_mount():
            sizes = range(used(self.scenario.template), self.space + (256 << 10), 16 << 10)
            yield "a file system that fills up", self.full_disk, [(size,) for size in self.chosen(sizes)]

    def chosen(self, values):
        return [values[index - 1] for index in self.spread(len(values))]

    def trouble(self, attempt, label, point):
        try:
            return attempt(label, *point)
        except Exception as trouble:
            return f"{type(trouble).__name__}: {trouble}"

    def perform(self):
        self.prepare()
        print(json.dumps({"calls that make something durable": self.calls}), flush=True)
        total, failed = 0, 0
        for kind, attempt, points in self.kinds():
            label = kind.replace(" ", "-").replace(",", "")
            with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
                found = list(pool.map(lambda point: self.trouble(attempt, f"{label}-{point[0]}", point[1]), enumerate(points)))
            wrong = [(point, what) for point, what in zip(points, found) if what]
            for point, what in wrong:
                print(f"{kind} {point}: {what}", file=sys.stderr)
            print(json.dumps({"fault": kind, "points": len(points), "recovered": len(points) - len(wrong)}), flush=True)
            total, failed = total + len(points), failed + len(wrong)
        print(json.dumps({"fault": "all", "points": total, "recovered": total - failed}))
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", required=True, type=os.path.abspath)
    parser.add_argument("--points", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=24)
    parser.add_argument("folder")
    os.umask(0o022)
    sys.exit(Torture(parser.parse_args()).perform())


if __name__ == "__main__":
    main()
