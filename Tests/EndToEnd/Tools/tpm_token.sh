#!/bin/sh
# Sets the token `fleet` up in an emulated TPM (swtpm) that runs, with tpm2-pkcs11's own tool.
#
#   tpm_token.sh FOLDER PIN KEY...    KEY: ecc256, ecc384, rsa2048; its label is the same
#
# TPM2_PKCS11_STORE, TPM2_PKCS11_TCTI and TPM2TOOLS_TCTI must name FOLDER/store and the TPM's socket.
set -eu
folder=$1 pin=$2
shift 2
mkdir "$folder/store" "$folder/tools"
# There is no resource manager here, and a TPM has room for three objects: each command puts away what it loaded.
for command in /usr/bin/tpm2_*; do
  name=${command##*/}
  [ "$name" = tpm2_ptool ] && continue
  # shellcheck disable=SC2016 # the tool that is written expands them
  printf '#!/bin/sh\n%s "$@"\nstatus=$?\n/usr/bin/tpm2_flushcontext -t\nexit $status\n' "$command" >"$folder/tools/$name"
  chmod +x "$folder/tools/$name"
done
PATH=$folder/tools:$PATH
tpm2_ptool init --path "$folder/store"
tpm2_ptool addtoken --pid=1 --sopin=12345678 --userpin="$pin" --label=fleet --path "$folder/store"
for key in "$@"; do
  tpm2_ptool addkey --algorithm="$key" --label=fleet --userpin="$pin" --key-label="$key" --path "$folder/store"
done
