# Inside the VM, in a unit with Delegate=yes: crun limits memory, processes and processor of a
# container under cgroup v2, and the same container without limits is not limited (so the proof can
# fail).
set -euo pipefail

fail() {
    echo "FAIL: $*"
    exit 1
}

[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || fail "this kernel does not run cgroup v2"
group=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)

# A group that holds processes cannot hand controllers down: step into a leaf first.
mkdir "$group/agent"
echo $$ >"$group/agent/cgroup.procs"
echo "+memory +pids +cpu" >"$group/cgroup.subtree_control"

root=/srv/root
mkdir -p $root/bin $root/proc $root/dev $root/sys $root/tmp
cp /bin/busybox $root/bin/
for name in sh cat dd true; do ln -sf busybox $root/bin/$name; done
ln -sf busybox $root/bin/yes
ln -sf busybox $root/bin/sleep

# make_bundle FOLDER NAME RESOURCES: root of a user namespace, no capabilities, read-only root.
make_bundle() {
    mkdir -p "$1"
    cat >"$1/config.json" <<END
{"ociVersion": "1.0.2", "root": {"path": "$root", "readonly": true},
 "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "args": ["/bin/sleep", "1000"],
   "env": ["PATH=/bin"], "noNewPrivileges": true, "capabilities": {}},
 "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "mode=755"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}],
 "linux": {"cgroupsPath": "${group#/sys/fs/cgroup}/$2", "resources": $3,
   "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
   "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
   "namespaces": [{"type": "user"}, {"type": "pid"}, {"type": "mount"}, {"type": "ipc"},
                  {"type": "uts"}, {"type": "network"}, {"type": "cgroup"}]}}
END
}

crun() { command crun --cgroup-manager=cgroupfs "$@"; }
eat_memory='dd if=/dev/zero of=/tmp/x bs=1M count=150 2>/dev/null'
eat_pids='n=0; while [ $n -lt 40 ]; do sleep 300 & n=$((n + 1)); done; exit 0'
eat_cpu='n=0; while [ $n -lt 60000 ]; do n=$((n + 1)); done'
value() { awk -v key="$2" '$1 == key { print $2 }' "$group/$1"; }

make_bundle /srv/limited limited '{"memory": {"limit": 67108864, "swap": 67108864},
    "pids": {"limit": 20}, "cpu": {"quota": 10000, "period": 100000}}'
make_bundle /srv/free free '{}'
trap 'for name in limited free; do crun delete -f $name 2>/dev/null || true; done' EXIT
for name in limited free; do
    crun run -d --bundle /srv/$name $name >/srv/$name/log 2>&1 </dev/null ||
        fail "crun run $name: $(cat /srv/$name/log)"
done

[ "$(cat "$group/limited/memory.max")" = 67108864 ] || fail "memory.max is not what was asked"
[ "$(cat "$group/limited/pids.max")" = 20 ] || fail "pids.max is not what was asked"
[ "$(cat "$group/limited/cpu.max")" = "10000 100000" ] || fail "cpu.max is not what was asked"
echo "ok: the limits stand in $group/limited"

status=$(crun exec limited cat /proc/1/status)
grep -q '^CapEff:[[:space:]]*0*$' <<<"$status" || fail "the container has capabilities"
grep -q '^NoNewPrivs:[[:space:]]*1$' <<<"$status" || fail "the container may gain privileges"
crun exec limited cat /proc/self/uid_map | grep -Eq '^ +0 +100000 +65536$' ||
    fail "no user namespace"
echo "ok: user namespace, no capabilities, no new privileges"

crun exec free sh -c "$eat_cpu"
crun exec limited sh -c "$eat_cpu"
[ "$(value limited/cpu.stat nr_throttled)" -gt 0 ] || fail "a busy loop was never throttled"
[ "$(value free/cpu.stat nr_throttled)" = 0 ] || fail "the control without a limit was throttled"
echo "ok: cpu: throttled $(value limited/cpu.stat nr_throttled) times at a tenth of a core"

crun exec free sh -c "$eat_memory" || fail "the control without a limit could not take 150 MiB"
crun exec limited sh -c "$eat_memory" && fail "150 MiB fitted under a limit of 64 MiB"
[ "$(value limited/memory.events oom_kill)" -gt 0 ] || fail "no process was killed for memory"
echo "ok: memory: killed at 64 MiB ($(value limited/memory.events oom_kill) kill)"
# What was written still counts against the limit; the next process must fit.
rm "/proc/$(crun state limited | jq .pid)/root/tmp/x"

crun exec free sh -c "$eat_pids" || fail "the control without a limit could not start 40 processes"
crun exec limited sh -c "$eat_pids" 2>/dev/null || true
[ "$(value limited/pids.events max)" -gt 0 ] || fail "40 processes fitted under a limit of 20"
echo "ok: pids: a fork was refused at 20"

for name in limited free; do crun delete -f $name; done
[ ! -e "$group/limited" ] || fail "the control group outlived its container"
echo "ok: nothing is left behind"
