# The first process of the machine: no systemd, so that a boot takes seconds. The kernel starts it
# from a disk of its own (/dev/vdb); /dev/vdc is a tar of what this boot needs.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for place in /proc /sys /dev /run; do
    mountpoint -q $place && continue
    case $place in
    /proc) mount -t proc proc /proc ;;
    /sys) mount -t sysfs sysfs /sys ;;
    /dev) mount -t devtmpfs devtmpfs /dev ;;
    /run) mount -t tmpfs tmpfs /run ;;
    esac
done
mkdir -p /dev/pts /dev/shm /run/in /run/netns
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/foyer
for group in /sys/fs/cgroup /sys/fs/cgroup/foyer; do
    echo "+cpu +memory +pids" >$group/cgroup.subtree_control
done
mount -t tmpfs tmpfs /run/in # where programs may be: not in /run itself
tar -xf /dev/vdc -C /run/in
# What systemd would have made at its start, from the list of device nodes of modules.
modprobe -a virtio_net virtio_console loop fuse dm_mod
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
python3 -B -S /run/in/guest.py
# It ends only by a mistake: say so on the console instead of a kernel's panic.
echo "power: the machine's own program ended"
sleep infinity
