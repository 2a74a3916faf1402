#!/usr/bin/env bash
# Everything that needs a GPU, within ten minutes: tests, compute-sanitizer, benchmark.  Run from the repository root:
#
#     bash benchmarks/gpu.sh
#
# PYTHON   the interpreter (default python3), with torch, cupy, numpy, numba, scipy, pytest and hypothesis
# OUT      where the table goes (default benchmarks)
# COMMIT   what to call the commit where the tree is a copy without its history
# LIMIT    seconds for everything (default 570)
set -euo pipefail
python=${PYTHON:-python3}
out=${OUT:-benchmarks}
limit=${LIMIT:-570}
export PYTHONPATH=.${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
failed=()

stage() { # NAME SECONDS COMMAND...: run it, but no longer than that, and than is left in all; go on where it fails
    local name=$1 seconds=$2 left=$((limit - SECONDS)) begin=$SECONDS status=0
    shift 2
    printf '\n== %s\n' "$name"
    if [ "$left" -lt 5 ]; then
        echo "no time is left for it"
        failed+=("$name")
        return
    fi
    timeout --kill-after=5 "$((seconds < left ? seconds : left))" "$@" || status=$?
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then
        echo "stopped after $((SECONDS - begin)) s"
    fi
    if [ "$status" != 0 ]; then
        failed+=("$name (status $status)")
    fi
    echo "-- $name: status $status, $((SECONDS - begin)) s"
}

find_sanitizer() {
    local beside_nvcc
    beside_nvcc=$(dirname "$(command -v nvcc || echo ./nvcc)")
    command -v compute-sanitizer || command -v "${CUDA_HOME:-${CUDA_PATH:-.}}/bin/compute-sanitizer" \
        || command -v "$beside_nvcc/compute-sanitizer" || true
}

versions() {
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
    "$python" -c 'from prox.torch_timing import gpu; print(*gpu("benchmarks/gpu.sh").description, sep="\n")'
    "$python" -c 'from particles.measure import machine; print(*machine(), sep="\n")'
    if [ -n "${COMMIT:-}" ]; then echo "COMMIT $COMMIT"; fi
}

tests() { # warnings that other versions of packages have to tell are no errors here
    REQUIRE=gpu,torch,cupy exec "$python" -m pytest -q -W default -p no:cacheprovider --maxfail=20 --durations=5 \
        tests/test_on_gpu.py tests/test_on_gpu_queue.py
}

sanitized() { # TOOL: nothing but kernels of ours, each array an allocation of its own
    exec "$sanitizer" --tool "$1" --error-exitcode 9 --print-limit 5 "$python" benchmarks/small_calls.py "$1"
}

benchmark() { # TABLE: it is there when it is complete
    "$python" -m prox bench --device cuda | sed -u "s/^- commit unknown,/- commit ${COMMIT:-unknown},/" | tee "$1.part"
    mv "$1.part" "$1"
    echo "written to $1"
}

export python sanitizer
sanitizer=$(find_sanitizer)
export -f versions tests sanitized benchmark

mkdir -p "$out"
device=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) || device=""
if [ -z "$device" ]; then
    echo "benchmarks/gpu.sh needs an NVIDIA GPU, and nvidia-smi shows none" >&2
    exit 2
fi
name=$(tr '[:upper:]' '[:lower:]' <<<"$device" | tr -cs 'a-z0-9\n' -)

stage "device and versions" 60 bash -euo pipefail -c versions
stage "compiling" 150 "$python" benchmarks/small_calls.py "first calls"
stage "tests" 200 bash -euo pipefail -c tests
if [ -n "$sanitizer" ]; then
    for tool in memcheck racecheck synccheck; do
        stage "compute-sanitizer $tool" 60 bash -euo pipefail -c 'sanitized "$1"' _ "$tool"
    done
else
    printf '\n== compute-sanitizer is not here: no memcheck, racecheck or synccheck\n'
fi
table="$out/gpu-$name-$(date +%Y-%m-%d).md"
trap 'rm -f "$table.part"' EXIT
stage "benchmark" 360 bash -euo pipefail -c 'benchmark "$1"' _ "$table"

printf '\n== %d s in all; ' "$SECONDS"
if [ "${#failed[@]}" -gt 0 ]; then
    printf 'FAILED: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
echo "all passed"
