#!/bin/sh
# Sets up the independent printer simulator that tests/hardware/test_emupos.py compares with.
#
# emupos needs Python 3.13 and libraries of its own, so it lives in .venv-emupos beside the
# project's environment and runs as a separate process. Safe to run again.
# Exit: 0 ready, 3 no Python 3.13 on this machine (the test is then skipped and says so).
set -eu

# Two processes of tests may come at once: the second waits, and finds it ready.
exec 9<"$0"
! command -v flock >/dev/null || flock 9

root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/.venv-emupos"
version=0.4.0

if [ -x "$venv/bin/emupos" ] &&
    "$venv/bin/python" -c "
import importlib.metadata as m, sys
sys.exit(m.version('emupos') != '$version')" 2>/dev/null; then
    echo "emupos $version is ready in $venv"
    exit 0
fi

is_313() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null
}

python=""
for candidate in "${PYTHON313:-}" "$(command -v python3.13 || true)" \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python /opt/python/*3.13*/bin/python; do
    if [ -n "$candidate" ] && [ -x "$candidate" ] && is_313 "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "no Python 3.13 with venv found; set PYTHON313 to one" >&2
    exit 3
fi

rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "emupos==$version"
echo "emupos $version installed in $venv"
