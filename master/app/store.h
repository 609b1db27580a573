// The door to the database, as the planner needs it. Implemented by master/store over PostgreSQL,
// by tests/support in memory.
#pragma once

#include <vector>

#include "common/base/result.h"
#include "master/domain/audit.h"
#include "master/domain/events.h"
#include "master/domain/host_promise.h"
#include "master/domain/state.h"

namespace foyer::master {

// The changes of one decision, and the revision they make.
struct Entry {
    Revision revision;
    Changes changes;
};

class Store {
public:
    virtual ~Store() = default;

    // Takes the leadership (a new fencing number, on the leadership row, held against any other
    // master) and loads every row. Also the way back after a lost connection: what was committed,
    // and only that, is in the result. Unavailable: the database does not answer; try again later.
    virtual Result<State> load(const ClusterSettings& settings) = 0;

    // Writes a batch in one transaction, which first updates the leadership row with this master's
    // fencing number. Unavailable: nothing was written, the connection is gone.   Unknown: the
    // answer to COMMIT was lost: load() tells. Aborted: another master leads: stop. AlreadyExists,
    // FailedPrecondition: a constraint refused it, nothing was written.
    virtual Status commit(const std::vector<Entry>& batch) = 0;

    // Events of one instance with sequence < `before` (0: from the newest), newest first, since it
    // was last ordered. Readable from any thread.
    virtual Result<std::vector<Event>> instance_events(const InstanceName& instance,
                                                       std::int64_t before, int count) = 0;

    // Events that fit with sequence > `after`, oldest first. Readable from any thread.
    virtual Result<std::vector<Event>> events(const EventFilter& filter, std::int64_t after,
                                              int count) = 0;

    // Entries of the audit log that fit with sequence > `after`, oldest first. Readable from any
    // thread.
    virtual Result<std::vector<AuditEntry>> audit(const AuditFilter& filter, std::int64_t after,
                                                  int count) = 0;

    // When one box came and went (host_promise.h), oldest first: what happened within the span, and
    // the last before it. Readable from any thread.
    virtual Result<std::vector<Event>> node_life(const NodeId& node, const Span& within,
                                                 int count) = 0;
};

}  // namespace foyer::master
