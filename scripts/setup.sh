#!/usr/bin/env bash
# Makes a fresh Debian 12 machine ready for everything the Makefile offers: `make setup`.
#
# Installs what is missing of the Debian packages below (as root or with sudo), makes .venv from
# requirements.lock, whose every file is checked against its hash, and installs the project in it.
# Run again it does only what has changed since: the stamps in .venv/.stamps say what was done.
# The environment of the independent printer simulator is made by scripts/emupos_setup.sh.
set -euo pipefail

cd "$(dirname "$0")/.."
stamps=.venv/.stamps

say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

debian_packages=(
    ca-certificates    # pip checks the certificates of its registry
    git                # tests ask which files are tracked
    python3            # 3.11, built with profiles: see find_python
    python3-venv
    xvfb               # a screen in memory for the tests, with software GL
    libegl1            # windows where there is no X at all
    libgl1
    libmtdev1          # touch panels; Kivy complains without it
    libusb-1.0-0       # printers and readers on USB
    fonts-noto-core    # the text font: Kivy's own has no hryvnia sign
    fonts-droid-fallback  # Chinese on paper, for guests and dishes of that name
    chromium           # the back office in a browser
    postgresql         # the store's tests run on it too
    systemd            # systemd-analyze checks the units of docs/service
)

install_debian_packages() {
    local missing=() name sudo=()
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: see to these packages yourself: ${debian_packages[*]}"
        return
    fi
    for name in "${debian_packages[@]}"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
            missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then return; fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "run once as root, or install: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing Debian packages: ${missing[*]}"
    "${sudo[@]}" apt-get update -q
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Prints the interpreter for .venv: of those that fit, one that was built with profiles. The server
# decides everything in one thread, and such a build needs a fifth less processor for the same work
# (CONTRIBUTING, "What a command costs"). Debian builds its own so, without saying it in its
# settings; what pyenv builds is plain unless it was told otherwise. PYTHON has the first word.
find_python() {
    local name first="" fits profiled
    fits='import ensurepip, sys, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
    profiled='import sys, sysconfig
said = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
sys.exit(not (said or sys.executable.startswith("/usr/bin/")))'
    for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 /usr/bin/python3; do
        [ -n "$name" ] || continue
        "$name" -c "$fits" 2>/dev/null || continue
        first=${first:-$name}
        if [ "$name" = "${PYTHON:-}" ] || "$name" -c "$profiled"; then
            printf '%s\n' "$name"
            return
        fi
    done
    [ -n "$first" ] || fail "no Python of 3.11 to 3.13 with venv found; set PYTHON to one"
    printf '%s\n' "$first"
}

# Prints the lines of requirements.lock that pin the package $1 with its hashes.
locked() {
    awk -v start="$1==" 'index($0, start) == 1 { on = 1 } on { print } on && !/\\$/ { exit }' \
        requirements.lock
}

make_environment() {
    if ! .venv/bin/python -c '' 2>/dev/null; then
        local python
        python=$(find_python)
        say "making .venv with $("$python" --version)"
        rm -rf .venv
        "$python" -m venv .venv
    fi
    mkdir -p "$stamps"
    if ! cmp -s requirements.lock "$stamps/requirements.lock"; then
        say "installing the locked requirements"
        install_locked
        cp requirements.lock "$stamps/requirements.lock"
    fi
    if ! cmp -s pyproject.toml "$stamps/pyproject.toml" || [ ! -x .venv/bin/vitrylo ]; then
        say "installing the project"
        # setuptools is in the lock: nothing is fetched, and the environment's own copy builds.
        .venv/bin/uv pip install --quiet --python .venv/bin/python --offline \
            --no-deps --no-build-isolation --editable .
        cp pyproject.toml "$stamps/pyproject.toml"
    fi
}

# uv does in two seconds what takes pip twenty; it is a locked requirement itself.
install_locked() {
    if [ ! -x .venv/bin/uv ]; then
        locked uv > "$stamps/uv.lock"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes -r "$stamps/uv.lock"
    fi
    .venv/bin/uv pip install --quiet --python .venv/bin/python \
        --require-hashes -r requirements.lock
}

make_printer_simulator() {
    local code=0
    bash scripts/emupos_setup.sh >/dev/null || code=$?
    case $code in
        0) ;;
        3) say "without Python 3.13 the tests with the independent printer are skipped" ;;
        *) fail "scripts/emupos_setup.sh failed with $code" ;;
    esac
}

install_debian_packages
make_environment
make_printer_simulator
