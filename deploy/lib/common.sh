# Shared by the scripts of deploy/ and tests/. Source it; it changes no shell option.
#
# Two folders outside the tree keep what is expensive to make:
#   foyer_build_cache    ccache and npm packages, owned by whoever builds
#   foyer_machine_cache  images and VM roots, made as root

foyer_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$(basename "$0"): $*"
    exit 1
}

# Who builds: the person who called sudo if the tree is theirs to write, else the caller.
foyer_builder() {
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] &&
        setpriv --reuid "$SUDO_USER" --regid "$(id -g "$SUDO_USER")" --init-groups \
            test -w "$foyer_root"; then
        printf '%s\n' "$SUDO_USER"
    else
        id -un
    fi
}

# as_builder CMD…: runs CMD as the builder, with the builder's HOME.
as_builder() {
    local builder
    builder=$(foyer_builder)
    if [ "$builder" = "$(id -un)" ]; then
        "$@"
    else
        setpriv --reuid "$builder" --regid "$(id -g "$builder")" --init-groups \
            env HOME="$(getent passwd "$builder" | cut -d: -f6)" USER="$builder" "$@"
    fi
}

foyer_machine_cache() {
    if [ "$(id -u)" = 0 ]; then
        printf '/var/cache/foyer\n'
    else
        printf '%s\n' "$HOME/.cache/foyer"
    fi
}

foyer_build_cache() {
    local builder
    builder=$(foyer_builder)
    if [ "$builder" = root ]; then
        printf '/var/cache/foyer\n'
    else
        printf '%s/.cache/foyer\n' "$(getent passwd "$builder" | cut -d: -f6)"
    fi
}

# with_ccache CMD…: as the builder, with a compiler cache that every clone of the tree shares.
with_ccache() {
    local cache
    cache=$(foyer_build_cache)/ccache
    as_builder mkdir -p "$cache"
    as_builder env CCACHE_DIR="$cache" CCACHE_BASEDIR="$foyer_root" CCACHE_NOHASHDIR=1 \
        CCACHE_SLOPPINESS=pch_defines,time_macros "$@"
}

# Seconds since the machine booted, for measuring (never the wall clock).
foyer_seconds() { cut -d' ' -f1 /proc/uptime; }

# foyer_since START: seconds since START, one decimal.
foyer_since() { awk -v a="$1" -v b="$(foyer_seconds)" 'BEGIN { printf "%.1f", b - a }'; }

# A number for make and ctest: one job a core, but no more than memory carries (1.5 GiB a compiler).
foyer_jobs() {
    local cores memory_kib
    cores=$(nproc)
    memory_kib=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
    awk -v c="$cores" -v m="$((memory_kib / 1572864))" \
        'BEGIN { n = c < m ? c : m; print n < 1 ? 1 : n }'
}
