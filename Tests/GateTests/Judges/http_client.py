"""Says to a server, byte by byte, what no decent client would, and prints what comes back until the server ends the connection.

  http_client.py tls PORT [CERTIFICATE KEY] | tcp PORT | unix PATH     with a list of steps as JSON on standard input:

  {"send": "…"}          sends characters as bytes (latin-1)
  {"repeat": "…", "times": N}
  {"answers": N}         reads until N whole answers (Content-Length) are there
  {"interim": true}      reads until `100 Continue` is there
  {"half-close": true}   sends no more
  {"await": PATH}        waits until there is such a file
  {"touch": PATH}        makes one

A last line of standard error says how it ended: `end` or `reset`.
"""

import json
import os
import re
import socket
import ssl
import sys
import time

PATIENCE = 120


def connect(arguments):
    if arguments[0] == "unix":
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(PATIENCE)
        plain.connect(arguments[1])
        return plain
    plain = socket.create_connection(("127.0.0.1", int(arguments[1])), PATIENCE)
    plain.settimeout(PATIENCE)
    if arguments[0] == "tcp":
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if len(arguments) > 2:
        context.load_cert_chain(arguments[2], arguments[3])
    return context.wrap_socket(plain, server_hostname="gate.example.com")


def answers(text):
    """How many whole answers there are; an interim one does not count."""
    count = 0
    while (end := text.find(b"\r\n\r\n")) >= 0:
        head, text = text[:end], text[end + 4 :]
        if re.match(rb"HTTP/1.1 1\d\d", head):
            continue
        length = re.search(rb"(?i)content-length: (\d+)", head)
        size = int(length[1]) if length else 0
        if len(text) < size:
            break
        text = text[size:]
        count += 1
    return count


def main():
    steps = json.load(sys.stdin)
    connection = connect(sys.argv[1:])
    received = b""
    ending = "end"

    def say(data):
        try:
            connection.sendall(data)
        except OSError:
            # What the server said before it broke off is still to be read.
            pass

    for step in steps:
        if "send" in step:
            say(step["send"].encode("latin-1"))
        elif "repeat" in step:
            say(step["repeat"].encode("latin-1") * step["times"])
        elif "answers" in step:
            while answers(received) < step["answers"] and (more := connection.recv(65536)):
                received += more
        elif "interim" in step:
            while b"100 Continue\r\n\r\n" not in received and (more := connection.recv(65536)):
                received += more
        elif "half-close" in step:
            connection.shutdown(socket.SHUT_WR)
        elif "await" in step:
            until = time.monotonic() + PATIENCE
            while not os.path.exists(step["await"]) and time.monotonic() < until:
                time.sleep(0.01)
        elif "touch" in step:
            open(step["touch"], "w").close()
    try:
        while more := connection.recv(65536):
            received += more
    except (ConnectionResetError, ssl.SSLError):
        ending = "reset"
    sys.stdout.buffer.write(received)
    print(ending, file=sys.stderr)


main()
