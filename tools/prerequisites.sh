#!/bin/sh
# Find a Python for the project's environment and check what an installation needs.
#
# usage: sh tools/prerequisites.sh [PYTHON]
#
# Prints the interpreter to use. Where something is missing, names it with the command that brings it, and exits with 1.
# Without PYTHON, takes the first of python3.12, python3.11, python3 and python that runs and is 3.11 or later.
set -u

missing=0

# need WHAT DEBIAN_PACKAGES FEDORA_PACKAGES MACOS_COMMAND: report one missing prerequisite.
need() {
    missing=$((missing + 1))
    printf 'Missing: %s\n' "$1" >&2
    sudo='sudo '
    [ "$(id -u)" -ne 0 ] || sudo=''
    if [ "$(uname -s)" = Darwin ]; then
        printf '  Install it with: %s\n' "$4" >&2
    elif command -v apt-get >/dev/null 2>&1; then
        printf '  Install it with: %sapt-get install -y %s\n' "$sudo" "$2" >&2
    elif command -v dnf >/dev/null 2>&1; then
        printf '  Install it with: %sdnf install -y %s\n' "$sudo" "$3" >&2
    else
        printf '  Install it with the package manager of this system (Debian: %s; Fedora: %s; macOS: %s)\n' \
            "$2" "$3" "$4" >&2
    fi
}

# Whether the command is a Python of at least 3.11. It is run, since a version manager leaves commands that only fail.
is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in python3.12 python3.11 python3 python; do
        if is_recent "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

check_python() {
    if [ -n "$1" ]; then
        python=$1
        is_recent "$python" && return
        what="Python 3.11 or later: PYTHON=$python is $("$python" --version 2>&1 | head -n 1)"
        command -v "$python" >/dev/null 2>&1 || what="Python 3.11 or later: there is no command $python"
    else
        python=$(find_python)
        [ -z "$python" ] || return
        what='Python 3.11 or later (none of python3.12, python3.11, python3 and python is)'
    fi
    # A system whose python3 is older has a later one under its version's name.
    if command -v python3 >/dev/null 2>&1; then
        need "$what" 'python3.11 python3.11-venv python3.11-dev' 'python3.12 python3.12-devel' \
            'brew install python@3.12'
    else
        need "$what" 'python3 python3-venv python3-dev' 'python3 python3-devel' 'brew install python@3.12'
    fi
    printf 'If another Python is installed, name it: make PYTHON=/path/to/python\n' >&2
    exit 1
}

check_venv() {
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        need "the modules venv and ensurepip of $python" "python$version-venv" "python$version" \
            "brew install python@$version"
}

# config NAME DEFAULT: how this Python was built, as sysconfig has it.
config() {
    "$python" -c "import sysconfig; print(sysconfig.get_config_var('$1') or '$2')"
}

# durable-rules is built from C source, with the tools this Python was built with unless CC and AR name others.
check_compiler() {
    compiler=${CC:-$(config CC cc)}
    archiver=${AR:-$(config AR ar)}
    include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    before=$missing

    absent=''
    for tool in "${compiler%% *}" "${archiver%% *}"; do
        command -v "$tool" >/dev/null 2>&1 || absent="$absent${absent:+ and }$tool"
    done
    [ -z "$absent" ] ||
        need "a C compiler ($absent), to build durable-rules" build-essential gcc 'xcode-select --install'
    [ -f "$include/Python.h" ] ||
        need "Python.h for $python (looked in $include)" "python$version-dev" "python$version-devel" \
            "brew install python@$version"

    [ "$missing" -eq "$before" ] || return
    # shellcheck disable=SC2086 # the compiler may come with options
    printf '#include <Python.h>\n' | $compiler -I"$include" -x c -fsyntax-only - >/dev/null 2>&1 ||
        need "what ${compiler%% *} needs to compile C (the C library's headers)" build-essential 'gcc glibc-devel' \
            'xcode-select --install'
}

check_python "${1:-}"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
check_venv
if "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
    check_compiler
fi

if [ "$missing" -gt 0 ]; then
    printf 'Then run the same command again. Another Python can be named: make PYTHON=/path/to/python\n' >&2
    exit 1
fi
printf '%s\n' "$python"
