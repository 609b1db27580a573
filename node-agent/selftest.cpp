#include "node-agent/selftest.h"

#include <algorithm>

#include "common/base/random.h"
#include "common/base/text.h"
#include "node-agent/link/identity.h"
#include "node-agent/selftest/probe_inside.h"
#include "node-agent/selftest/read_home.h"

namespace foyer::agent {
namespace {

Result<PartitionId> chosen(const BoxPaths& paths, const std::string& wanted) {
    const auto running = running_partitions(paths);
    if (running.empty())
        return error(ErrorCode::FailedPrecondition,
                     "nothing runs on this box now; its walls can be tried from inside once it "
                     "holds a copy, see foyer-node status");
    if (wanted.empty()) return running.front();
    if (std::ranges::find(running, PartitionId(wanted)) != running.end())
        return PartitionId(wanted);
    std::vector<std::string> names;
    for (const PartitionId& one : running) names.push_back(one.str());
    return error(
        ErrorCode::NotFound,
        "partition '" + wanted + "' does not run here; those that do: " + join(names, ", "));
}

}  // namespace

Result<Selftest> selftest(const std::string& data_dir, const NodeConfig& config,
                          const std::string& partition, bool json) {
    const Identity identity = TRY(IdentityFolder(data_dir + "/identity").load());
    const BoxPaths paths{data_dir, run_dir_of(config, identity.node)};
    const PartitionId id = TRY(chosen(paths, partition));
    const auto targets = targets_of(read_home(paths, id, identity.addresses));
    SystemRng rng;
    const std::string nonce = std::to_string(rng.next()) + std::to_string(rng.next());
    const std::string answers = TRY(probe_inside(paths, id, plan_text(targets, nonce)));
    const auto attempts = read_answers(targets, nonce, answers);
    return Selftest{json ? selftest_json(id.str(), attempts) : selftest_page(id.str(), attempts),
                    holds(attempts)};
}

}  // namespace foyer::agent
