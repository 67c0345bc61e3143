# What the scripts of .ci and python/run_tests share; sourced by them, in the root of the project.
#
# A stage has a budget: the seconds it takes on a quiet machine. A slow machine is no fault, so more is a warning. What takes
# ten times as long hangs: it is ended, and fails. Works with the bash 3.2 of macOS and with Git's on Windows, which have no
# `timeout`.

patience=${patience:-10}
running=
scratch=$(mktemp -d)
trap 'end_running; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
export CARGO_TERM_COLOR=never

fail() {
    echo "ci: $*" >&2
    exit 1
}

warn() { echo "ci: warning: $*" >&2; }

# skip WHY…: ends a stage that cannot be done here.
skip() {
    echo "skipped: $*"
    exit 77
}

# What comes after a stage that failed; a script that goes on has a function of its own.
failed() { exit 1; }

# Ends the command of the stage, with all that it has started: they are a process group.
end_running() {
    local group=$running try
    running=
    [ -n "$group" ] || return 0
    for try in TERM KILL; do
        kill -s "$try" -- "-$group" 2>/dev/null || kill -s "$try" "$group" 2>/dev/null || return 0
        sleep 1
    done
}

# stage NAME BUDGET_SECONDS COMMAND…: runs it and prints how long it took. Then $outcome is passed, slow, skipped, failed or
# hung, and $seconds is what it took. Not to be called within `if` or `||`, where bash would ignore `set -e` in the command.
stage() {
    local name=$1 budget=$2 began=$SECONDS status=0
    local limit=$((patience * budget))
    shift 2
    echo "=== $name"
    set -m # a process group of its own
    (
        set +m -e
        "$@"
    ) </dev/null &
    running=$!
    set +m
    outcome=
    while kill -0 "$running" 2>/dev/null; do
        if [ $((SECONDS - began)) -ge "$limit" ]; then
            outcome=hung
            end_running 2>/dev/null
            break
        fi
        sleep 0.2
    done
    [ -z "$running" ] || wait "$running" || status=$?
    running=
    seconds=$((SECONDS - began))
    judge "$name" "$budget" "$status"
}

# judge NAME BUDGET_SECONDS STATUS: the outcome of the stage that took $seconds.
judge() {
    case ${outcome:-$3} in
    hung) ;;
    0) outcome=passed ;;
    77) outcome=skipped ;;
    *) outcome=failed ;;
    esac
    echo "=== $1: $seconds s (budget $2 s)"
    if [ "$outcome" = hung ]; then
        echo "ci: $1 was ended after $seconds s, $patience times its budget of $2 s: it hangs" >&2
        failed
    elif [ "$outcome" = failed ]; then
        echo "ci: $1 failed" >&2
        failed
    elif [ "$seconds" -gt "$2" ]; then
        [ "$outcome" = skipped ] || outcome=slow
        warn "$1 took $seconds s, more than the $2 s of a quiet machine"
    fi
}

# The version of the project, and the folder that cargo builds into.
manifest_version() { sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1; }
target_folder() { cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/; s/\\\\/\//g'; }

# The experiments: the names under [[example]], wherever they are listed.
experiments() {
    local manifest
    for manifest in Cargo.toml lab/Cargo.toml; do
        [ ! -f "$manifest" ] ||
            awk '/^\[/ { inside = /^\[\[example\]\]/ } inside && /^name *=/ { gsub(/^name *= *"|".*$/, ""); print }' "$manifest"
    done
}
