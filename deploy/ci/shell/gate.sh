#!/bin/sh
# Asks Setpoint's gate whether a release may go on, and exits as it does:
#   0 admitted, 1 refused, 2 wrong usage or input, 3 could not tell.
#
# Everything is said by variables of the environment, so that no text of others ever becomes a part of a script:
#   SETPOINT_SERVICE, SETPOINT_RELEASE   what is released (both are needed)
#   SETPOINT_STAGE                       build, deploy (the usual one) or admit
#   SETPOINT_SERVER, SETPOINT_TOKEN      the control plane, and who asks it; SETPOINT_TOKEN_FILE, SETPOINT_CA_FILE
#   SETPOINT_CONFIG                      the configuration that decides without a server
#   SETPOINT_SCAN                        the folder whose source is scanned first; empty for none
#   SETPOINT_BASE                        the commit that new weaknesses are told apart from
#   SETPOINT_SARIF                       what other tools told, a file a line
#   SETPOINT_THRESHOLD_FILE, _KEY        the signed last thresholds, and their key itself (its 64 digits): they decide
#                                        while the control plane is away
#   SETPOINT_ON_UNKNOWN                  admit or refuse what could not be told
#   SETPOINT_REPORTS                     the folder for the reports (setpoint-reports)
#   SETPOINT_PROGRAM                     the program, where it is not found by its name
set -u

program=${SETPOINT_PROGRAM:-setpoint}
reports=${SETPOINT_REPORTS:-setpoint-reports}
key=

say() {
    printf 'gate: %s\n' "$1" >&2
}

clean_up() {
    if [ -n "$key" ]; then
        rm -f -- "$key"
    fi
}
trap clean_up EXIT
trap 'exit 3' HUP INT TERM # whoever is stopped has decided nothing

explain() {
    case $1 in
        0) say "admitted: go on" ;;
        1) say "refused: read the reasons above; setpoint gate --what-if says what would help" ;;
        2) say "wrong usage or input: mend the call; nothing was decided" ;;
        3) say "could not tell: treat it as refused, unless somebody answers for it" ;;
        *) say "the program ended with $1, which is no answer"; return 3 ;;
    esac
    return "$1"
}

# Of another run: nobody is to take them for this one's, however it ends.
rm -f -- "$reports/decision.json" "$reports/setpoint.sarif" "$reports/junit.xml" \
    "$reports/gl-code-quality-report.json" "$reports/summary.md"

if [ -z "${SETPOINT_SERVICE:-}" ] || [ -z "${SETPOINT_RELEASE:-}" ]; then
    say "SETPOINT_SERVICE and SETPOINT_RELEASE say what is released"
    explain 2
    exit
fi
if ! command -v "$program" >/dev/null 2>&1; then
    say "there is no program $program: python3 -m pip install 'setpoint[client,scan]'"
    explain 2
    exit
fi
if ! mkdir -p -- "$reports"; then
    explain 2
    exit
fi

set -- --service="$SETPOINT_SERVICE" --release="$SETPOINT_RELEASE" --stage="${SETPOINT_STAGE:-deploy}"
if [ -n "${SETPOINT_SCAN:-}" ]; then
    set -- "$@" --scan="$SETPOINT_SCAN"
fi
if [ -n "${SETPOINT_BASE:-}" ]; then
    set -- "$@" --base="$SETPOINT_BASE"
fi
if [ -n "${SETPOINT_ON_UNKNOWN:-}" ]; then
    set -- "$@" --on-unknown="$SETPOINT_ON_UNKNOWN"
fi
while IFS= read -r file; do
    if [ -n "$file" ]; then
        set -- "$@" --sarif="$file"
    fi
done <<END
${SETPOINT_SARIF:-}
END
if [ -n "${SETPOINT_THRESHOLD_FILE:-}" ]; then
    set -- "$@" --threshold-file="$SETPOINT_THRESHOLD_FILE"
fi
if [ -n "${SETPOINT_THRESHOLD_KEY:-}" ]; then
    key=$(mktemp) || { explain 2; exit; } # which only its owner can read
    printf '%s\n' "$SETPOINT_THRESHOLD_KEY" >"$key"
    set -- "$@" --threshold-key-file="$key"
fi

for each in json=decision.json sarif=setpoint.sarif junit=junit.xml gitlab=gl-code-quality-report.json \
    markdown=summary.md; do
    set -- "$@" --report="${each%%=*}=$reports/${each#*=}"
done

unset SETPOINT_THRESHOLD_KEY
"$program" gate "$@"
explain $?
