#!/bin/sh
# A throw-away PostgreSQL of Debian's packages, for tests.
#
#   scripts/postgres.sh start         prints two lines: its folder, and a URL with CREATEDB rights
#   scripts/postgres.sh stop FOLDER   stops it and removes the folder
#
# It listens on loopback at a port that was free, and on a socket in its own folder. Its settings
# are the defaults that keep data (fsync stays on); only the empty cluster itself is made without
# waiting for the disk. PostgreSQL refuses to run as root: then it runs as user postgres.
set -eu

program() {
    found=$(command -v "$1" || true)
    if [ -z "$found" ]; then
        for candidate in /usr/lib/postgresql/*/bin/"$1"; do
            [ -x "$candidate" ] && found=$candidate
        done
    fi
    if [ -z "$found" ]; then
        echo "postgres.sh: $1 is missing: install Debian's package 'postgresql'" >&2
        exit 3
    fi
    echo "$found"
}

as_server() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

free_port() {
    python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

start() {
    initdb=$(program initdb)
    pg_ctl=$(program pg_ctl)
    folder=$(mktemp -d /tmp/vitrylo-postgres.XXXXXX)
    trap 'stop "$folder" 2>/dev/null || true' EXIT
    trap 'exit 1' INT TERM
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$folder/password")
    password=$(cat "$folder/password")
    if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$folder"; fi
    as_server "$initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-sync \
        >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
    for attempt in 1 2 3 4 5; do
        port=$(free_port)
        if as_server "$pg_ctl" --pgdata="$folder/data" --log="$folder/data/server.log" --wait \
            --timeout=60 -o "-p $port -c listen_addresses=127.0.0.1 -k $folder" \
            start >/dev/null 2>&1; then
            break
        fi
        if [ "$attempt" = 5 ]; then cat "$folder/data/server.log" >&2; exit 1; fi
    done
    PGPASSWORD=$password "$(program psql)" --quiet --no-psqlrc --set=ON_ERROR_STOP=1 \
        "host=127.0.0.1 port=$port user=postgres dbname=postgres" >/dev/null <<SQL
CREATE ROLE vitrylo LOGIN CREATEDB PASSWORD '$password';
CREATE DATABASE vitrylo OWNER vitrylo;
SQL
    trap - EXIT
    echo "$folder"
    echo "postgresql+psycopg://vitrylo:$password@127.0.0.1:$port/vitrylo"
}

stop() {
    case $1 in
        /tmp/vitrylo-postgres.*) ;;
        *) echo "postgres.sh: $1 is no folder of mine" >&2; exit 2 ;;
    esac
    if [ -f "$1/data/postmaster.pid" ]; then
        as_server "$(program pg_ctl)" --pgdata="$1/data" --mode=fast --wait stop >/dev/null
    fi
    rm -rf "$1"
}

case ${1:-} in
    start) start ;;
    stop) stop "${2:?the folder that start printed}" ;;
    *) sed -n '2,9p' "$0"; exit 2 ;;
esac
