#include "node-agent/runtime/cgroup_layout.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// As recorded on machines of each kind, shortened.
const std::string v2_mounts =
    "24 30 0:22 / /proc rw,nosuid shared:12 - proc proc rw\n"
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 "
    "rw,nsdelegate,memory_recursiveprot\n";
const std::string v1_mounts =
    "31 23 0:26 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n"
    "33 23 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "34 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "35 23 0:30 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n";
const std::string hybrid_mounts =
    v1_mounts + "36 23 0:31 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
const std::string service = "0::/system.slice/foyer-node.service\n";

}  // namespace

TEST_CASE("the three kinds of machines are told apart") {
    CHECK(read_cgroup_layout(v2_mounts, service).value().mode == CgroupMode::V2);
    CHECK(read_cgroup_layout(v1_mounts, "").value().mode == CgroupMode::V1);
    CHECK(read_cgroup_layout(hybrid_mounts, "").value().mode == CgroupMode::Hybrid);
}

TEST_CASE("a machine that cannot limit partitions is refused, with what is missing") {
    CHECK(read_cgroup_layout("", "").failure().code == ErrorCode::FailedPrecondition);
    const std::string no_pids = v1_mounts.substr(0, v1_mounts.find("35 23"));
    CHECK(read_cgroup_layout(no_pids, "").failure().message.find("pids") != std::string::npos);
}

TEST_CASE("on v2 agent and partitions are sibling leaves of the delegated group") {
    const auto layout = read_cgroup_layout(v2_mounts, service).value();
    const CgroupPlan plan = plan_cgroups(layout, "", "lille-1");
    CHECK(plan.agent == "/system.slice/foyer-node.service/agent");
    CHECK(plan.partitions == "/system.slice/foyer-node.service/partitions");
    CHECK(folders_of(layout, plan.partitions + "/acme-0") ==
          std::vector<std::string>{
              "/sys/fs/cgroup/system.slice/foyer-node.service/partitions/acme-0"});
}

TEST_CASE("an agent that is in its leaf already stays there") {
    const auto layout =
        read_cgroup_layout(v2_mounts, "0::/system.slice/foyer-node.service/agent\n").value();
    CHECK(plan_cgroups(layout, "", "n").agent == "/system.slice/foyer-node.service/agent");
}

TEST_CASE("on v1 and hybrid the group is the node's, in every hierarchy once") {
    const auto layout = read_cgroup_layout(hybrid_mounts, "").value();
    CHECK(plan_cgroups(layout, "", "lille-1").partitions == "/foyer/lille-1");
    CHECK(plan_cgroups(layout, "", "lille-1").agent.empty());
    const auto folders = folders_of(layout, "/foyer/lille-1/acme-0");
    CHECK(folders.size() == 4);
    CHECK(std::count(folders.begin(), folders.end(),
                     "/sys/fs/cgroup/cpu,cpuacct/foyer/lille-1/acme-0") == 1);
}

TEST_CASE("a configured group wins") {
    const auto layout = read_cgroup_layout(v2_mounts, service).value();
    CHECK(plan_cgroups(layout, "/lab/a", "n").partitions == "/lab/a");
    CHECK(plan_cgroups(layout, "/lab/a", "n").agent.empty());
}

TEST_CASE("the killer lives where freezing the agent's group does not reach it") {
    const auto v2 = read_cgroup_layout(v2_mounts, service).value();
    CHECK(fence_group(v2, plan_cgroups(v2, "", "n")) == "/system.slice/foyer-node.service/fence");
    CHECK(fence_group(v2, plan_cgroups(v2, "/lab/a", "n")) == "/lab/a/.fence");
    const auto hybrid = read_cgroup_layout(hybrid_mounts, "").value();
    CHECK(fence_group(hybrid, plan_cgroups(hybrid, "", "n")).empty());
}

TEST_CASE("everything of a group can be killed in one folder on v2, thawed on v1") {
    const auto v2 = read_cgroup_layout(v2_mounts, service).value();
    CHECK(folders_to_kill(v2, "/x/acme-0") == std::vector<std::string>{"/sys/fs/cgroup/x/acme-0"});
    const auto v1 =
        read_cgroup_layout(
            v1_mounts + "40 23 0:40 / /sys/fs/cgroup/freezer rw - cgroup c rw,freezer\n", "")
            .value();
    CHECK(folders_to_kill(v1, "/x") ==
          std::vector<std::string>{"/sys/fs/cgroup/pids/x", "/sys/fs/cgroup/freezer/x"});
    const auto without = read_cgroup_layout(v1_mounts, "").value();
    CHECK(folders_to_kill(without, "/x") == std::vector<std::string>{"/sys/fs/cgroup/pids/x"});
}
