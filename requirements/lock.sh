#!/usr/bin/env bash
# Make the lock files again from the *.in files: ./requirements/lock.sh [uv's options] (needs `uv` on PATH: pip install uv).
#
# Pins stay as they are where the *.in files allow it; `--upgrade` takes the newest, `--upgrade-package NAME` those of one
# package. Every pin has the SHA-256 of each of its files on PyPI, so pip installs these very files or nothing.
#
# One resolution serves Python 3.11 to 3.13 on Linux. NumPy is the one package that differs between the two
# workspace locks: 2.x for the wheels of ROS 2, 1.26 for a sourced ROS 2 that is built against it (apt Jazzy on
# Ubuntu 24.04). NumPy 1.26 has no wheels for Python 3.13, so that lock serves 3.11 and 3.12.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
options=("$@")
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

supported="sys_platform == 'linux' and platform_python_implementation == 'CPython' and python_version < '3.14'"
cat > "$work/pyproject.toml" <<TOML
[project]
name = "astra-lock"
version = "0"
[tool.uv]
environments = ["$supported"]
TOML
cp ./*.in "$work"

# The markers that only repeat what is supported are left out: they would hide the ones that matter.
drop_common_markers() {
    sed -E "s/python_full_version < '3.14' and //; s/platform_python_implementation == 'CPython' and //; \
s/ and sys_platform == 'linux'//; s/ ; sys_platform == 'linux'//"
}

compile() { # compile OUTPUT TITLE ARGS...
    local output="$1" title="$2"
    shift 2
    if [ -f "$output" ]; then cp "$output" "$work/resolved.txt"; fi # whose pins uv prefers
    (cd "$work" && uv pip compile --quiet --no-annotate --no-header --no-strip-extras --generate-hashes --output-file resolved.txt \
        --default-index https://pypi.org/simple "${options[@]}" "$@")
    { printf '# %s\n# Made by requirements/lock.sh: change the *.in files and run it, do not edit this.\n' "$title"
      drop_common_markers < "$work/resolved.txt"; } > "$output"
    rm -f "$work/resolved.txt"
}

echo 'numpy==2.4.6' > "$work/numpy.txt"
compile lock-numpy2.txt 'Run, build and check Astra with NumPy 2 (Python 3.11 to 3.13).' \
    --universal --python-version 3.11 --constraint numpy.txt runtime.in build.in dev.in
echo 'numpy==1.26.4' > "$work/numpy.txt"
compile lock-numpy1.txt 'Run, build and check Astra with NumPy 1.26 (Python 3.11 and 3.12).' \
    --universal --python-version 3.11 --constraint numpy.txt runtime.in build.in dev.in
sed -E '/^ +--hash=/d; s/ \\$//' lock-numpy2.txt > "$work/pins.txt"
compile lock-ros-jazzy.txt 'ROS 2 Jazzy as wheels, where none is sourced (goes with lock-numpy2.txt).' \
    --python-version 3.11 --python-platform x86_64-manylinux_2_28 --constraint pins.txt ros-jazzy.in
