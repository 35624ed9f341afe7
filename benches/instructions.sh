#!/bin/sh
# Instructions of engine and kernel side by side, counted by callgrind. Needs valgrind.
#
#     benches/instructions.sh            sizes 100 to 100,000
#     benches/instructions.sh 1000       this size
#
# Counting begins with the replications, so building the model and the world is not in it.
set -eu

# Valgrind counts a copy done by one string instruction (rep movsb) as one instruction a byte, which no processor
# does. glibc is told to copy with vector instructions instead; elsewhere resets look dearer than they are.
export GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000

cd "$(dirname "$0")/.."
program=$(cargo bench --bench cascade --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\)).*/\1/p')
[ -n "$program" ] || { echo "the bench does not build: cargo bench --bench cascade --no-run" >&2; exit 1; }

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="*measured_$1*" \
        "$program" --callgrind "$1" "$2" "$3" 2>&1 | sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
}

printf '%9s %14s %14s %6s\n' assets engine kernel ratio
for assets in ${*:-100 300 1000 10000 100000}; do
    replications=$((200000 / assets))
    [ "$replications" -ge 2 ] || replications=2
    engine=$(count engine "$assets" "$replications")
    kernel=$(count kernel "$assets" "$replications")
    awk -v a="$assets" -v e="$engine" -v k="$kernel" -v r="$replications" \
        'BEGIN { printf "%9d %14.0f %14.0f %6.2f\n", a, e / r, k / r, e / k }'
done
