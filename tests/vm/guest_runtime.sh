# Inside the VM, in a unit with Delegate=yes: the tests of tests/runtime, with the group of the
# unit as the box's own.
set -euo pipefail

fail() {
    echo "FAIL: $*"
    exit 1
}

[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || fail "this kernel does not run cgroup v2"
group=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
[ "$group" = /sys/fs/cgroup/system.slice/foyer-node.service ] || fail "not in a unit of its own"
command -v wireguard-go && fail "wireguard-go is here, so nothing would prove the kernel's"
modprobe wireguard || fail "this kernel has no WireGuard"

cd /srv/in/runtime
# As a restarted agent finds itself: in the leaf that its predecessor made. A group that hands
# controllers down holds no process.
mkdir "$group/agent"
echo $$ >"$group/agent/cgroup.procs"
FOYER_TEST_CGROUP=chosen python3 -B container_test.py /srv/in/bin
[ -d "$group/partitions" ] || fail "the partitions' group is not in the unit's"
for controller in cpu memory pids; do
    grep -qw $controller "$group/partitions/cgroup.subtree_control" ||
        fail "the partitions' group does not hand down $controller"
done
echo "ok: containers and their limits under cgroup v2, in the group that systemd delegated"
FOYER_TEST_CGROUP=chosen python3 -B fence_test.py /srv/in/bin
echo "ok: the fences of leases under cgroup v2, with the agent's leaf frozen"
modprobe dm_crypt || fail "this kernel has no dm-crypt"
modprobe fuse || fail "this kernel has no FUSE"
FOYER_TEST_CGROUP=chosen python3 -B volume_test.py /srv/in/bin 2>&1 | tee /tmp/volume.log
! grep -q skipped /tmp/volume.log || fail "a volume's test was skipped"
echo "ok: encrypted volumes, by the kernel's fscrypt, by LUKS and by gocryptfs"
python3 -B overlay_test.py /srv/in/bin
echo "ok: the overlay with the kernel's WireGuard"
