#include "master/store/pg_store.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "master/store/batch.h"
#include "master/store/migrate.h"
#include "master/store/row_mapping.h"
#include "master/store/row_pipe.h"

namespace foyer::master {

namespace {

const Statement begin{"begin_batch", "BEGIN"};
const Statement begin_snapshot{"begin_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
// A whole table takes what it takes; that it comes at all is watched piece by piece.
const Statement take_time{"take_time", "SET LOCAL statement_timeout = 0"};
const Statement commit_batch{"commit_batch", "COMMIT"};
const Statement rollback{"rollback_batch", "ROLLBACK"};
const Statement check_all{"check_all", "SET CONSTRAINTS ALL IMMEDIATE"};

// The row lock waits for a batch in flight, so nothing committed is missed by the snapshot that
// follows. $2: who led when we last looked ('' at our first time: whoever does).
const Statement take{
    "take_leadership",
    "UPDATE leadership SET fence = fence + 1, batch = 0, holder = $1, taken_at = now()"
    " WHERE $2 = '' OR holder = $2 RETURNING fence"};
const Statement hold{"hold_leadership",
                     "UPDATE leadership SET batch = batch + 1, revision = $2 WHERE fence = $1"};
const Statement position{"load_position",
                         "SELECT l.revision, i.id FROM leadership l CROSS JOIN lineage i"};

Error deposed() {
    return error(ErrorCode::Aborted, "another master leads; this one writes no more",
                 {{"rule", "leadership"}});
}

bool is_constraint(ErrorCode code) {
    return code == ErrorCode::AlreadyExists || code == ErrorCode::FailedPrecondition;
}

}  // namespace

PgStore::PgStore(StoreOptions options, Clock& clock, Rng& rng)
    : options_(std::move(options)), clock_(clock), holder_("m-" + rng.text(16)) {}

PgStore::~PgStore() = default;

Status PgStore::connect() {
    if (writer_ && !writer_->broken()) return ok_status();
    writer_.reset();
    writer_ = TRY(Connection::open(options_.conninfo, options_.limits, clock_));
    return ok_status();
}

Status PgStore::take_leadership() {
    // Having led, we may only follow ourselves. Our own raise may have been committed without our
    // knowing.
    const std::string expected = fence_ > 0 ? holder_ : "";
    const Rows rows = TRY(writer_->run({&take, Params().add(holder_, expected)}));
    if (rows.size() == 0) return deposed();
    return rows.at(0).into(fence_);
}

Result<State> PgStore::load(const ClusterSettings& settings) {
    TRY(connect());
    if (fence_ == 0) TRY(migrate(*writer_));
    const Status taken = take_leadership();
    Result<State> state = taken.ok() ? read_all(settings) : Result<State>(taken.failure());
    if (state.ok()) return state;
    // The next load() begins with a connection of which everything is known.
    writer_.reset();
    Error why = state.failure();
    if (why.code == ErrorCode::DeadlineExceeded) why.code = ErrorCode::Unavailable;
    return why;
}

// Every table, some hundred rows at a time: neither the answers nor the changes are ever in memory
// as a whole.
Status PgStore::read_rows(RowPipe& pipe) {
    constexpr std::size_t together = 500;
    Changes changes;
    const auto pass_on = [&]() -> Status {
        if (pipe.push(std::exchange(changes, {}))) return ok_status();
        return error(ErrorCode::Internal, "nobody takes the rows");
    };
    for (const Loader& loader : loaders(options_.events_in_memory)) {
        const auto each = [&](Row row) -> Status {
            TRY(loader.read(row, changes));
            return changes.size() < together ? ok_status() : pass_on();
        };
        if (loader.copy != nullptr) {
            TRY(writer_->copy_out(loader.copy->sql, loader.copy->columns, each));
            continue;
        }
        const Rows rows = TRY(writer_->run(loader.call));
        for (int row = 0; row < rows.size(); ++row) TRY(each(rows.at(row)));
    }
    return pass_on();
}

// One thread reads what the database sends, this one builds: neither waits for the other's work.
Result<State> PgStore::read_all(const ClusterSettings& settings) {
    const Answers begun = writer_->run_all({{&begin_snapshot}, {&take_time}, {&position}});
    if (begun.failure) return *begun.failure;
    if (begun.rows.back().size() != 1)
        return error(ErrorCode::Internal, "the database has no lineage");
    Revision revision;
    LineageId lineage;
    TRY(begun.rows.back().at(0).into(revision, lineage));

    State state(settings, lineage);
    state.begin_loading(revision);
    RowPipe pipe;
    Status all_read = ok_status();
    std::jthread reader([&] {
        all_read = read_rows(pipe);
        pipe.close();
    });
    const RowTaker taker(pipe);
    while (auto changes = pipe.pop()) state.note(*std::move(changes));
    reader.join();
    TRY(all_read);
    TRY(writer_->run({&rollback}));
    state.mark_loaded();
    return state;
}

Status PgStore::commit(const std::vector<Entry>& batch) {
    if (batch.empty()) return ok_status();
    if (!writer_ || writer_->broken() || fence_ == 0)
        return error(ErrorCode::Unavailable, "there is no connection to the database");
    std::vector<Call> calls = {{&begin}, {&hold, Params().add(fence_, batch.back().revision)}};
    std::ranges::move(calls_of(batch), std::back_inserter(calls));
    calls.push_back({&check_all});
    const Answers answers = writer_->run_all(calls, options_.limits.commit_timeout);
    // Leadership before anything else: what a deposed master trips over is not the reason.
    if (answers.rows.size() > 1 && answers.rows[1].affected() != 1) {
        discard(writer_->run({&rollback}), "nothing is written either way");
        writer_.reset();
        return deposed();
    }
    if (answers.failure) return give_up(answers);
    return finish();
}

// Before COMMIT: nothing was written, whatever it was.
Status PgStore::give_up(const Answers& answers) {
    Error why = *answers.failure;
    const bool kept =
        is_constraint(why.code) && !writer_->broken() && writer_->run({&rollback}).ok();
    if (!kept) writer_.reset();
    if (!is_constraint(why.code) && why.code != ErrorCode::Internal)
        why.code = ErrorCode::Unavailable;
    return why;
}

Status PgStore::finish() {
    writer_->take_warning();
    const Result<Rows> done = writer_->run({&commit_batch}, options_.limits.commit_timeout);
    if (done.ok() && done.value().tag() == "COMMIT" && !writer_->take_warning()) return ok_status();
    writer_.reset();
    const std::string why = done.ok() ? "it warned" : done.failure().message;
    return error(ErrorCode::Unknown, "the database did not confirm a commit: " + why);
}

template <class Kept>
Result<std::vector<Kept>> PgStore::read_all(const Call& call, Status (*read_row)(Row, Kept&)) {
    const Rows rows = TRY(read(call));
    std::vector<Kept> all(static_cast<std::size_t>(rows.size()));
    for (int row = 0; row < rows.size(); ++row)
        TRY(read_row(rows.at(row), all[static_cast<std::size_t>(row)]));
    return all;
}

int PgStore::page_of(int count) const { return std::clamp(count, 0, options_.events_page_max); }

Result<std::vector<Event>> PgStore::instance_events(const InstanceName& instance,
                                                    std::int64_t before, int count) {
    return read_all(instance_events_call(instance, before, page_of(count)), read_event);
}

Result<std::vector<Event>> PgStore::events(const EventFilter& filter, std::int64_t after,
                                           int count) {
    return read_all(events_call(filter, after, page_of(count)), read_event);
}

Result<std::vector<Event>> PgStore::node_life(const NodeId& node, const Span& within, int count) {
    return read_all(node_life_call(node, within, count), read_event);
}

Result<std::vector<AuditEntry>> PgStore::audit(const AuditFilter& filter, std::int64_t after,
                                               int count) {
    return read_all(audit_call(filter, after, page_of(count)), read_audit);
}

// On the readers' own connection; once more on a fresh one when the old one turns out to be gone.
Result<Rows> PgStore::read(const Call& call) {
    const std::scoped_lock lock(reader_mutex_);
    for (int attempt = 0;; ++attempt) {
        if (!reader_) reader_ = TRY(Connection::open(options_.conninfo, options_.limits, clock_));
        Result<Rows> rows = reader_->run(call);
        if (rows.ok()) return rows;
        const bool gone = reader_->broken() || rows.failure().code == ErrorCode::Unavailable;
        if (gone) reader_.reset();
        if (!gone || attempt > 0) return rows;
    }
}

}  // namespace foyer::master
