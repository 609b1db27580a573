#include "node-agent/check/read_machine.h"

#include <filesystem>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/check/disk_speed.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// A machine's /proc and /sys, as recorded, in a folder.
struct Recorded {
    test::TempFolder folder;

    Recorded& has(const std::string& file, const std::string& content) {
        const std::string path = folder.path() + file;
        REQUIRE(os::make_dirs(os::parent_of(path), 0755).ok());
        REQUIRE(os::write_atomically(path, content, {.mode = 0644}).ok());
        return *this;
    }
    MachineFacts read() const { return read_kernel(folder.path()); }
};

constexpr const char* v2_mounts =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("a Debian 12 on a small server") {
    Recorded box;
    box.has("/proc/cpuinfo", "processor\t: 0\nmodel name\t: N100\n\nprocessor\t: 1\n")
        .has("/proc/meminfo", "MemTotal:        7951604 kB\nMemFree: 1 kB\n")
        .has("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
        .has("/proc/self/mountinfo", v2_mounts)
        .has("/proc/self/cgroup", "0::/user.slice\n")
        .has("/proc/sys/user/max_user_namespaces", "31000\n")
        .has("/proc/sys/kernel/seccomp/actions_avail", "kill_process kill_thread trap errno log\n")
        .has("/lib/modules/6.1.0-18-amd64/modules.dep",
             "kernel/drivers/net/wireguard/wireguard.ko: kernel/lib/crypto/libchacha.ko\n")
        .has("/lib/modules/6.1.0-18-amd64/modules.builtin", "kernel/net/netfilter/nf_tables.ko\n")
        .has("/proc/net/if_inet6",
             "00000000000000000000000000000001 01 80 10 80 lo\n"
             "20010db8000000000000000000000005 02 40 00 00 eth0\n")
        .has("/sys/class/power_supply/ups0/type", "UPS\n");
    const MachineFacts facts = box.read();
    CHECK(facts.processors == 2);
    CHECK(facts.memory == Bytes(std::int64_t{7951604} * 1024));
    CHECK(facts.kernel == "6.1.0-18-amd64");
    CHECK(facts.groups == CgroupMode::V2);
    CHECK(facts.user_namespaces == true);
    CHECK(facts.seccomp == true);
    CHECK(facts.wireguard == true);
    CHECK(facts.nftables == true);
    CHECK(facts.ipv6 == true);
    REQUIRE(facts.power.size() == 1);
    CHECK(facts.power[0].type == "UPS");
}

TEST_CASE("what a kernel does not have is told from what is not known") {
    Recorded box;
    box.has("/proc/sys/kernel/osrelease", "5.4.0\n")
        .has("/lib/modules/5.4.0/modules.dep", "kernel/fs/fuse/fuse.ko:\n")
        .has("/proc/sys/user/max_user_namespaces", "0\n")
        .has("/proc/self/mountinfo", "21 20 0:4 / /proc rw - proc proc rw\n")
        .has("/proc/net/if_inet6",
             "fe80000000000000020000fffe000001 02 40 20 80 eth0\n"
             "fd500f0e000100000000000000000001 03 40 00 80 wg0\n");
    const MachineFacts facts = box.read();
    CHECK(facts.wireguard == false);
    CHECK(facts.nftables == false);
    CHECK(facts.user_namespaces == false);
    CHECK(facts.seccomp == false);
    CHECK(facts.ipv6 == false);
    CHECK(!facts.groups);
    CHECK(!facts.groups_problem.empty());
    CHECK(!facts.memory);
    CHECK(!facts.processors);
    const MachineFacts nothing = Recorded().read();
    CHECK(!nothing.wireguard);
    CHECK(!nothing.seccomp);
    CHECK(!nothing.user_namespaces);
    CHECK(nothing.groups_problem.empty());
    CHECK(nothing.kernel.empty());
}

TEST_CASE("a module that is loaded is there, whatever the folder of modules says") {
    Recorded box;
    CHECK(!box.read().ciphers.fscrypt);
    box.has("/sys/fs/ext4/features/casefold", "supported\n");
    CHECK(box.read().ciphers.fscrypt == false);
    box.has("/sys/fs/ext4/features/encryption", "supported\n");
    CHECK(box.read().ciphers.fscrypt == true);
    box.has("/sys/module/dm_crypt/version", "1\n");
    CHECK(box.read().ciphers.dm_crypt == true);
    box.has("/sys/module/wireguard/version", "1.0.0\n");
    CHECK(box.read().wireguard == true);
}

TEST_CASE("the disk is measured and nothing is left") {
    const test::TempFolder folder;
    const auto speed = measure_disk(folder.path(), SystemClock());
    if (!speed.ok()) {
        WARN("this file system has no files without a name: " << speed.failure().message);
        return;
    }
    CHECK(speed.value().bytes_per_second > 0);
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK_FALSE(measure_disk(folder.path() + "/not-there", SystemClock()).ok());
}

TEST_CASE("this machine is read for a folder that is not made yet") {
    const test::TempFolder folder;
    const MachineFacts facts = read_machine(folder.path() + "/var/lib/foyer", SystemClock());
    CHECK(facts.disk);
    CHECK(facts.memory);
    CHECK(facts.processors);
    CHECK(std::filesystem::is_empty(folder.path()));
}
