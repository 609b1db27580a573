// What the agent must remember across its own death and the box's. Implemented by state/, faked in
// tests.
#pragma once

#include <map>
#include <set>

#include "common/base/result.h"
#include "common/model/assignment.h"
#include "common/model/host_wish.h"
#include "common/model/refusals.h"
#include "node-agent/app/takeover_log.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

class Journal {
public:
    virtual ~Journal() = default;
    // Durable when it returns. Secrets are never on the disk: they go to memory that dies with the
    // box's power.
    // `removed`: what this wish and earlier ones let go of and what is still on the box. Whoever
    // acknowledged a removal must not forget it before the partition's own journal knows.
    // `agent_version`: of the agent that took this wish up.
    virtual Status save(const DesiredNode& desired, const Removals& removed,
                        const std::string& agent_version) = 0;
    virtual Status save(const LocalState& local) = 0;
    virtual Status forget(const PartitionId& partition) = 0;
    // Instead of those kept before.
    virtual Status keep(const KeptTakeovers& kept) = 0;
    // What the host wants of this box, instead of what he wanted before.
    virtual Status keep(const HostOrder& host) = 0;
    // What he refuses here, likewise.
    virtual Status keep(const HostRefusals& refuses) = 0;
};

// What was found at the start.
struct Recovered {
    DesiredNode desired;
    Removals removed;
    std::string agent_version;  // of the agent that wrote the wish; empty: of before this was noted
    std::map<PartitionId, LocalState> partitions;
    KeptTakeovers takeovers;
    // Paused without an end where it was there and could not be read: nobody but the host may say
    // that his box serves.
    HostOrder host;
    // Every kind of release where it was there and could not be read, for the same reason.
    HostRefusals refuses;
    // Assignments whose secrets were lost with the power, and the names of those they had: the next
    // Sync asks for everything.
    std::map<PartitionId, std::set<std::string>> without_secrets;
    // Edges: keys that mail is signed with were lost likewise.
    bool mail_keys_lost = false;
    // The wish could not be read (none, or damaged and put aside): the next Sync asks for
    // everything.
    bool desired_lost = false;
};

}  // namespace foyer::agent
