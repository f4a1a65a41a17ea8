#!/bin/sh
# The agent's tests on the Python that Debian trixie ships (3.13), in a root folder of its own; `make agent-trixie` calls it.
#
#     tests/trixie.sh [PYTEST ARGUMENT…]
#
# TRIXIE names a root folder that is there already; else one is made below agent/.run, once.
set -eu

agent=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=${TRIXIE:-$agent/.run/trixie}

skip() {
    echo "agent-trixie: skipped: $1"
    exit 0
}

[ "$(id -u)" -eq 0 ] || skip "only root can enter a root folder"
if [ ! -x "$root/usr/bin/python3.13" ]; then
    command -v debootstrap >/dev/null || skip "debootstrap is not installed"
    debootstrap --variant=minbase --include=python3.13,python3.13-venv,ca-certificates trixie "$root"
fi

# Names and authorities are this machine's; what is tested is a copy, so that nothing of it is written to.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
rm -rf "$root/srv/agent" "$root/srv/schemas"
mkdir -p "$root/srv/agent"
cp -R "$agent/src" "$agent/tests" "$agent/requirements" "$agent/pyproject.toml" "$agent/README.md" "$agent/setpoint-agent.pth" "$root/srv/agent/"
cp -R "$agent/../schemas" "$root/srv/schemas"

exec chroot "$root" sh -eu -c '
    cd /srv/agent
    if ! cmp -s requirements/test.txt /opt/agent/.ready; then
        python3.13 -m venv --clear /opt/agent
        /opt/agent/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
        cp requirements/test.txt /opt/agent/.ready
    fi
    exec /opt/agent/bin/pytest -p no:cacheprovider "$@"
' agent-trixie "$@"
