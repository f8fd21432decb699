#!/usr/bin/env python3
"""Lets issued certificates complete mutual TLS handshakes, each with each of two servers and three clients, by TLS 1.2 and 1.3.

  tls.py ROOT < cases.json      [{"name", "certificate", "chain", "key"}…]: PEM files; chain has what stands between certificate and ROOT

Server and client both show the case's certificate with its chain, both verify the other's up to ROOT (or to what the case has as
"serverTrusts" and "clientTrusts"), and the client expects the DNS name NAME.example.com. A handshake is complete when the client has read an
answer over it: under TLS 1.3 a server judges the client's certificate only after the client is done.

Prints [{"name", "server", "client", "version": "1.2" or "1.3", "error": what was said, or null}…].
"""
import contextlib, json, os, socket, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor

ROOT = sys.argv[1]
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
PATIENCE = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl_server(case, port):
    return ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-CAfile", case["serverTrusts"], "-Verify", "3", "-verify_return_error",
            "-cert", case["certificate"], "-key", case["key"], "-cert_chain", case["chain"]]


def gnutls_server(case, port):
    return ["gnutls-serv", "--http", "--port", str(port), "--x509cafile", case["serverTrusts"],
            "--require-client-cert", "--verify-client-cert", "--x509certfile", case["full"], "--x509keyfile", case["key"]]


def openssl_client(case, port, version):
    return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", f"-tls1_{version[-1]}", "-ign_eof", "-CAfile",
            case["clientTrusts"], "-verify_return_error", "-verify_hostname", case["host"], "-servername", case["host"],
            "-cert", case["certificate"], "-key", case["key"], "-cert_chain", case["chain"]]


def gnutls_client(case, port, version):
    return ["gnutls-cli", "--port", str(port), "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}", "--x509cafile",
            case["clientTrusts"], "--verify-hostname", case["host"], "--sni-hostname", case["host"],
            "--x509certfile", case["full"], "--x509keyfile", case["key"], "127.0.0.1"]


def curl(case, port, version):
    return ["curl", "--silent", "--show-error", "--include", f"--tlsv{version}", "--tls-max", version, "--cacert", case["clientTrusts"],
            "--cert", case["full"], "--key", case["key"], "--resolve", f"{case['host']}:{port}:127.0.0.1",
            f"https://{case['host']}:{port}/"]


SERVERS = {"openssl s_server": openssl_server, "gnutls-serv": gnutls_server}
CLIENTS = {"openssl s_client": openssl_client, "gnutls-cli": gnutls_client, "curl": curl}


@contextlib.contextmanager
def serving(make, case):
    """A server that listens, on a port that was free; gone afterwards, whatever happens."""
    for _ in range(5):
        port = free_port()
        with tempfile.TemporaryFile() as said:
            server = subprocess.Popen(make(case, port), stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            try:
                if not listens(server, port):
                    continue
                yield port
                return
            finally:
                server.kill()
                server.wait()
    raise RuntimeError(f"no server of {make.__name__} came up for {case['name']}")


def listens(server, port):
    """Whether the server itself has the port: one that does not get it ends."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return server.poll() is None
        time.sleep(0.02)
    return False


def handshake(command):
    """What went wrong, or None. The request waits in the client's input: it is sent once the handshake is done."""
    try:
        done = subprocess.run(command, input=REQUEST, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "timed out"
    if b"HTTP/1.0 200" in done.stdout:
        return None
    return (done.stderr or done.stdout).decode(errors="replace").strip()[-300:] or "no answer"


def judge(case):
    with open(case["full"], "wb") as full:
        for part in ("certificate", "chain"):
            with open(case[part], "rb") as file:
                full.write(file.read())
    results = []
    for server, make in SERVERS.items():
        with serving(make, case) as port:
            for client, command in CLIENTS.items():
                for version in ("1.2", "1.3"):
                    error = handshake(command(case, port, version))
                    results.append(
                        {"name": case["name"], "server": server, "client": client, "version": version, "error": error})
    return results


with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
    cases = [
        {"serverTrusts": ROOT, "clientTrusts": ROOT} | case
        | {"host": f"{case['name']}.example.com", "full": os.path.join(folder, str(number))}
        for number, case in enumerate(json.load(sys.stdin))]
    print(json.dumps([result for results in pool.map(judge, cases) for result in results]))
