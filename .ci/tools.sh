#!/bin/sh
# What make needs from the machine.
#
#   sh .ci/tools.sh venv chromium redis postgres node npm    see that these are there, or say what is missing and exit with 1
#   sh .ci/tools.sh which-chromium                           print the path of the browser that the tests drive
#   sh .ci/tools.sh which-postgres                           print the folder of PostgreSQL's initdb and pg_ctl
#
# On Debian and Ubuntu, as root or with a sudo that asks for no password, what is missing is installed with apt.
# Anywhere else nothing is installed outside the checkout: one line names what is missing and the command to type.
# Plain POSIX sh: it has to run on macOS too. PYTHON names another Python, CHROMIUM another browser, POSTGRES the
# folder of another PostgreSQL's programs.
# shellcheck disable=SC2046,SC2086,SC2005 # lists of tools and packages are words, and split on purpose
set -eu
cd "$(dirname "$0")/.."

OLDEST_PYTHON=3.11
OLDEST_NODE=18
OLDEST_POSTGRES=15

main() {
    if [ "$1" = which-chromium ]; then find_chromium; return; fi
    if [ "$1" = which-postgres ]; then find_postgres; return; fi
    case " $* " in *" venv "*) find_python ;; esac
    case " $* " in *" chromium "*) [ -z "${CHROMIUM:-}" ] || find_chromium >/dev/null ;; esac

    missing=$(missing_of "$@")
    if [ -n "$missing" ] && as_root=$(apt_prefix); then
        apt_install $missing
        missing=$(missing_of "$@")
    fi
    [ -z "$missing" ] || stop "Missing: $(describe $missing). To install: $(advice $missing)"

    case " $* " in *" chromium "*) prefer_shell ;; esac
    case " $* " in *" venv "*) make_venv ;; esac
}

stop() {
    echo "$*" >&2
    exit 1
}

missing_of() {
    for tool in "$@"; do
        "has_$tool" >/dev/null 2>&1 || echo "$tool"
    done
}

# --- Is it there? ---------------------------------------------------------------------------------------------------

has_venv() { venv_works || "$python" -c 'import ensurepip, venv'; }
has_chromium() { find_chromium; }
has_shell() { command -v chromium-headless-shell; }
has_redis() { command -v redis-server; }
has_postgres() { find_postgres; }
has_node() { [ "$(node -p 'parseInt(process.versions.node)')" -ge "$OLDEST_NODE" ]; }
has_npm() { command -v npm; }

find_chromium() {
    if [ -n "${CHROMIUM:-}" ]; then
        command -v "$CHROMIUM" || stop "CHROMIUM names no program: $CHROMIUM"
        return
    fi
    # The shell first: without the browser around the page, a window costs a sixth of the time.
    for browser in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if command -v "$browser"; then return; fi
    done
    return 1
}

# Debian, Fedora's and Homebrew's packages keep them off the PATH, each version in a folder of its own.
find_postgres() {
    if [ -n "${POSTGRES:-}" ]; then
        is_new_postgres "$POSTGRES" || stop "POSTGRES names no folder of PostgreSQL $OLDEST_POSTGRES or newer: $POSTGRES"
        echo "$POSTGRES"
        return
    fi
    on_path=$(command -v initdb) || on_path=
    for folder in "${on_path%/initdb}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin; do
        if is_new_postgres "$folder"; then echo "$folder"; return; fi
    done
    return 1
}

# "initdb (PostgreSQL) 15.18 (Debian ...)"; a client alone has no initdb.
is_new_postgres() {
    version=$("$1/initdb" --version 2>/dev/null | sed 's/^[^0-9]*\([0-9]*\).*/\1/') && [ "${version:-0}" -ge "$OLDEST_POSTGRES" ]
}

# Where apt can give it at once. Without it the tests take longer, and that is all.
prefer_shell() {
    if [ -n "${CHROMIUM:-}" ] || has_shell >/dev/null || ! as_root=$(apt_prefix); then return; fi
    ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt_get update >/dev/null || true
    if [ -n "$(apt-cache madison chromium-headless-shell 2>/dev/null)" ]; then apt_install shell; fi
}

# --- Python and .venv -----------------------------------------------------------------------------------------------

# Sets $python: the one that PYTHON names, or the first on the PATH that is new enough (macOS's own python3 is not).
find_python() {
    if [ -z "${PYTHON:-}" ] && venv_works; then python=.venv/bin/python; return; fi
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_new_enough "$python"; then return; fi
    done
    for python in ${PYTHON:-python3}; do
        found=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null) || found="not there"
        stop "Posthorn needs Python $OLDEST_PYTHON or newer; $python is $found. Name another: PYTHON=python3.12 make run"
    done
}

is_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$OLDEST_PYTHON'.split('.'))))" 2>/dev/null
}

minor_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# A .venv stops working when its Python is upgraded or when its making was interrupted.
venv_works() { is_new_enough .venv/bin/python && .venv/bin/python -c 'import pip' 2>/dev/null; }

make_venv() {
    if venv_works && [ "$(minor_version .venv/bin/python)" = "$(minor_version "$python")" ]; then return; fi
    echo "Making .venv with Python $(minor_version "$python") ..."
    "$python" -m venv --clear .venv
}

# --- Installing, or saying how --------------------------------------------------------------------------------------

# Prints what apt-get must be called with ("env", or "sudo -n env"); fails where it cannot be used.
apt_prefix() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then echo env; return; fi
    sudo -n true >/dev/null 2>&1 && echo "sudo -n env"
}

apt_get() {
    # root's PATH may lack sbin, where dpkg's helpers are.
    $as_root DEBIAN_FRONTEND=noninteractive PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" \
        apt-get -q -o DPkg::Lock::Timeout=120 "$@" </dev/null 2>&1
}

# One tool at a time: one that apt cannot give takes no other with it, and Node.js from some sources brings npm along.
# --no-remove: nothing that somebody chose goes away for a test.
apt_install() {
    apt_get update >/dev/null || true
    for tool in "$@"; do
        "has_$tool" >/dev/null 2>&1 && continue
        echo "Installing $(describe "$tool") with apt ..."
        [ "$tool" != postgres ] || without_cluster
        output=$(apt_get install -y --no-remove --no-install-recommends $(debian_packages "$tool")) ||
            echo "$output" | tail -n 5 >&2
    done
}

# Debian starts a server of the system's with the package. Tests have their own: nobody who did not ask for one gets it.
without_cluster() {
    file=/etc/postgresql-common/createcluster.conf
    [ -e $file ] || $as_root sh -c "mkdir -p ${file%/*} && echo 'create_main_cluster = false' >$file"
}

debian_packages() {
    for tool in "$@"; do
        case $tool in
            venv) echo "python$(minor_version "$python")-venv" ;;
            chromium) echo chromium fonts-liberation ;;
            shell) echo chromium-headless-shell ;;
            redis) echo redis-server ;;
            postgres) echo postgresql ;;
            node) echo nodejs ;;
            npm) echo npm ;;
        esac
    done
}

brew_packages() {
    for tool in "$@"; do
        case $tool in
            venv) echo python ;;
            chromium) echo google-chrome ;;
            redis) echo redis ;;
            postgres) echo postgresql@17 ;;
            node | npm) echo node ;;
        esac
    done | sort -u
}

describe() {
    list=
    for tool in "$@"; do
        case $tool in
            venv) name="Python's venv module" ;;
            chromium) name=Chromium ;;
            shell) name="Chromium's headless shell" ;;
            redis) name=redis-server ;;
            postgres) name="PostgreSQL $OLDEST_POSTGRES or newer" ;;
            node) name="Node.js $OLDEST_NODE or newer" ;;
            npm) name=npm ;;
        esac
        list="$list${list:+, }$name"
    done
    echo "$list"
}

advice() {
    if [ "$(uname)" = Darwin ]; then
        echo brew install $(brew_packages "$@")
    elif command -v apt-get >/dev/null; then
        echo sudo apt-get install $(debian_packages "$@")
    else
        echo "see your system's packages ($(echo $(debian_packages "$@")) on Debian)"
    fi
}

main "$@"
