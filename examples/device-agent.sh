#!/bin/sh
# device-agent.sh: the device's side of Rotation Job, to run as it is or to read before writing your own.
#
# It needs a POSIX shell (dash, busybox sh), the usual small tools (busybox's will do), openssl 1.1.1 or 3 and, where it speaks to the
# gate, or the manifests or the inbox are behind a URL, curl. One call goes one step, as far as it can; let cron start it.
#
# The life of a certificate, as this script lives it:
#
#   fetch      delivery/manifests/AB/CD/NAME.jws, or GET /v1/manifest at the gate                       fetch_manifest
#   believe    signed by the pinned key? for this device and account? not older than the last one?      check_signature,
#              not expired? Whatever fails here changes nothing.                                        check_payload
#   rekey      make a key, make it durable, hand its CSR in as inbox/csr/NAME.jws, signed (NAME.csr      do_rekey
#              again until the certificate comes or the CSR is refused
#   install    find the key that the certificate is for, check the chain, put both beside the old        do_install
#              ones, switch over, try them; when they do not work, switch back
#   confirm    sign "I hold it" with the new key, hand it in as inbox/ack/NAME.jws. Only after this      confirm
#              does the job let the old certificate go
#   none       remove the old certificate and key                                                       do_none
#
# The state folder, which has to survive a reboot:
#
#   device, account    whose state this is
#   sequence           of the last manifest that was believed; a lower one is a replay
#   pending/N/         keys that wait for a certificate: key.pem, request.csr, kind, asked (the manifest's sequence)
#   certs/N/           what was installed: key.pem, cert.pem, chain.pem, and `worked` once it was tried
#   current            -> certs/N, what the device's programs use; previous -> the one before, to switch back to
#   confirming         a confirmation that is being handed in; confirmed: the last one that was
#   lock/, work/       of the call that runs
#
# A call may be killed at any point, and the device may lose power: everything is written beside its place, synchronised and renamed,
# and the next call goes on from what it finds.
set -u
LC_ALL=C # device ids are bytes here, whatever the user's language
export LC_ALL
umask 077
unset CDPATH

usage() {
  cat <<'USAGE'
usage: device-agent.sh [OPTIONS] [--] DEVICE_ID

Fetches the device's manifest, checks it, and does what it says: hands in a CSR, or installs and confirms a certificate.

  -d FOLDER    where keys, certificates and state are kept          (STATE, default /var/lib/device-agent)
  -m PLACE     the job's delivery: a folder or an http(s) URL       (MANIFESTS)
  -i PLACE     the job's inbox: a folder, or a URL to PUT below     (INBOX)
  -g URL       in place of both: the job's gate, https://HOST:PORT, to which the device proves by TLS who it is
                                                                    (GATE)
  -s FILE      PEM authorities of the gate's own certificate; by default the system's
                                                                    (SERVER_AUTHORITIES)
  -k KEY       what manifests verify with: a PEM public key, a keys.json, or sha256:HEX, the digest of the keys.json
               that is to be fetched from the delivery              (KEY, default FOLDER/keys.json)
  -a FILE      PEM authorities that a certificate has to chain to; by default the chain in the signed manifest is believed
                                                                    (AUTHORITIES)
  -A ACCOUNT   the device's account; by default that of the first manifest that was believed          (ACCOUNT)
  -t COMMAND   tries a new certificate: a shell command that sees DEVICE_ID, DEVICE_KEY, DEVICE_CERTIFICATE and DEVICE_CHAIN, and
               fails when they do not work; it has 60 seconds       (TRIAL)
  -c FILE      reads settings from lines of NAME=value, with the names above and DEVICE; the value is the rest of the line as it
               stands, and nothing in it is run or expanded. What is given on the command line wins
  --confirm-again   signs and hands in the confirmation of the installed certificate once more
  --help

Exit status: 0 done, nothing to do, or waiting for the job; 1 failed: the device goes on with what it had; 64 wrong usage;
75 not now: another call is running, or the delivery, the inbox or the gate cannot be reached: try again later.
USAGE
}

# ---------------------------------------------------------------------------------------------------- saying and ending

say() { printf 'device-agent: %s\n' "$*" >&2; }

# shown TEXT: what stands in something that nobody has signed, as it can be printed: no more than 80 bytes, and all but plain ASCII
# as \xHH.
shown() {
  printf %s "$1" | head -c 80 | hex | awk '{
    for (i = 1; i < length($0); i += 2) {
      pair = substr($0, i, 2)
      code = 16 * (index("0123456789abcdef", substr(pair, 1, 1)) - 1) + index("0123456789abcdef", substr(pair, 2, 1)) - 1
      if (code >= 32 && code < 127) printf "%c", code
      else printf "\\x%s", pair
    }
  }'
}

# What goes wrong ends the call; the next one starts again from what is on disk.
fail() {
  say "$*"
  exit 1
}

later() {
  say "$*"
  exit 75
}

misused() {
  say "$* (see --help)"
  exit 64
}

# ------------------------------------------------------------------------------------------------------- files that last

# Forces files and folders to the disk. An old busybox's sync takes no names, and then does all of it.
durable() { sync "$@" 2>/dev/null || sync; }

# store FILE: standard input becomes the file's content, whole or not at all. (At the end of a pipe it is a process of its own and cannot
# end the call: the caller looks at what it returns.)
store() { cat >"$1.new" && durable "$1.new" && mv -fT "$1.new" "$1" && durable "${1%/*}"; }

# point LINK TARGET: a symbolic link, replaced in one step. (`ln -sf` removes the old one first.)
point() {
  rm -f "$1.new"
  { ln -s "$2" "$1.new" && mv -fT "$1.new" "$1" && durable "${1%/*}"; } || fail "$1 cannot be written"
}

# The numbers that things in the folder are named by. Whatever else lies there was not finished.
numbers() {
  for entry in "$1"/*; do
    entry=${entry##*/}
    case $entry in *[!0-9]*) ;; *) echo "$entry" ;; esac
  done
}

# The greatest of them; 0 where there is none.
greatest() {
  most=0
  for entry in $(numbers "$1"); do
    if [ "$entry" -gt "$most" ]; then most=$entry; fi
  done
  echo "$most"
}

# -------------------------------------------------------------------------------------------------------------- the lock

# A process id comes back after a while, and at once after a reboot. With the boot and the process' start it is one process' own.
birth_of() {
  {
    cat /proc/sys/kernel/random/boot_id && sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
  } 2>/dev/null | tr '\n' ' '
}

lives() { kill -0 "${1%% *}" 2>/dev/null && [ "$1" = "${1%% *} $(birth_of "${1%% *}")" ]; }

locked=
lock() {
  mine="$$ $(birth_of $$)"
  tries=0
  while [ $tries -lt 3 ]; do
    tries=$((tries + 1))
    if mkdir "$state/lock" 2>/dev/null; then
      locked=yes
      printf '%s\n' "$mine" >"$state/lock/owner" || fail "$state/lock/owner cannot be written"
      return
    fi
    holder=$(cat "$state/lock/owner" 2>/dev/null)
    # Between making the folder and writing its name in it, its owner needs a moment.
    if [ -z "$holder" ]; then
      sleep 1
      holder=$(cat "$state/lock/owner" 2>/dev/null)
    fi
    if [ -n "$holder" ] && lives "$holder"; then later "another call is running (process ${holder%% *})"; fi
    # Its owner died. Of several calls that see this, one moves the lock away; whoever moved a new one instead puts it back.
    if mv -T "$state/lock" "$state/lock.$$" 2>/dev/null; then
      if [ "$(cat "$state/lock.$$/owner" 2>/dev/null)" = "$holder" ]; then
        rm -rf "$state/lock.$$"
      else
        mv -T "$state/lock.$$" "$state/lock" 2>/dev/null
      fi
    fi
  done
  later "the lock $state/lock cannot be taken"
}

unlock() {
  if [ -n "$locked" ]; then rm -rf "$state/work" "$state/lock"; fi
  locked=
}

# -------------------------------------------------------------------------------------------------- encodings and digests

hex() { od -An -v -tx1 | tr -d ' \n'; }

# Hexadecimal digits to bytes, by way of the shell's printf: awk cannot be trusted with NUL everywhere.
unhex() { printf '%b' "$(awk '{
  for (i = 1; i < length($0); i += 2) {
    code = 16 * (index("0123456789abcdef", substr($0, i, 1)) - 1) + index("0123456789abcdef", substr($0, i + 1, 1)) - 1
    printf "\\0%o", code
  }
}')"; }

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Fails where the text is no base64url (RFC 7515, 2). Lines of 64, because some builds of openssl read no long ones.
unbase64url() {
  padded=$1
  case $padded in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac
  case $((${#padded} % 4)) in
    1) return 1 ;;
    2) padded="$padded==" ;;
    3) padded="$padded=" ;;
  esac
  printf '%s\n' "$padded" | tr '_-' '/+' | fold -w 64 | openssl base64 -d
}

sha256() { openssl dgst -sha256 -binary | hex; }

# The device id as a file name: bytes outside A-Za-z0-9._- and a leading dot as %XX; what gets longer than 200 bytes by its SHA-256.
file_name() {
  encoded=$(printf %s "$1" | hex | awk '{
    for (i = 1; i < length($0); i += 2) {
      pair = substr($0, i, 2)
      code = 16 * (index("0123456789abcdef", substr(pair, 1, 1)) - 1) + index("0123456789abcdef", substr(pair, 2, 1)) - 1
      char = code < 128 ? sprintf("%c", code) : ""
      if (char ~ /^[A-Za-z0-9._-]$/ && !(i == 1 && char == ".")) printf "%s", char
      else printf "%%%s", toupper(pair)
    }
  }')
  if [ ${#encoded} -gt 200 ]; then encoded="%sha256-$(printf %s "$1" | sha256)"; fi
  printf %s "$encoded"
}

# RFC 3339 in UTC to seconds since 1970; fails where the text is no such time.
epoch() {
  printf '%s\n' "$1" | awk '
    !/^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](\.[0-9]+)?Z$/ { exit 1 }
    {
      year = substr($0, 1, 4) + 0; month = substr($0, 6, 2) + 0; day = substr($0, 9, 2) + 0
      hour = substr($0, 12, 2) + 0; minute = substr($0, 15, 2) + 0; second = substr($0, 18, 2) + 0
      if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) exit 1
      # Days, with the year starting in March, so that the leap day is its last.
      if (month <= 2) { year -= 1; month += 12 }
      days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * (month - 3) + 2) / 5) + day - 719469
      printf "%d\n", days * 86400 + hour * 3600 + minute * 60 + second
    }'
}

# ------------------------------------------------------------------------------------------------------------------- JSON

# Reads one JSON value (RFC 8259) from one line, and writes a line for each value in it: its JSON pointer (RFC 6901), a tab, its type
# (s, n or l), a tab, the value; `[]` and `{}` where a list or an object is empty. In strings, control characters and the backslash
# stay escaped, each in one way only. Names that come twice, and whatever follows the value, make it fail. Nothing of it is ever run
# by the shell.
json_values() {
  awk '
    function bad() { wrong = 1; exit 1 }
    function blank() { while (substr(text, at, 1) == " ") at++ }
    function put(path, type, value) { printf "%s\t%s\t%s\n", path, type, value }
    function value(path, depth,    first) {
      if (depth > 8) bad()
      blank()
      first = substr(text, at, 1)
      if (first == "{") object(path, depth)
      else if (first == "[") array(path, depth)
      else if (first == "\"") put(path, "s", string())
      else scalar(path)
      blank()
    }
    function object(path, depth,    name) {
      at++; blank()
      if (substr(text, at, 1) == "}") { at++; put(path, "l", "{}"); return }
      for (;;) {
        blank()
        if (substr(text, at, 1) != "\"") bad()
        name = string()
        gsub(/~/, "~0", name); gsub(/\//, "~1", name)
        name = path "/" name
        if (name in seen) bad()
        seen[name] = 1
        blank()
        if (substr(text, at++, 1) != ":") bad()
        value(name, depth + 1)
        if (substr(text, at, 1) == "}") { at++; return }
        if (substr(text, at++, 1) != ",") bad()
      }
    }
    function array(path, depth,    number) {
      at++; blank(); number = 0
      if (substr(text, at, 1) == "]") { at++; put(path, "l", "[]"); return }
      for (;;) {
        value(path "/" number++, depth + 1)
        if (substr(text, at, 1) == "]") { at++; return }
        if (substr(text, at++, 1) != ",") bad()
      }
    }
    function scalar(path,    rest) {
      rest = substr(text, at)
      if (match(rest, /^(true|false|null)/)) put(path, "l", substr(rest, 1, RLENGTH))
      else if (match(rest, /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/)) put(path, "n", substr(rest, 1, RLENGTH))
      else bad()
      at += RLENGTH
      if (substr(text, at, 1) !~ /^[] ,}]?$/) bad()
    }
    function string(    out, rest, stop, char) {
      at++; out = ""
      for (;;) {
        rest = substr(text, at)
        stop = match(rest, /["\\]/)
        if (!stop) bad()
        out = out substr(rest, 1, stop - 1)
        at += stop
        if (substr(rest, stop, 1) == "\"") return out
        char = substr(text, at++, 1)
        if (char == "u") out = out escaped()
        else if (char == "\"" || char == "/") out = out char
        else if (char != "" && index("\\bfnrt", char)) out = out "\\" char
        else bad()
      }
    }
    function escaped(    code, low) {
      code = digits()
      if (code >= 55296 && code <= 57343) {
        if (code > 56319 || substr(text, at, 2) != "\\u") bad()
        at += 2
        low = digits()
        if (low < 56320 || low > 57343) bad()
        code = 65536 + (code - 55296) * 1024 + low - 56320
      }
      if (code == 8) return "\\b"
      if (code == 9) return "\\t"
      if (code == 10) return "\\n"
      if (code == 12) return "\\f"
      if (code == 13) return "\\r"
      if (code == 92) return "\\\\"
      if (code < 32 || code == 127) return sprintf("\\u%04x", code)
      if (code < 128) return sprintf("%c", code)
      if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
      if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
      return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
    }
    function digits(    number, i, digit) {
      number = 0
      for (i = 0; i < 4; i++) {
        digit = index("0123456789abcdef", tolower(substr(text, at, 1)))
        if (!digit || substr(text, at++, 1) == "") bad()
        number = number * 16 + digit - 1
      }
      return number
    }
    NR == 1 { text = $0; at = 1; value("", 0); if (at <= length(text)) bad() }
    NR == 2 { bad() }
    END { if (wrong || NR != 1) exit 1 }'
}

# json FILE POINTER [TYPE]: the value there, a string unless said otherwise; nothing where there is none.
json() {
  awk -F '\t' -v pointer="$2" -v type="${3:-s}" '$1 == pointer && $2 == type { print $3; exit }' "$1"
}

# ------------------------------------------------------------------------------------------------------------------- keys

# kind_of FILE: of a PEM public key: ecdsa-p256, ecdsa-p384, ecdsa-p521 or rsa-BITS; nothing for others.
kind_of() {
  openssl pkey -pubin -in "$1" -noout -text 2>/dev/null | awk '
    /Public-Key: \(/ { bits = $0; sub(/.*\(/, "", bits); sub(/ bit.*/, "", bits) }
    /ASN1 OID: prime256v1/ { kind = "ecdsa-p256" }
    /ASN1 OID: secp384r1/ { kind = "ecdsa-p384" }
    /ASN1 OID: secp521r1/ { kind = "ecdsa-p521" }
    /^Modulus:/ { kind = "rsa-" bits }
    END { print kind }'
}

# Bytes of a coordinate, and so of each half of a signature.
size_of() {
  case $1 in
    ecdsa-p256) echo 32 ;;
    ecdsa-p384) echo 48 ;;
    ecdsa-p521) echo 66 ;;
  esac
}

# What a key of the kind signs a JWS with (RFC 7518, 3.1). RSA shorter than 2048 bits signs none.
algorithm_of() {
  case $1 in
    ecdsa-p256) echo ES256 ;;
    ecdsa-p384) echo ES384 ;;
    ecdsa-p521) echo ES512 ;;
    rsa-*) if [ "${1#rsa-}" -ge 2048 ]; then echo RS256; fi ;;
  esac
}

digest_of() {
  case $1 in
    ES384) echo sha384 ;;
    ES512) echo sha512 ;;
    *) echo sha256 ;;
  esac
}

# thumbprint FILE KIND: of a PEM public key, by RFC 7638.
thumbprint() {
  case $2 in
    rsa-*)
      modulus=$(openssl rsa -pubin -in "$1" -noout -modulus | sed 's/.*=//' | tr 'A-F' 'a-f' | unhex | base64url)
      exponent=$(openssl pkey -pubin -in "$1" -noout -text | sed -n 's/^Exponent:.*(0x\(.*\))$/\1/p')
      if [ $((${#exponent} % 2)) -eq 1 ]; then exponent=0$exponent; fi
      printf '{"e":"%s","kty":"RSA","n":"%s"}' "$(printf '%s\n' "$exponent" | unhex | base64url)" "$modulus"
      ;;
    *)
      # An uncompressed point is what SubjectPublicKeyInfo ends with: x, then y.
      size=$(size_of "$2")
      openssl pkey -pubin -in "$1" -outform DER >"$work/point"
      x=$(tail -c $((2 * size)) "$work/point" | head -c "$size" | base64url)
      y=$(tail -c "$size" "$work/point" | base64url)
      printf '{"crv":"P-%s","kty":"EC","x":"%s","y":"%s"}' "${2#ecdsa-p}" "$x" "$y"
      ;;
  esac | openssl dgst -sha256 -binary | base64url
}

# jwk_to_pem VALUES N FILE: writes the set's key N as PEM; fails where it is none that manifests are signed with.
jwk_to_pem() {
  jwk="/keys/$2"
  case $(json "$1" "$jwk/kty") in
    EC)
      case $(json "$1" "$jwk/crv") in
        P-256) curve=prime256v1 ;;
        P-384) curve=secp384r1 ;;
        P-521) curve=secp521r1 ;;
        *) return 1 ;;
      esac
      x=$(unbase64url "$(json "$1" "$jwk/x")" | hex) && y=$(unbase64url "$(json "$1" "$jwk/y")" | hex) || return 1
      printf '%s\n' 'asn1=SEQUENCE:spki' '[spki]' 'kind=SEQUENCE:kind' "key=FORMAT:HEX,BITSTRING:04$x$y" \
        '[kind]' 'name=OID:id-ecPublicKey' "curve=OID:$curve" >"$work/jwk.conf"
      ;;
    RSA)
      n=$(unbase64url "$(json "$1" "$jwk/n")" | hex) && e=$(unbase64url "$(json "$1" "$jwk/e")" | hex) || return 1
      printf '%s\n' 'asn1=SEQUENCE:spki' '[spki]' 'kind=SEQUENCE:kind' 'key=BITWRAP,SEQUENCE:numbers' \
        '[kind]' 'name=OID:rsaEncryption' 'none=NULL' '[numbers]' "n=INTEGER:0x$n" "e=INTEGER:0x$e" >"$work/jwk.conf"
      ;;
    *) return 1 ;;
  esac
  openssl asn1parse -genconf "$work/jwk.conf" -noout -out "$work/jwk.der" >/dev/null 2>&1 &&
    openssl pkey -pubin -inform DER -in "$work/jwk.der" -out "$3" 2>/dev/null
}

# is_for_verifying VALUES N: whether the set gives its key N for verifying signatures (RFC 7517, 4.2 to 4.4).
is_for_verifying() {
  awk -F '\t' -v jwk="/keys/$2" '
    $1 == jwk "/use" && !($2 == "s" && $3 == "sig") { wrong = 1 }
    index($1, jwk "/use/") == 1 || index($1, jwk "/alg/") == 1 { wrong = 1 }
    $1 == jwk "/alg" && $2 != "s" { wrong = 1 }
    $1 == jwk "/key_ops" || index($1, jwk "/key_ops/") == 1 { limited = 1 }
    index($1, jwk "/key_ops/") == 1 && $2 == "s" && $3 == "verify" { verifies = 1 }
    END { exit wrong || (limited && !verifies) }' "$1"
}

# The key set whose digest was given in place of a file: kept once it was fetched.
fetch_pinned_keys() {
  if [ -f "$state/keys.json" ] && [ "$(sha256 <"$state/keys.json")" = "${key#sha256:}" ]; then return; fi
  fetch_keys "$work/keys.json" || fail "there is no keys.json in ${gate:-$manifests}"
  if [ "$(sha256 <"$work/keys.json")" != "${key#sha256:}" ]; then fail "keys.json is not the one whose digest was given"; fi
  store "$state/keys.json" <"$work/keys.json" || fail "$state/keys.json cannot be written"
}

# pinned_key KID: finds the key by its thumbprint, computed here, and leaves it in work/manifest.pem, its kind in key_kind and, where
# the set names an algorithm, that in key_algorithm.
pinned_key() {
  key_file=$key
  key_algorithm=
  case $key in sha256:*)
    fetch_pinned_keys
    key_file=$state/keys.json
    ;;
  esac
  if ! [ -f "$key_file" ]; then misused "there is no key to check manifests with: $key_file"; fi
  if [ "$(tr -d ' \t\r\n' <"$key_file" | head -c 1)" != '{' ]; then
    openssl pkey -pubin -in "$key_file" -out "$work/manifest.pem" 2>/dev/null || fail "$key_file is neither a PEM public key nor JSON"
    key_kind=$(kind_of "$work/manifest.pem")
    [ -n "$(algorithm_of "$key_kind")" ] && [ "$(thumbprint "$work/manifest.pem" "$key_kind")" = "$1" ]
    return
  fi
  tr '\t\r\n' '   ' <"$key_file" | json_values >"$work/keys" || fail "$key_file is no JSON"
  number=0
  while [ -n "$(json "$work/keys" "/keys/$number/kty")" ]; do
    # A name that the set gives only saves work; what counts is the thumbprint.
    case $(json "$work/keys" "/keys/$number/kid") in
      '' | "$1") ;;
      *)
        number=$((number + 1))
        continue
        ;;
    esac
    if is_for_verifying "$work/keys" $number && jwk_to_pem "$work/keys" $number "$work/manifest.pem"; then
      key_kind=$(kind_of "$work/manifest.pem")
      if [ -n "$(algorithm_of "$key_kind")" ] && [ "$(thumbprint "$work/manifest.pem" "$key_kind")" = "$1" ]; then
        key_algorithm=$(json "$work/keys" "/keys/$number/alg")
        return 0
      fi
    fi
    number=$((number + 1))
  done
  return 1
}

# A JWS' ECDSA signature is r and s side by side, openssl's an ASN.1 SEQUENCE of the two (RFC 7518, 3.4).
joined_to_der() { # SIZE, hexadecimal signature in $2
  if [ ${#2} -ne $((4 * $1)) ]; then return 1; fi
  printf 'asn1=SEQUENCE:rs\n[rs]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$(printf %s "$2" | head -c $((2 * $1)))" \
    "$(printf %s "$2" | tail -c $((2 * $1)))" >"$work/rs.conf"
  openssl asn1parse -genconf "$work/rs.conf" -noout -out "$work/signature" >/dev/null 2>&1
}

der_to_joined() { # SIZE, DER from standard input
  openssl asn1parse -inform DER | awk -v digits=$((2 * $1)) '/INTEGER/ {
    sub(/.*:/, ""); while (length($0) < digits) $0 = "0" $0; printf "%s", tolower($0)
  } END { print "" }' | unhex
}

# ------------------------------------------------------------------------------------------------- fetching and handing in

largest=65536 # bytes of a manifest or key set; more than any chain needs

is_url() { case $1 in http://* | https://*) ;; *) return 1 ;; esac; }

# Certificates and passwords for the server belong into curl's own configuration (~/.curlrc).
# A redirect is not followed: nothing that matters here should move.
transfer() { curl --silent --show-error --proto '=http,https' --connect-timeout 20 --max-time 60 "$@"; }

# fetch PATH FILE: gets what lies at PATH in the delivery; fails where there is nothing.
fetch() {
  if is_url "$manifests"; then
    # A server may send without saying how much: ulimit stops what --max-filesize does not see.
    status=$(
      ulimit -f $((largest / 512 + 8))
      transfer --max-filesize $largest --output "$2" --write-out '%{http_code}' \
        "$manifests/$(printf %s "$1" | sed 's/%/%25/g')"
    ) || later "$manifests cannot be read"
    case $status in
      200) ;;
      404 | 410) return 1 ;;
      *) later "$manifests answers $status" ;;
    esac
  else
    if ! [ -d "$manifests" ]; then later "there is no folder $manifests"; fi
    if ! [ -f "$manifests/$1" ]; then return 1; fi
    head -c $((largest + 1)) <"$manifests/$1" >"$2" || later "$manifests/$1 cannot be read"
  fi
  if [ "$(wc -c <"$2")" -gt $largest ]; then fail "$1 is larger than $largest bytes"; fi
}

# hand_in FILE PATH: puts the file at PATH in the inbox. Whoever reads there sees all of it or nothing.
hand_in() {
  if is_url "$inbox"; then
    transfer --fail --output /dev/null --upload-file "$1" "$inbox/$(printf %s "$2" | sed 's/%/%25/g')" ||
      later "$inbox does not take $2"
  else
    if ! [ -d "$inbox/${2%/*}" ]; then later "there is no folder $inbox/${2%/*}"; fi
    if cmp -s "$1" "$inbox/$2"; then return; fi
    # Nothing in it is secret, and the job reads it as another user.
    { cat "$1" >"$inbox/$2.part" && chmod 644 "$inbox/$2.part" && durable "$inbox/$2.part" &&
      mv -fT "$inbox/$2.part" "$inbox/$2" && durable "$inbox/${2%/*}"; } || later "$inbox/$2 cannot be written"
  fi
}

# ---------------------------------------------------------------------------------------------------------------- the gate

# as_argument FILE: a file's name as curl wants it, where a colon would begin a password.
as_argument() { printf %s "$1" | sed 's/[\\:]/\\&/g'; }

# ask_gate FILE PATH [CURL'S OPTIONS]: asks the gate, leaves its answer in FILE and its status in `status`. Shows the certificate that
# is in use; where that is refused, the one before it: a new one that is not confirmed yet is not good for everything, and the job may
# have given up on it. Of the answers that come back only 2xx and 404 are left to the caller.
ask_gate() {
  answer=$1 path=$2
  shift 2
  if [ -n "$server_authorities" ]; then set -- --cacert "$server_authorities" "$@"; fi
  status=
  for shows in current previous; do
    if ! [ -s "$state/$shows/cert.pem" ]; then continue; fi
    # A server may send without saying how much: ulimit stops what --max-filesize does not see.
    status=$(
      ulimit -f $((largest / 512 + 8))
      transfer --cert "$(as_argument "$state/$shows/cert.pem")" --key "$state/$shows/key.pem" --max-filesize $largest \
        --output "$answer" --write-out '%{http_code}' "$@" "$gate$path"
    ) || later "the gate $gate cannot be reached"
    case $status in 401 | 403) ;; *) break ;; esac
  done
  case $status in
    2?? | 404) ;;
    '') fail "the gate asks for a certificate, and there is none in $state/current: the first one comes with the device" ;;
    429 | 5??) later "the gate cannot answer now: $(refusal "$answer") ($status)" ;;
    *) fail "the gate refuses: $(refusal "$answer") ($status)" ;;
  esac
}

# What a refusal (RFC 9457) gives as the reason, its code and its sentence.
refusal() {
  tr '\t\r\n' '   ' <"$1" 2>/dev/null | json_values >"$work/refusal" 2>/dev/null || : >"$work/refusal"
  shown "$(json "$work/refusal" /code)"
  printf ': '
  shown "$(json "$work/refusal" /detail)"
}

fetch_manifest() { # FILE; fails where there is none
  if [ -z "$gate" ]; then
    digest=$(printf %s "$device" | sha256)
    folder=${digest%"${digest#??}"} rest=${digest#??}
    fetch "manifests/$folder/${rest%"${rest#??}"}/$name.jws" "$1"
  else
    ask_gate "$1" /v1/manifest
    [ "$status" -ne 404 ]
  fi
}

fetch_keys() { # FILE; fails where there are none
  if [ -z "$gate" ]; then
    fetch keys.json "$1"
  else
    ask_gate "$1" /v1/keys.json
    [ "$status" -ne 404 ]
  fi
}

# hand_to_gate FILE PATH TYPE
hand_to_gate() {
  ask_gate "$work/answer" "$2" --header "Content-Type: $3" --data-binary "@$1"
  if [ "$status" -eq 404 ]; then fail "$gate$2 is not there: is it a gate?"; fi
}

# -------------------------------------------------------------------------------------------------------------- believing

# check_signature FILE: leaves the payload's values in work/payload once the signature is right, and not before.
check_signature() {
  jws=$(cat "$1")
  case $jws in
    *[!A-Za-z0-9_.-]* | *.*.*.*) fail "the manifest is no compact JWS" ;;
    *.*.*) ;;
    *) fail "the manifest is no compact JWS" ;;
  esac
  signed=${jws%.*}
  decode_json "${signed%.*}" header || fail "the manifest's header is no JSON"
  if [ "$(json "$work/header" /typ)" != rotation-manifest ]; then fail "the JWS is no manifest: its typ is \`$(shown "$(json "$work/header" /typ)")\`"; fi
  if grep -q '^/crit' "$work/header"; then fail "the manifest's header has critical extensions, and this agent knows none"; fi
  kid=$(json "$work/header" /kid)
  pinned_key "$kid" || fail "the manifest is signed by key \`$(shown "$kid")\`, which is not pinned"
  # The key decides which algorithm it is checked by; the header may only agree.
  algorithm=$(json "$work/header" /alg)
  case $key_kind:$algorithm in
    ecdsa-*:"$(algorithm_of "$key_kind")" | rsa-*:RS256 | rsa-*:PS256) ;;
    *) fail "the manifest's algorithm \`$(shown "$algorithm")\` does not fit the pinned key ($key_kind)" ;;
  esac
  case $key_algorithm in
    '' | "$algorithm") ;;
    *) fail "the manifest's algorithm is \`$algorithm\`, and the pinned key's is $key_algorithm" ;;
  esac
  unbase64url "${jws##*.}" >"$work/signature" || fail "the manifest's signature is no base64url"
  case $key_kind in
    rsa-*)
      [ "$(wc -c <"$work/signature")" -eq $(((${key_kind#rsa-} + 7) / 8)) ] ||
        fail "the manifest's signature has not the length of one"
      ;;
    *)
      joined_to_der "$(size_of "$key_kind")" "$(hex <"$work/signature")" || fail "the manifest's signature has not the length of one"
      ;;
  esac
  set -- "-$(digest_of "$algorithm")" -verify "$work/manifest.pem" -signature "$work/signature"
  if [ "$algorithm" = PS256 ]; then set -- "$@" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32; fi
  printf %s "$signed" | openssl dgst "$@" >/dev/null 2>&1 || fail "the manifest's signature is wrong"
  decode_json "${signed#*.}" payload || fail "the manifest is no JSON"
}

# decode_json PART NAME: the values of a part of the JWS in work/NAME. Manifests are JSON on one line: a control character in one is an
# error, and a NUL would end the text for some tools.
decode_json() {
  unbase64url "$1" >"$work/json" || return 1
  if [ -n "$(tr -d '\040-\176\200-\377' <"$work/json" | hex)" ]; then return 1; fi
  { cat "$work/json" && echo; } | json_values >"$work/$2"
}

# A text as json_values writes it.
as_value() { printf '%s\n' "$1" | sed 's/\\/\\\\/g'; }

# check_payload: whether what was signed is for this device, now. Sets sequence and action.
check_payload() {
  if [ "$(json "$work/payload" /version n)" != 1 ]; then fail "the manifest is not of version 1"; fi
  if [ "$(json "$work/payload" /device)" != "$(as_value "$device")" ]; then fail "the manifest is for another device: $(json "$work/payload" /device)"; fi
  manifest_account=$(json "$work/payload" /account)
  known=$account
  if [ -z "$known" ] && [ -f "$state/account" ]; then known=$(cat "$state/account"); fi
  if [ -n "$known" ] && [ "$manifest_account" != "$(as_value "$known")" ]; then fail "the manifest is for another account: $manifest_account"; fi

  sequence=$(json "$work/payload" /sequence n)
  case $sequence in '' | 0* | *[!0-9]* | ????????????????*) fail "the manifest has no sequence" ;; esac
  if [ "$sequence" -lt "$last" ]; then fail "the manifest's sequence $sequence is lower than $last, the last one believed: a replay"; fi

  issued=$(epoch "$(json "$work/payload" /issued)") || fail "the manifest's \`issued\` is no time"
  expires=$(epoch "$(json "$work/payload" /expires)") || fail "the manifest's \`expires\` is no time"
  action=$(json "$work/payload" /action)
  if [ "$now" -ge "$expires" ]; then
    stale="the manifest expired at $(json "$work/payload" /expires), and it is $now_text"
    # One that says `none`, and that was believed while it was good, is not signed anew: there is still nothing to do. Whether
    # somebody holds a newer one back, its own certificate's end tells the device.
    if [ "$action" != none ] || [ "$sequence" -ne "$last" ]; then fail "$stale"; fi
    say "nothing to do ($stale)"
    exit 0
  fi
  if [ "$issued" -gt $((now + 86400)) ] || [ "$issued" -gt "$expires" ]; then
    fail "the manifest was issued at $(json "$work/payload" /issued), and it is $now_text: is the clock right?"
  fi
  case $action in install | rekey | none) ;; *) fail "the manifest's action \`$action\` is not known" ;; esac
}

# From here on no older manifest is believed, even if what this one asks for comes to nothing.
remember_manifest() {
  {
    { [ -f "$state/device" ] || printf '%s\n' "$device" | store "$state/device"; } &&
      { [ -f "$state/account" ] || printf '%s\n' "$manifest_account" | sed 's/\\\\/\\/g' | store "$state/account"; } &&
      { [ "$sequence" -eq "$last" ] || echo "$sequence" | store "$state/sequence"; }
  } || fail "$state cannot be written"
}

# ------------------------------------------------------------------------------------------------------------------ rekey

# The kinds of key that the manifest takes, as this agent would make them: of `rsa-2048+` the shortest.
# An `install` names none: what its certificate is for was good enough.
wanted_kinds() {
  if [ "$action" = install ]; then
    kind_of "$work/wanted.pem"
    return
  fi
  awk -F '\t' '$1 ~ /^\/request\/keys\/[0-9]+$/ && $2 == "s" { sub(/\+$/, "", $3); print $3 }' "$work/payload"
}

# make_key KIND FILE: fails for a kind that this openssl does not make.
make_key() {
  case $1 in
    ecdsa-p256) set -- "$2" EC -pkeyopt ec_paramgen_curve:P-256 ;;
    ecdsa-p384) set -- "$2" EC -pkeyopt ec_paramgen_curve:P-384 ;;
    ecdsa-p521) set -- "$2" EC -pkeyopt ec_paramgen_curve:P-521 ;;
    rsa-[2-9][0-9][0-9][0-9]) set -- "$2" RSA -pkeyopt "rsa_keygen_bits:${1#rsa-}" ;;
    *) return 1 ;;
  esac
  file=$1
  if [ "$2" = EC ]; then set -- "$@" -pkeyopt ec_param_enc:named_curve; fi
  shift
  openssl genpkey -out "$file" -algorithm "$@" 2>/dev/null
}

# A new folder in pending/. The key is on the disk before anything that is made from it: a CSR whose key is lost would become a
# certificate that nobody can use.
add_pending() {
  number=$(($(greatest "$state/pending") + 1))
  rm -rf "$state/pending"/*.new
  mkdir -p "$state/pending/$number.new" || fail "$state/pending cannot be written"
  new=$state/pending/$number.new
  made=
  for kind in $(wanted_kinds); do
    if make_key "$kind" "$new/key.pem"; then
      made=$kind
      break
    fi
  done
  if [ -z "$made" ]; then
    rm -rf "$new"
    fail "none of the keys that the manifest takes can be made here: $(wanted_kinds | tr '\n' ' ')"
  fi
  { echo "$made" >"$new/kind" && echo "$sequence" >"$new/asked" && durable "$new/key.pem" "$new/kind" "$new/asked" "$new" &&
    mv -T "$new" "$state/pending/$number" && durable "$state/pending" "$state"; } || fail "$state/pending cannot be written"
  say "made a key ($made)"
}

# Of a CSR the job takes nothing but the key, so the subject only has to be harmless: no characters that mean something to openssl, and
# no more than the 64 that X.520 allows a common name.
make_request() {
  common=$name
  if [ ${#common} -gt 64 ]; then common=$(printf %s "$device" | sha256); fi
  printf '[req]\ndistinguished_name=dn\n[dn]\n' >"$work/req.conf"
  openssl req -new -config "$work/req.conf" -key "$1/key.pem" -subj "/CN=$common" -out "$work/request.csr" 2>/dev/null ||
    fail "openssl makes no CSR for $1/key.pem"
  store "$1/request.csr" <"$work/request.csr" || fail "$1/request.csr cannot be written"
}

# Hands in the CSR of the newest key that waits.
ask() {
  number=$(greatest "$state/pending")
  # A refused key may have crossed with its certificate on the way, so the last few stay.
  for entry in $(numbers "$state/pending"); do
    if [ "$entry" -le $((number - 3)) ]; then rm -rf "$state/pending/$entry"; fi
  done
  if ! [ -s "$state/pending/$number/request.csr" ]; then make_request "$state/pending/$number"; fi
  if [ -n "$gate" ]; then
    # The connection says who hands it in.
    openssl req -in "$state/pending/$number/request.csr" -outform DER -out "$work/request.der" 2>/dev/null ||
      fail "$state/pending/$number/request.csr cannot be read"
    hand_to_gate "$work/request.der" /v1/csr application/pkcs10
    say "handed a CSR in; waiting for the certificate"
    return
  fi
  # Without a certificate there is nothing to sign with; the job then takes the CSR where its policy takes any.
  if [ -s "$state/current/key.pem" ] && sign_request "$state/pending/$number/request.csr" >"$work/request.jws"; then
    hand_in "$work/request.jws" "csr/$name.jws"
  else
    hand_in "$state/pending/$number/request.csr" "csr/$name.csr"
  fi
  say "handed a CSR in; waiting for the certificate"
}

# The key of the certificate that came is lost: a device that was reset, or restored from an old copy. The job gives a certificate for
# another key a day after the first was laid out.
ask_again() {
  say "the new certificate is for a key that is not here"
  if [ "$(greatest "$state/pending")" -eq 0 ]; then add_pending; fi
  ask
}

do_rekey() {
  refused=$(json "$work/payload" /request/refused)
  number=$(greatest "$state/pending")
  if [ "$number" -eq 0 ]; then
    add_pending
  elif [ -n "$refused" ] && [ "$sequence" -gt "$(cat "$state/pending/$number/asked")" ]; then
    say "the last CSR was refused: $refused"
    add_pending
  elif ! wanted_kinds | grep -qxF "$(cat "$state/pending/$number/kind")"; then
    say "the key that waits is no longer one that is taken ($(cat "$state/pending/$number/kind"))"
    add_pending
  fi
  ask
}

# ---------------------------------------------------------------------------------------------------------------- install

# The manifest's certificates as openssl writes them: work/cert.pem and work/chain.pem.
read_certificates() {
  json "$work/payload" /certificate | awk '{ gsub(/\\n/, "\n"); print }' | openssl x509 -out "$work/cert.pem" 2>/dev/null ||
    fail "the manifest's certificate cannot be read"
  : >"$work/chain.pem"
  number=0
  while [ -n "$(json "$work/payload" "/chain/$number")" ]; do
    json "$work/payload" "/chain/$number" | awk '{ gsub(/\\n/, "\n"); print }' | openssl x509 2>/dev/null >>"$work/chain.pem" ||
      fail "certificate $number of the manifest's chain cannot be read"
    number=$((number + 1))
  done
  fingerprint=$(fingerprint_of "$work/cert.pem")
}

fingerprint_of() { openssl x509 -in "$1" -outform DER 2>/dev/null | sha256; }

# The folder in certs/ that holds the certificate already.
installed_as() {
  for entry in $(numbers "$state/certs"); do
    if cmp -s "$work/cert.pem" "$state/certs/$entry/cert.pem"; then
      echo "$entry"
      return
    fi
  done
}

# The private key that the certificate is for: one that waits or, where the policy lets a key stay, one that is installed.
key_for_certificate() {
  openssl x509 -in "$work/cert.pem" -noout -pubkey >"$work/wanted.pem"
  for entry in "$state/pending"/*/key.pem "$state/certs"/*/key.pem; do
    case $entry in *.new/key.pem) continue ;; esac
    if openssl pkey -in "$entry" -pubout 2>/dev/null | cmp -s - "$work/wanted.pem"; then
      echo "$entry"
      return
    fi
  done
  return 1
}

# Signature, times and purpose, up to an authority that was pinned or else to one that the signed manifest names.
# The system's own authorities have no say: openssl would add them.
check_chain() {
  if [ -n "$authorities" ]; then
    set -- -CAfile "$authorities" -untrusted "$work/chain.pem"
  else
    set -- -CAfile "$work/chain.pem"
  fi
  problem=$(SSL_CERT_DIR=$work/none SSL_CERT_FILE=$work/none openssl verify -attime "$now" -purpose sslclient \
    -no-CApath -partial_chain "$@" "$work/cert.pem" 2>&1) ||
    fail "the new certificate does not verify: $(printf %s "$problem" | tr '\n' ' ')"
}

add_generation() { # KEY FILE; sets generation
  generation=$(($(greatest "$state/certs") + 1))
  rm -rf "$state/certs"/*.new
  new=$state/certs/$generation.new
  { mkdir -p "$new" && cat "$1" >"$new/key.pem" && cat "$work/cert.pem" >"$new/cert.pem" && cat "$work/chain.pem" >"$new/chain.pem" &&
    durable "$new/key.pem" "$new/cert.pem" "$new/chain.pem" "$new" &&
    mv -T "$new" "$state/certs/$generation" && durable "$state/certs" "$state"; } || fail "$state/certs cannot be written"
}

switch_to() { # GENERATION
  from=$(readlink "$state/current" 2>/dev/null)
  if [ "$from" = "certs/$1" ]; then return; fi
  # Where to switch back to has to be known before there is anything to switch back from.
  if [ -n "$from" ]; then point "$state/previous" "$from"; else rm -f "$state/previous"; fi
  point "$state/current" "certs/$1"
}

switch_back() {
  back=$(readlink "$state/previous" 2>/dev/null)
  if [ -n "$back" ]; then
    point "$state/current" "$back"
  else
    rm -f "$state/current"
    durable "$state"
  fi
}

try_certificate() {
  if [ -z "$trial" ]; then return; fi
  set -- sh -c "$trial"
  if command -v timeout >/dev/null 2>&1; then set -- timeout 60 "$@"; fi
  DEVICE_ID=$device DEVICE_KEY=$state/current/key.pem DEVICE_CERTIFICATE=$state/current/cert.pem \
    DEVICE_CHAIN=$state/current/chain.pem "$@" </dev/null >&2
}

# Keys up to the one that is in use now have had their certificate; a later one's CSR may still be waiting at the job.
forget_used_keys() {
  for used in $(numbers "$state/pending"); do
    if cmp -s "$state/pending/$used/key.pem" "$state/current/key.pem"; then
      for entry in $(numbers "$state/pending"); do
        if [ "$entry" -le "$used" ]; then rm -rf "$state/pending/$entry"; fi
      done
    fi
  done
}

# Removes what was installed, all but the current one and the one before it, where there is one to switch back to.
forget_generations() {
  in_use=$(readlink "$state/current")
  before=$(readlink "$state/previous" 2>/dev/null)
  for entry in $(numbers "$state/certs"); do
    case certs/$entry in "$in_use" | "$before") ;; *) rm -rf "$state/certs/$entry" ;; esac
  done
}

do_install() {
  read_certificates
  check_chain
  generation=$(installed_as)
  if [ -z "$generation" ]; then
    if ! key_file=$(key_for_certificate); then
      ask_again
      return
    fi
    add_generation "$key_file"
  fi
  switch_to "$generation"
  if ! [ -f "$state/current/worked" ]; then
    if ! try_certificate; then
      switch_back
      fail "the new certificate was tried and does not work; back to the one before"
    fi
    store "$state/certs/$generation/worked" </dev/null || fail "$state/certs/$generation cannot be written"
    say "installed certificate $fingerprint"
  fi
  confirm
  forget_used_keys
  forget_generations
}

# ---------------------------------------------------------------------------------------------------------------- confirm

# A confirmation is kept while it is handed in: if the call dies, the next one hands in the same bytes, which the job knows again.
confirm() {
  about="$sequence $fingerprint"
  if [ -z "$again" ] && [ "$(head -n 1 "$state/confirmed" 2>/dev/null)" = "$about" ]; then
    say "certificate $fingerprint is installed and confirmed"
    return
  fi
  if [ -n "$again" ] || [ "$(head -n 1 "$state/confirming" 2>/dev/null)" != "$about" ]; then
    sign_confirmation >"$work/ack.jws" || fail "the confirmation cannot be signed"
    { printf '%s\n' "$about" && cat "$work/ack.jws"; } | store "$state/confirming" || fail "$state/confirming cannot be written"
  fi
  tail -n +2 "$state/confirming" | tr -d '\n' >"$work/ack.jws"
  if [ -n "$gate" ]; then hand_to_gate "$work/ack.jws" /v1/ack application/jose; else hand_in "$work/ack.jws" "ack/$name.jws"; fi
  { mv -fT "$state/confirming" "$state/confirmed" && durable "$state"; } || fail "$state/confirmed cannot be written"
  say "confirmed certificate $fingerprint"
}

# That the device holds the new key.
sign_confirmation() {
  sign rotation-ack "$(printf '{"device":"%s","sequence":%s,"fingerprint":"%s","time":"%s"}' \
    "$(quoted "$device")" "$sequence" "$fingerprint" "$now_text")"
}

# That a CSR comes from this device.
sign_request() {
  csr=$(openssl req -in "$1" -outform DER 2>/dev/null | base64url)
  if [ -z "$csr" ]; then return 1; fi
  sign rotation-request "$(printf '{"device":"%s","time":"%s","csr":"%s"}' "$(quoted "$device")" "$now_text" "$csr")"
}

# Of a device id, as a text of JSON has it.
quoted() { printf '%s\n' "$1" | sed 's/["\\]/\\&/g'; }

# A compact JWS (RFC 7515) of the type $1 with the payload $2, by the key of the certificate that is in use.
sign() {
  openssl pkey -in "$state/current/key.pem" -pubout -out "$work/own.pem" || return 1
  kind=$(kind_of "$work/own.pem")
  algorithm=$(algorithm_of "$kind")
  if [ -z "$algorithm" ]; then return 1; fi
  head=$(printf '{"alg":"%s","typ":"%s"}' "$algorithm" "$1" | base64url)
  body=$(printf %s "$2" | base64url)
  printf %s "$head.$body" | openssl dgst "-$(digest_of "$algorithm")" -sign "$state/current/key.pem" >"$work/der" || return 1
  case $kind in
    ecdsa-*) der_to_joined "$(size_of "$kind")" <"$work/der" >"$work/joined" || return 1 ;;
    *) cat "$work/der" >"$work/joined" ;;
  esac
  printf '%s.%s.%s\n' "$head" "$body" "$(base64url <"$work/joined")"
}

# ------------------------------------------------------------------------------------------------------------------- none

do_none() {
  # Only a rotation that was confirmed leaves nothing of the old certificate. Elsewhere it may be the new one that is no longer good, and
  # the old one the only one left.
  if [ "$(json "$work/payload" /reason/code)" != confirmed ]; then
    say "nothing to do: $(json "$work/payload" /reason/text)"
    return
  fi
  if [ -f "$state/current/worked" ]; then
    rm -f "$state/previous"
    forget_generations
  fi
  say "nothing to do"
}

# ------------------------------------------------------------------------------------------------------------------- main

device='' account='' state='' manifests='' inbox='' gate='' server_authorities='' key='' authorities='' trial='' configuration='' again=''

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -[dmigskaAtc])
        if [ $# -lt 2 ]; then misused "$1 needs a value"; fi
        case $1 in
          -d) state=$2 ;;
          -m) manifests=$2 ;;
          -i) inbox=$2 ;;
          -g) gate=$2 ;;
          -s) server_authorities=$2 ;;
          -k) key=$2 ;;
          -a) authorities=$2 ;;
          -A) account=$2 ;;
          -t) trial=$2 ;;
          -c) configuration=$2 ;;
        esac
        shift 2
        ;;
      --confirm-again)
        again=yes
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      --)
        shift
        break
        ;;
      -?*) misused "there is no option $1" ;;
      *) break ;;
    esac
  done
  if [ $# -gt 1 ]; then misused "one device id was expected, and there are $#"; fi
  device=${1:-}
}

read_configuration() {
  if ! [ -f "$1" ]; then misused "there is no file $1"; fi
  while IFS= read -r line || [ -n "$line" ]; do
    value=${line#*=}
    case $line in
      '' | '#'*) ;;
      DEVICE=*) device=${device:-$value} ;;
      ACCOUNT=*) account=${account:-$value} ;;
      STATE=*) state=${state:-$value} ;;
      MANIFESTS=*) manifests=${manifests:-$value} ;;
      INBOX=*) inbox=${inbox:-$value} ;;
      GATE=*) gate=${gate:-$value} ;;
      SERVER_AUTHORITIES=*) server_authorities=${server_authorities:-$value} ;;
      KEY=*) key=${key:-$value} ;;
      AUTHORITIES=*) authorities=${authorities:-$value} ;;
      TRIAL=*) trial=${trial:-$value} ;;
      *) misused "$1: \`$line\` is no setting" ;;
    esac
  done <"$1"
}

check_options() {
  if [ -z "$device" ]; then misused "which device?"; fi
  if [ "$(printf %s "$device" | wc -c)" -gt 128 ] || [ -n "$(printf %s "$device" | tr -d '\040-\176\200-\377' | hex)" ]; then
    misused "a device id has 1 to 128 bytes and no control characters"
  fi
  if [ -n "$gate" ]; then
    if [ -n "$manifests$inbox" ]; then misused "the gate (-g) stands in place of manifests (-m) and inbox (-i)"; fi
    case $gate in https://?*) gate=${gate%/} ;; *) misused "the gate is https://HOST:PORT, and not \`$gate\`" ;; esac
    if [ -n "$server_authorities" ] && ! [ -f "$server_authorities" ]; then misused "there is no file $server_authorities"; fi
  else
    if [ -z "$manifests" ]; then misused "where are the manifests? (-m, or -g)"; fi
    if [ -z "$inbox" ]; then misused "where is the inbox? (-i, or -g)"; fi
  fi
  if [ -n "$gate" ] || is_url "$manifests" || is_url "$inbox"; then
    command -v curl >/dev/null 2>&1 || misused "a URL needs curl"
  fi
  state=${state:-/var/lib/device-agent}
  # Names that start with a dash are options to some tools, and the trial runs elsewhere.
  case $state in /*) ;; *) state=$PWD/$state ;; esac
  key=${key:-$state/keys.json}
  if [ -n "$authorities" ] && ! [ -f "$authorities" ]; then misused "there is no file $authorities"; fi
}

main() {
  read_options "$@"
  if [ -n "$configuration" ]; then read_configuration "$configuration"; fi
  check_options
  # For tests: the time to go by, instead of the clock.
  now_text=${AGENT_NOW:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}
  now=$(epoch "$now_text") || misused "AGENT_NOW is no time: $now_text"

  mkdir -p "$state" || fail "$state cannot be made"
  trap unlock EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  lock
  work=$state/work
  rm -rf "$work"
  mkdir -p "$work" "$state/pending" "$state/certs" || fail "$state cannot be written"

  if [ -f "$state/device" ] && [ "$(cat "$state/device")" != "$device" ]; then fail "$state belongs to another device: $(cat "$state/device")"; fi
  last=0
  if [ -f "$state/sequence" ]; then last=$(cat "$state/sequence"); fi
  case $last in '' | *[!0-9]*) fail "$state/sequence holds no number" ;; esac

  name=$(file_name "$device")
  if ! fetch_manifest "$work/manifest.jws"; then
    if [ "$last" -gt 0 ]; then later "the manifest is gone, and there was one before"; fi
    say "there is no manifest for this device yet: nothing to do"
    return
  fi
  check_signature "$work/manifest.jws"
  check_payload
  remember_manifest
  case $action in
    rekey) do_rekey ;;
    install) do_install ;;
    none) do_none ;;
  esac
}

main "$@"
