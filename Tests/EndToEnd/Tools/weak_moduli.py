"""RSA moduli that fall apart, and keys that share a prime; for tests alone.

  python3 -c 'from weak_moduli import MODULI'
"""
import random
from cryptography.hazmat.primitives.asymmetric import rsa

numbers = random.Random(5)
SMALL = [p for p in range(3, 2000, 2) if all(p % d for d in range(3, int(p ** 0.5) + 1, 2))]


def is_prime(n):
    """Miller and Rabin's test by a few bases: the numbers are random."""
    if any(n % p == 0 for p in SMALL):
        return False
    odd = n - 1
    twos = (odd & -odd).bit_length() - 1
    odd >>= twos
    for base in (2, 3, 5, 7, 11):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(bits=None, after=None):
    n = after + 1 if after else 3 << (bits - 2) | numbers.getrandbits(bits - 2)
    n |= 1
    while not is_prime(n):
        n += 2
    return n


def close(distance=0):
    p = prime(1024)
    return p * prime(after=p + distance)


MODULI = {
    "close": close,
    "close-in-half": lambda: close(1 << 510),
    "prime": lambda: prime(2048),
    "square": lambda: prime(1024) ** 2,
    "cube": lambda: prime(688) ** 3,
    "small-factor": lambda: 40009 * prime(2040),
}

primes = {}


def key_with_primes(names):
    """A key of one or two primes that have names; the same name always means the same prime."""
    for name in names:
        if name not in primes:
            primes[name] = prime(1024)
    fresh = [prime(1024) for _ in range(2 - len(names))]
    p, q = [primes[name] for name in names] + fresh
    d = pow(65537, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(65537, p * q)).private_key()
