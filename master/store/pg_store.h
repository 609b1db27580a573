// The catalogue in PostgreSQL: one leading master writes, held by the fencing number of the
// leadership row.
//
//   load():   migrate (once) ──► raise the fence ──► read everything in one snapshot
//   commit(): BEGIN, leadership row where fence = mine, the rows, all constraints ──► COMMIT (two
//   round trips)
//
// A master that led and then lost its connection takes the leadership back only while nobody else
// took it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "master/app/store.h"
#include "master/store/connection.h"

namespace foyer::master {

struct StoreOptions {
    std::string
        conninfo;  // URI or key=value text of libpq; may hold a password, so it is never logged
    ConnectionLimits limits;
    int events_in_memory = static_cast<int>(State::recent_events_max);
    int events_page_max = 1'000;
};

class RowPipe;

class PgStore final : public Store {
public:
    // Borrows clock and rng. Connects in load().
    PgStore(StoreOptions options, Clock& clock, Rng& rng);
    ~PgStore() override;

    // Besides Unavailable: Aborted when another master took the leadership from us;
    // FailedPrecondition when the database refuses us or has another schema; Internal when a row
    // cannot be read.
    Result<State> load(const ClusterSettings& settings) override;
    Status commit(const std::vector<Entry>& batch) override;
    Result<std::vector<Event>> instance_events(const InstanceName& instance, std::int64_t before,
                                               int count) override;
    Result<std::vector<Event>> events(const EventFilter& filter, std::int64_t after,
                                      int count) override;
    Result<std::vector<AuditEntry>> audit(const AuditFilter& filter, std::int64_t after,
                                          int count) override;
    Result<std::vector<Event>> node_life(const NodeId& node, const Span& within,
                                         int count) override;

private:
    Status connect();
    Status take_leadership();
    Result<State> read_all(const ClusterSettings& settings);
    Status read_rows(RowPipe& pipe);
    Status give_up(const Answers& answers);
    Status finish();
    template <class Kept>
    Result<std::vector<Kept>> read_all(const Call& call, Status (*read_row)(Row, Kept&));
    int page_of(int count) const;
    Result<Rows> read(const Call& call);

    StoreOptions options_;
    Clock& clock_;
    std::string holder_;  // this run of the program
    std::int64_t fence_ = 0;
    std::unique_ptr<Connection> writer_;  // planner's thread only, but for read_rows()
    std::mutex reader_mutex_;
    std::unique_ptr<Connection> reader_;  // under reader_mutex_
};

}  // namespace foyer::master
