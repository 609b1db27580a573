# What the tests of a cloud in one machine share; guest_cloud.py is its half inside. Sourced by a
# test, which calls these in turn:
#
#   gather_cloud NAME BUILD-FOLDER        packages and a release, in $work, which goes with the test
#   run_cloud GUEST.py [OPTION]…          the test inside; options are those of run-in-vm
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

gather_cloud() {
    [ "$(id -u)" = 0 ] || {
        echo "skipped: only root can make the VM's root"
        exit 77
    }
    work=$(mktemp -d "${TMPDIR:-/tmp}/foyer-vm-$1.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/debs"
    "$here/../../deploy/package" --no-build >/dev/null
    cp "$2"/*.deb "$work/debs"
    "$here/../image/minimal/build-image" --out "$work/release"
}

run_cloud() {
    local guest=$1
    shift
    "$here/run-in-vm" --time-limit 1700 --memory 2048 --copy "$work/debs" --copy "$work/release" \
        --copy "$here/guest_cloud.py" --copy "$here/guest_picture.py" --copy "$here/$guest" "$@" \
        -- python3 -B "/srv/in/$guest"
}
