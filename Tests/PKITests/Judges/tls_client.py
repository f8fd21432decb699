#!/usr/bin/env python3
"""A TLS client that signs its CertificateVerify with whatever key it is given, be it its certificate's or not.

  tls_client.py PORT 1.2|1.3 CERTIFICATE KEY

Prints what the server answers to a request; exits 1 with what went wrong.
"""
import socket, sys

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

port, version, certificate, key = sys.argv[1:]
settings = HandshakeSettings()
# It would send its certificates compressed, which not every server asked for.
settings.certificate_compression_send = []
settings.minVersion = settings.maxVersion = (3, 3) if version == "1.2" else (3, 4)
chain = X509CertChain()
with open(certificate) as file:
    chain.parsePemList(file.read())
with open(key) as file:
    private = parsePEMKey(file.read(), private=True)
connection = TLSConnection(socket.create_connection(("127.0.0.1", int(port)), 20))
try:
    connection.handshakeClientCert(chain, private, settings=settings)
    connection.send(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while part := connection.recv(65536):
        answer += part
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(answer.decode())
