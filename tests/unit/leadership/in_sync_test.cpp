#include "common/leadership/in_sync.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

constexpr MonoTime noon{1'000'000};
const Timing timing;

Streaming streams() { return {noon + Duration(-60'000), std::nullopt, Lsn(100)}; }
Streaming away() { return {std::nullopt, noon + Duration(-60'000), Lsn(50)}; }

StreamingView view(Streaming one, Streaming two) {
    return {{ReplicaIndex{1}, one}, {ReplicaIndex{2}, two}};
}

std::optional<SyncWork> chosen(const Record& record, const StreamingView& seen) {
    return choose_step(record, seen, timing, noon);
}

}  // namespace

TEST_CASE("the database covers a record when k of its S hold whatever it acknowledged") {
    const Record record = record_of_three();
    CHECK(covers(quorum_of(record), ReplicaIndex{0}, record));
    const IndexSet with_another{ReplicaIndex{1}, ReplicaIndex{2}, ReplicaIndex{3}};
    CHECK_FALSE(covers({with_another, 2}, ReplicaIndex{0}, record));
    CHECK(covers({with_another, 3}, ReplicaIndex{0}, record));
    CHECK_FALSE(covers({{ReplicaIndex{1}}, 1}, ReplicaIndex{0}, record));
}

TEST_CASE("a member that is away leaves S, once the rest holds all") {
    const Record record = record_of_three();
    auto work = chosen(record, view(streams(), away()));
    REQUIRE(work);
    CHECK(work->step == SyncStep::Shrink);
    CHECK(work->who == ReplicaIndex{2});
    CHECK(work->phase == SyncPhase::Names);
    CHECK(quorum_of(*work, record).names == IndexSet{ReplicaIndex{1}});
    CHECK(covers(quorum_of(*work, record), ReplicaIndex{0}, record));
    work->phase = SyncPhase::Holding;
    work->end = Lsn(101);
    CHECK_FALSE(is_held(*work, record, view(streams(), away())));
    work->end = Lsn(100);
    CHECK(is_held(*work, record, view(streams(), away())));
    const Record next = record_after(*work, record);
    CHECK(next.in_sync.size() == 2);
    CHECK(next.ballot.seq == 2);
}

TEST_CASE("S never shrinks below k, and k not below the floor") {
    Record record = record_of_three();
    record.k = record.copies = record.floor = 3;
    CHECK_FALSE(chosen(record, view(streams(), away())));
    record.floor = 1;
    const auto work = chosen(record, view(streams(), away()));
    REQUIRE(work);
    CHECK(work->step == SyncStep::LowerK);
    // The database stays as strict as before until the record is committed.
    CHECK(work->phase == SyncPhase::Record);
    CHECK(record_after(*work, record).k == 2);
}

TEST_CASE("who is caught up joins S: the record first, then the names") {
    Record record = record_of_three();
    record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
    const auto work = chosen(record, view(streams(), streams()));
    REQUIRE(work);
    CHECK(work->step == SyncStep::Grow);
    CHECK_FALSE(database_first(work->step));
    const Record next = record_after(*work, record);
    CHECK(next.in_sync.back() == ReplicaIndex{2});
    CHECK(quorum_of(*work, next).names.contains(ReplicaIndex{2}));
    CHECK(covers(quorum_of(record), ReplicaIndex{0}, next));
}

TEST_CASE("k is raised with the database ahead of the record") {
    Record record = record_of_three();
    record.k = 1;
    auto work = chosen(record, view(streams(), streams()));
    REQUIRE(work);
    CHECK(work->step == SyncStep::RaiseK);
    CHECK(quorum_of(*work, record).k_db == 2);
    work->phase = SyncPhase::Holding;
    work->end = Lsn(100);
    CHECK(is_held(*work, record, view(streams(), away())));
    work->end = Lsn(101);
    CHECK_FALSE(is_held(*work, record, view(streams(), streams())));
    record.copies = 1;
    CHECK_FALSE(chosen(record, view(streams(), streams())));
    CHECK(to_text(SyncStep::RaiseK) == "raise_k");
    CHECK(to_text(SyncPhase::Holding) == "holding");
}

TEST_CASE("nothing moves while all stream") {
    CHECK_FALSE(chosen(record_of_three(), view(streams(), streams())));
    CHECK(holding(record_of_three(), view(streams(), away()), Lsn(80), std::nullopt) == 2);
}
