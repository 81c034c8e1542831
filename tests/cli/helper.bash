ROOT="$(cd "$(dirname "$BATS_TEST_FILENAME")/../.." && pwd)"; BIN="$ROOT/bin"; PATH="$BIN:$PATH"; export TRM_SHARED="${TRM_SHARED:-$ROOT/../shared}"
