"""Writes the public key of a certificate or CSR in another way, and signs it anew.

  python3 -c 'from spellings import respell'

Nothing of it is the program's: the DER is put together here, and cryptography signs.
"""
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from weak_moduli import MODULI

# p, a, b, G's x and y, n of FIPS 186-4's curves, by cryptography's name.
CURVES = {
    "secp256r1": (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF, -3,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    "secp384r1": (
        2**384 - 2**128 - 2**96 + 2**32 - 1, -3,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973),
}


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def children(der):
    """The elements inside a constructed one, whole."""
    def head(at):
        size, start = der[at + 1], at + 2
        if size >= 128:
            count = size & 127
            size, start = int.from_bytes(der[start:start + count], "big"), start + count
        return start, start + size
    at, end = head(0)
    found = []
    while at < end:
        after = head(at)[1]
        found.append(der[at:after])
        at = after
    return found


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def bits(content):
    return tlv(3, b"\0", content)


def explicit(name, generator="uncompressed", other_generator=False):
    p, a, b, x, y, n = CURVES[name]
    size = (p.bit_length() + 7) // 8
    if other_generator:  # CVE-2020-0601: the curve, and a generator of one's own
        y = p - y
    point = bytes([2 + y % 2]) + x.to_bytes(size, "big")
    if generator == "uncompressed":
        point = b"\4" + x.to_bytes(size, "big") + y.to_bytes(size, "big")
    field = tlv(0x30, bytes.fromhex("06072a8648ce3d0101"), integer(p))
    curve = tlv(0x30, tlv(4, (a % p).to_bytes(size, "big")), tlv(4, b.to_bytes(size, "big")))
    return tlv(0x30, integer(1), field, curve, tlv(4, point), integer(n), integer(1))


def spell(public, spelling):
    """The SubjectPublicKeyInfo of a key, written in a way of its own."""
    plain = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    algorithm, _ = children(plain)
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        modulus, exponent = integer(numbers.n), integer(numbers.e)
        if spelling == "exponent":
            exponent = integer(65539)
        if spelling == "negative":
            modulus = tlv(2, numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        if spelling.startswith("modulus:"):
            modulus = integer(MODULI[spelling.removeprefix("modulus:")]())
        if spelling == "padded":
            modulus = tlv(2, b"\0\0", numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        if spelling == "pss":
            algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d01010a"))
        if spelling == "oaep":
            algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d010107"))
        if spelling == "x509":
            algorithm = tlv(0x30, bytes.fromhex("060455080101"), integer(2048))
        return tlv(0x30, algorithm, bits(tlv(0x30, modulus, exponent)))
    numbers, size = public.public_numbers(), (public.curve.key_size + 7) // 8
    x, y = numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")
    point = b"\4" + x + y
    kind, parameters = children(algorithm)
    if spelling == "compressed":
        point = bytes([2 + numbers.y % 2]) + x
    if spelling == "hybrid":
        point = bytes([6 + numbers.y % 2]) + x + y
    if spelling == "off-curve":
        point = b"\4" + x + bytes([y[0] ^ 1]) + y[1:]
    if spelling == "explicit":
        parameters = explicit(public.curve.name)
    if spelling == "explicit-compressed":
        parameters = explicit(public.curve.name, "compressed")
        point = bytes([2 + numbers.y % 2]) + x
    if spelling == "other-generator":
        parameters = explicit(public.curve.name, other_generator=True)
    if spelling == "ecdh":
        kind = bytes.fromhex("06052b8104010c")
    return tlv(0x30, tlv(0x30, kind, parameters), bits(point))


def sign(key, tbs, hash_):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(tbs, padding.PKCS1v15(), hash_)
    return key.sign(tbs, ec.ECDSA(hash_))


def respell(der, public, signer, spelling, hash_=hashes.SHA256()):
    """The same certificate or CSR with the key spelled in another way; the signature algorithm must be what the signer makes."""
    tbs, algorithm, _ = children(der)
    plain = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    content = tlv(0x30, *[spell(public, spelling) if part == plain else part for part in children(tbs)])
    return tlv(0x30, content, algorithm, bits(sign(signer, content, hash_)))


def negated(private):
    """The key whose public point is the negative of another's: n - d."""
    n = CURVES[private.curve.name][5]
    return ec.derive_private_key(n - private.private_numbers().private_value, private.curve)


def with_scalar(curve, scalar):
    return ec.derive_private_key(scalar % CURVES[curve.name][5], curve)


def with_exponent(private, exponent):
    numbers = private.private_numbers()
    d = pow(exponent, -1, (numbers.p - 1) * (numbers.q - 1))
    return rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, d, d % (numbers.p - 1), d % (numbers.q - 1), numbers.iqmp,
        rsa.RSAPublicNumbers(exponent, numbers.public_numbers.n)).private_key()
