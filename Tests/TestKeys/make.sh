#!/usr/bin/env bash
# Makes the keys and authorities of this folder anew, into the folder that is given. Takes a minute.
set -euo pipefail
out=$1
mkdir -p "$out"
cd "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -out "$1.key" "${@:2}" 2>/dev/null; }

for bits in 2048 3072 4096; do
  for who in ca device; do key "$who-rsa-$bits" -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits"; done
done
# Too short and too long.
for bits in 1024 8192; do key "device-rsa-$bits" -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits"; done
# pss_key NAME BITS-OF-THE-HASH
pss_key() {
  key "$1" -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt "rsa_pss_keygen_md:sha$2" \
    -pkeyopt "rsa_pss_keygen_mgf1_md:sha$2" -pkeyopt "rsa_pss_keygen_saltlen:$(($2 / 8))"
}
for who in ca device; do key "$who-rsa-pss" -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048; done
for bits in 256 384 512; do pss_key "ca-rsa-pss-sha$bits" "$bits"; done
pss_key device-rsa-pss-sha256 256
for bits in 2048 3072; do
  openssl genpkey -genparam -algorithm DSA -pkeyopt "dsa_paramgen_bits:$bits" -pkeyopt dsa_paramgen_q_bits:256 \
    -out "$work/dsa" 2>/dev/null
  key "ca-dsa-$bits" -paramfile "$work/dsa"
done
for bits in 256 384 521; do
  for who in ca device; do key "$who-ecdsa-p$bits" -algorithm EC -pkeyopt "ec_paramgen_curve:P-$bits"; done
done

cat >"$work/ca.cnf" <<CONFIG
[ca]
default_ca = test
[test]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = policy
[policy]
organizationName = supplied
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIG
: >"$work/index"

# certify NAME KEY COMMON-NAME OPTIONS…
certify() {
  openssl rand -hex 16 | sed 's/^./5/' >"$work/serial"
  openssl req -new -key "$2" -subj "/O=Example Devices/CN=$3" -out "$work/request"
  openssl ca -batch -notext -config "$work/ca.cnf" -keyfile "$work/root.key" -in "$work/request" -out "$1.pem" \
    -startdate 20200101000000Z -enddate 20991231235959Z "${@:4}" 2>/dev/null
}

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/root.key"
certify root "$work/root.key" "Example Test Root" -selfsign -extensions root
for file in ca-*.key; do
  name=${file%.key}
  certify "$name" "$file" "Example Fleet CA ${name#ca-}" -cert root.pem -extensions issuing
done
