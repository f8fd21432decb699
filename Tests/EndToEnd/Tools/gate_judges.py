"""Has other programs judge the built gate.

  gate_judges.py proxies|enrollment|description|suites|agent --job PATH --gate PATH --agent PATH [--examples FOLDER] [--description FILE] FOLDER

What they find wrong ends the program with a sentence and exit status 1.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gate_fleet import Fleet, name, pem, spki, write
from cryptography.hazmat.primitives import hashes
from datetime import datetime, timedelta, timezone

# AWS IoT's suites of TLS 1.2, by OpenSSL's names.
CIPHERS = ["AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA"]
SUITES = {f"ECDHE-{key}-{cipher}" for key in ["ECDSA", "RSA"] for cipher in [*CIPHERS, "AES256-SHA384"]}
SUITES |= {*CIPHERS, "AES256-SHA256"}


def fail(sentence):
    sys.exit(f"gate_judges: {sentence}")


def expect(value, expected, what):
    if value != expected:
        fail(f"{what}: {value!r}, and not {expected!r}")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def run(*command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, **more)


def server_pair(folder, stem, key):
    """A certificate of the proxy's or the gate's own."""
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("gate"))
        .issuer_name(name("gate"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    write(folder / f"{stem}.pem", certificate.public_bytes(serialization.Encoding.PEM))
    write(folder / f"{stem}.key", pem(key))


class Gate(Fleet):
    """The gate of a small made fleet, with an ECDSA and an RSA certificate."""

    def __enter__(self):
        self.make()
        server_pair(self.folder, "rsa", rsa.generate_private_key(public_exponent=65537, key_size=2048))
        configuration = (self.work / "rotation.yaml").read_text()
        own = f"{{ certificate: {self.folder}/rsa.pem, key: {{ file: {self.folder}/rsa.key }} }}]"
        configuration = configuration.replace("server.key } }]", f"server.key }} }}, {own}")
        (self.work / "rotation.yaml").write_text(configuration.replace("local: gate.sock", "local: gate.sock\n  proxy: proxy.sock"))
        self.start_gate()
        self.await_port(self.port)
        return self

    def __exit__(self, *_):
        self.gate.send_signal(signal.SIGTERM)
        self.gate.wait(120)

    def await_port(self, port):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                return socket.create_connection(("127.0.0.1", port), 5).close()
            except OSError:
                time.sleep(0.1)
        fail(f"nothing listens on {port}: {(self.folder / 'gate.log').read_text()}")

    def curl(self, port, path, device=None, *more):
        """Status and body."""
        own = []
        if device is not None:
            certificate, key = self.devices[device].pair(1)
            own = ["--cert", certificate, "--key", key]
        command = ["curl", "--silent", "--insecure", "--max-time", "60", *own, *more, "--write-out", "\n%{http_code}"]
        outcome = run(*command, f"https://localhost:{port}{path}")
        body, _, status = outcome.stdout.rpartition("\n")
        return int(status), body


# Behind proxies


def nginx(gate, port):
    folder = gate.folder / "nginx"
    folder.mkdir()
    for stem, key in [("ecdsa", ec.generate_private_key(ec.SECP256R1())), ("rsa", rsa.generate_private_key(65537, 2048))]:
        server_pair(folder, stem, key)
    text = (Path(gate.options.examples) / "nginx.conf").read_text()
    for old, new in [
        ("/run/rotation-gate/proxy.sock", f"{gate.work}/proxy.sock"),
        ("/etc/nginx/gate/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("user www-data;", "user root;" if os.geteuid() == 0 else ""),
        ("listen 8443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:8443 ssl;\n", ""),
        ("http {", "daemon off;\nhttp {\n" + "".join(
            f"    {module}_temp_path {folder}/{module};\n" for module in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        )),
    ]:
        if old not in text:
            fail(f"the example for nginx has no `{old}` any more")
        text = text.replace(old, new)
    write(folder / "nginx.conf", text)
    return ["nginx", "-e", str(folder / "start.log"), "-c", str(folder / "nginx.conf")]


def haproxy(gate, port):
    folder = gate.folder / "haproxy"
    (folder / "gate").mkdir(parents=True)
    for kind, key in [("ecdsa", ec.generate_private_key(ec.SECP256R1())), ("rsa", rsa.generate_private_key(65537, 2048))]:
        server_pair(folder, kind, key)
        write(folder / "gate" / f"gate.pem.{kind}", (folder / f"{kind}.pem").read_bytes() + (folder / f"{kind}.key").read_bytes())
    text = (Path(gate.options.examples) / "haproxy.cfg").read_text()
    for old, new in [
        ("/run/rotation-gate/proxy.sock", f"{gate.work}/proxy.sock"),
        ("/etc/haproxy/gate/", f"{folder}/gate/"),
        ("/etc/haproxy/gate-ca.pem", f"{folder}/ecdsa.pem"),
        ("    user haproxy\n    group haproxy\n", ""),
        ("bind :8443", f"bind 127.0.0.1:{port}"),
    ]:
        if old not in text:
            fail(f"the example for HAProxy has no `{old}` any more")
        text = text.replace(old, new)
    write(folder / "haproxy.cfg", text)
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


def proxies(gate):
    for make in [nginx, haproxy]:
        port = free_port()
        log = open(gate.folder / f"{make.__name__}.log", "w")
        proxy = subprocess.Popen(make(gate, port), stdout=log, stderr=log)
        try:
            gate.await_port(port)
            judge_proxy(gate, port, make.__name__)
        finally:
            proxy.terminate()
            proxy.wait(60)
        print(f"{make.__name__}: as it should be")


def judge_proxy(gate, port, proxy):
    status, manifest = gate.curl(port, "/v1/manifest", 0)
    expect((status, manifest), gate.curl(gate.port, "/v1/manifest", 0), f"{proxy}: the manifest")
    expect(status, 200, f"{proxy}: the manifest's status")
    for device, code in [(None, "no-certificate"), ("stranger", "unknown")]:
        if device == "stranger":
            server_pair(gate.folder, f"{proxy}-stranger", ec.generate_private_key(ec.SECP256R1()))
            own = ("--cert", f"{gate.folder}/{proxy}-stranger.pem", "--key", f"{gate.folder}/{proxy}-stranger.key")
        else:
            own = ()
        expect(json.loads(gate.curl(port, "/v1/manifest", None, *own)[1])["code"], code, proxy)
    # Who has no key of device 0 shows its certificate in headers, however they are spelled.
    forged = gate.devices[0].first.public_bytes(serialization.Encoding.DER)
    import base64

    text = base64.b64encode(forged).decode()
    for header in ["X-SSL-Client-Cert", "x-ssl-client-cert", "X_SSL_Client_Cert"]:
        answer = json.loads(gate.curl(port, "/v1/manifest", None, "--header", f"{header}: {text}")[1])
        expect(answer["code"], "no-certificate", f"{proxy}: a forged {header}")
        status, body = gate.curl(port, "/v1/manifest", 1, "--header", f"{header}: {text}")
        expect((status, body == manifest), (200, False), f"{proxy}: a forged {header} beside a certificate")
    expect(resumes(port), False, f"{proxy}: a session is resumed")


def resumes(port):
    folder = ["-connect", f"127.0.0.1:{port}", "-servername", "localhost", "-tls1_2"]
    outcome = run("openssl", "s_client", "-reconnect", *folder, input="")
    if "New, " not in outcome.stdout:
        fail(f"openssl s_client says nothing of sessions: {outcome.stdout[-500:]}{outcome.stderr[-500:]}")
    return "Reused, " in outcome.stdout


# EST


def enrollment(gate):
    """strongSwan's pki."""
    url, folder = f"https://localhost:{gate.port}", gate.folder
    given = run("pki", "--estca", "--url", url, "--cacert", folder / "server.pem", "--caout", folder / "estca", "--force", "--outform", "pem")
    expect(given.returncode, 0, f"pki --estca {given.stderr}")
    authority = x509.load_pem_x509_certificate((gate.work / "authorities/ca-1.pem").read_bytes())
    expect(x509.load_pem_x509_certificate((folder / "estca.pem").read_bytes()), authority, "the authority by EST")

    key = ec.generate_private_key(ec.SECP256R1())
    write(folder / "new.key", pem(key))
    write(folder / "new.der", gate.devices[0].csr(key).public_bytes(serialization.Encoding.DER))
    certificate, own = gate.devices[0].pair(1)
    command = ["pki", "--est", "--url", url, "--in", str(folder / "new.der"), "--cacert", str(folder / "server.pem")]
    command += ["--cacert", str(gate.work / "authorities/ca-1.pem"), "--cert", certificate, "--key", own, "--outform", "der"]
    waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    spool = gate.work / "inbox/gate/submissions"
    end = time.monotonic() + 120
    while not list(spool.glob("*.json")) and time.monotonic() < end and waiting.poll() is None:
        time.sleep(0.1)
    expect(len(list(spool.glob("*.json"))), 1, "submissions in the spool")
    # It would come again when Retry-After says.
    waiting.kill()
    waiting.communicate()
    gate.run_job(False)
    again = subprocess.run(command, capture_output=True, timeout=300)
    expect(again.returncode, 0, f"pki --est {again.stderr.decode(errors='replace')}")
    expect(spki(x509.load_der_x509_certificate(again.stdout).public_key()), spki(key.public_key()), "the key")
    print("strongSwan: enrolled")


# The description, and TLS


def description(gate):
    certificate, key = gate.devices[0].pair(1)
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parent), "SCHEMATHESIS_HOOKS": "gate_media_types", "PYTHONDONTWRITEBYTECODE": "1",
    }
    program = str(Path(sys.executable).parent / "schemathesis")
    # That a body is described does not make it a CSR; and `mutualTLS` is none of what it knows.
    excluded = "ignored_auth,missing_required_header,positive_data_acceptance"
    outcome = run(
        program, "run", gate.options.description, "--url", f"https://localhost:{gate.port}", "--tls-verify", "false",
        "--request-cert", certificate, "--request-cert-key", key, "--max-examples", "20", "--seed", "1", "--no-color",
        "--phases", "examples,coverage,fuzzing", "--checks", "all", "--exclude-checks", excluded,
        env=environment, cwd=gate.folder,
    )  # fmt: skip
    if outcome.returncode:
        fail(f"schemathesis: {outcome.stdout[-6000:]}{outcome.stderr[-2000:]}")
    cases = re.search(r"(\d+) generated", outcome.stdout)
    if not cases or int(cases[1]) < 100:
        fail(f"schemathesis tried too little: {outcome.stdout[-2000:]}")
    print("schemathesis: nothing wrong")


def suites(gate):
    """sslscan."""
    report = gate.folder / "sslscan.xml"
    outcome = run("sslscan", "--no-colour", f"--xml={report}", f"localhost:{gate.port}")
    if not report.exists():
        fail(f"sslscan: {outcome.stdout[-2000:]}{outcome.stderr[-2000:]}")
    found = ElementTree.parse(report).getroot().find("ssltest")

    def accepted(version):
        return {entry.get("cipher") for entry in found.iter("cipher") if entry.get("sslversion") == version}

    enabled = {f"{entry.get('type')}{entry.get('version')}": entry.get("enabled") for entry in found.iter("protocol")}
    expected = {"ssl2": "0", "ssl3": "0", "tls1.0": "0", "tls1.1": "0", "tls1.2": "1", "tls1.3": "1"}
    expect(enabled, expected, "protocols")
    expect(accepted("TLSv1.2"), SUITES, "TLS 1.2")
    tls13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
    expect(accepted("TLSv1.3"), tls13, "TLS 1.3")
    holes = [entry.get("vulnerable") for entry in found.iter("heartbleed")]
    expect((bool(holes), set(holes)), (True, {"0"}), "Heartbleed")
    expect([entry.get("supported") for entry in found.iter("renegotiation")], ["0"], "renegotiation")
    print("sslscan: as it should be")


# The reference agent


def agent(gate):
    """What the agent makes of a gate that says no, and of one that is none."""
    device = gate.devices[0]

    def call(status, saying, *options):
        options = options or ("-g", gate.url, "-s", gate.folder / "server.pem")
        outcome = run(gate.agent, "-d", device.folder, *options, "-k", gate.work / "delivery/keys.json", device.device)
        expect(outcome.returncode, status, f"the agent's exit status; it says {outcome.stderr}")
        if saying not in outcome.stderr:
            fail(f"the agent does not say `{saying}`: {outcome.stderr}")

    own = ("-s", gate.folder / "server.pem")
    call(64, "in place of", "-g", gate.url, *own, "-m", gate.work)
    call(64, "https://HOST:PORT", "-g", gate.url.replace("https", "http"), *own)
    call(64, "there is no file", "-g", gate.url, "-s", "/nowhere")
    call(75, "cannot be reached", "-g", gate.url, "-s", gate.work / "authorities/ca-1.pem")
    call(75, "cannot be reached", "-g", f"https://localhost:{free_port()}", *own)
    call(0, "handed a CSR in")
    certificate = device.folder / "certs/1/cert.pem"
    kept = certificate.read_bytes()
    server_pair(device.folder / "certs/1", "stranger", serialization.load_pem_private_key((device.folder / "certs/1/key.pem").read_bytes(), None))
    certificate.write_bytes((device.folder / "certs/1/stranger.pem").read_bytes())
    call(1, "unknown: the registry has no certificate")
    certificate.write_bytes(kept)
    gate.job("revoke", "--device", device.device, "--reason", "keyCompromise", "--now")
    call(1, "revoked: ")
    (device.folder / "current").unlink()
    call(1, "asks for a certificate, and there is none")
    gate.gate.send_signal(signal.SIGTERM)
    gate.gate.wait(120)
    (device.folder / "current").symlink_to("certs/1")
    call(75, "cannot be reached")
    gate.start_gate()
    gate.await_port(gate.port)
    print("the agent: as it should be")


def main():
    judges = {judge.__name__: judge for judge in [proxies, enrollment, description, suites, agent]}
    parser = argparse.ArgumentParser()
    parser.add_argument("judge", choices=judges)
    for option in ["--job", "--gate", "--agent", "--examples", "--description"]:
        parser.add_argument(option, type=os.path.abspath)
    parser.add_argument("folder")
    options = parser.parse_args()
    options.devices, options.seed, options.kills = 3, 1, 0
    os.umask(0o022)
    with Gate(options) as gate:
        gate.usual = 1.0
        judges[options.judge](gate)


if __name__ == "__main__":
    main()
