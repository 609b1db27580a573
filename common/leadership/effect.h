// What a member asks its shell to do, in this order: section 4. Executed one after another; the
// slow ones answer with a fact.
#pragma once

#include <string>
#include <vector>

#include "common/base/one_of.h"
#include "common/leadership/input.h"

namespace foyer::leadership {

struct Persist {  // fsync, then Persisted{version}
    Version version = 0;
    Durable durable;
};
struct Send {  // leaves once `needs` is durable
    Message message;
    Version needs = 0;
};
struct Cut {};  // receiver killed, its connection settings removed, the flushed end read
struct Follow {
    ReplicaIndex leader;
    Fence fence;
};
struct Rejoin {
    ReplicaIndex leader;
    Fence fence;
};
struct SetQuorum {
    std::uint64_t number = 0;
    DatabaseQuorum quorum;
};
struct ReadEnd {
    std::uint64_t number = 0;
};
struct Promote {  // writes the marker of its fence into the log and flushes it; safe to repeat
    Fence fence;
};
struct Lease {  // both fences: the killer and the kernel's entry end then
    MonoTime until;
};
enum class Gate { Open, Closed };
struct Clients {
    Gate gate = Gate::Closed;
};
struct Warm {};       // start the software's processes, closed
struct KillService {  // close the gate, SIGKILL
    Epoch epoch;
};
enum class ServiceOrder { Run, Stop };
struct Service {
    ServiceOrder order = ServiceOrder::Run;
};
struct Publish {  // to edges, learners and the master; again with each new link
    Certificate certificate;
    Record record;
    std::vector<Link> chain;  // since the first record, or the newest chain_max of it
};
// For people: a refused proposal, evidence, why nothing moves.
struct Report {
    std::string text;
};

struct Effect : OneOf<Persist, Send, Cut, Follow, Rejoin, SetQuorum, ReadEnd, Promote, Lease,
                      Clients, Warm, KillService, Service, Publish, Report> {
    using OneOf::OneOf;
};
using Effects = std::vector<Effect>;

}  // namespace foyer::leadership
