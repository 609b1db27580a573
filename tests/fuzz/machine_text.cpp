// Texts of the box's kernel and tools, and files the agent left there earlier.
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/os/process_id.h"
#include "node-agent/net/wg_config.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/runtime/cgroup_layout.h"
#include "node-agent/status_text.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void read_groups(const std::string& text) {
    const std::size_t cut = text.find("\n\n");
    const auto layout = agent::read_cgroup_layout(
        text.substr(0, cut), cut == std::string::npos ? text : text.substr(cut + 2));
    if (!layout.ok()) return;
    const auto plan = agent::plan_cgroups(layout.value(), "", "lille-1");
    CHECK(!plan.partitions.empty());
    CHECK(!agent::folders_of(layout.value(), plan.partitions).empty());
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    static_cast<void>(os::parse_stat(text));
    const auto process = os::process_id_from(text);
    CHECK(!process || os::process_id_from(os::to_text(*process)) == process);
    for (const auto& [key, time] : agent::parse_handshakes(text)) CHECK(time > 0);
    const auto memory = agent::memory_total(text);
    CHECK(!memory.ok() || memory.value().count() >= 0);
    discard(agent::status_page(text), "only that it returns");
    read_groups(text);
}

std::vector<std::string> seeds() {
    const std::string key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    return {"12 (a ) b) S 1 12 12 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4242 0 0",
            "0f0e-boot 4242 123456",
            key + "\t1772368200\n" + key + "\t0\n",
            "MemTotal:       24639480 kB\nMemFree: 1 kB\n",
            "30 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n\n"
            "0::/system.slice/foyer-node.service/agent\n",
            "31 24 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
            "32 24 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
            "33 24 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n\n3:memory:/x\n",
            R"({"node":"lille-1","version":"0.1","link":{"state":"connected"},"partitions":[]})"};
}

}  // namespace

const Target machine_text{"machine_text", feed, seeds};

}  // namespace foyer::fuzz
