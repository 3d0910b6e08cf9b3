#!/usr/bin/env bash
# Measures a cold `route-role check` of a folder against parse-all: walking, reading and parsing all of its Rust files on as many threads.
#
#   benches/compare.sh FOLDER [--copies N] [--runs N] [--threads N] [-- ARGUMENTS OF CHECK]
#
# Prints the ratio, the peak memory of `check` and, with `--copies N`, how both grow on N copies of the tree. Where hyperfine is installed, it gives its
# own opinion first.
set -euo pipefail

if [ $# -eq 0 ] || [ "$1" = "--help" ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 2
fi
[ -d "$1" ] || { echo "error: \`$1\` isn't a folder" >&2; exit 2; }
folder=$(cd "$1" && pwd)
shift

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
# One at a time: together, the yardstick would be built with the linter's features.
cargo build --quiet --release --package route-role-lint --bin route-role
cargo build --quiet --release --package route-role-measure

threads=$(nproc 2>/dev/null || sysctl -n hw.ncpu)
check=()
previous=
behind_dashes=
for argument in "$@"; do
    if [ -n "$behind_dashes" ]; then check+=("$argument"); fi
    if [ "$argument" = "--" ]; then behind_dashes=yes; fi
    if [ "$previous" = "--threads" ] && [ -z "$behind_dashes" ]; then threads=$argument; fi
    previous=$argument
done

if command -v hyperfine >/dev/null; then
    hyperfine --shell=none --warmup 2 --min-runs 15 \
        --command-name parse-all "$(printf '%q ' "$target/release/measure" --parse-all --threads "$threads" "$folder")" \
        --command-name check "$(printf '%q ' "$target/release/route-role" check --threads "$threads" --quiet --exit-zero "${check[@]+"${check[@]}"}" "$folder")"
fi
"$target/release/measure" --linter "$target/release/route-role" "$folder" --threads "$threads" "$@"
