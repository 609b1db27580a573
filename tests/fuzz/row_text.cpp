// Columns of the database, in PostgreSQL's text form: what one reads, the other writes.
#include "common/base/check.h"
#include "master/store/codec.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

using namespace foyer::master;

template <class Value>
void round_trip(std::string_view text) {
    Value value{};
    if (!from_sql(text, value)) return;
    Value again{};
    CHECK(from_sql(to_sql(value), again));
    CHECK(again == value);
}

// Times are written as RFC 3339 and read as milliseconds, blobs in two forms: only that it returns.
template <class Value>
void only_read(std::string_view text) {
    Value value{};
    static_cast<void>(from_sql(text, value));
}

void feed(std::string_view bytes) {
    round_trip<bool>(bytes);
    round_trip<int>(bytes);
    round_trip<std::int64_t>(bytes);
    round_trip<ReplicaIndex>(bytes);
    round_trip<Revision>(bytes);
    round_trip<Bytes>(bytes);
    round_trip<std::set<AccountRole>>(bytes);
    round_trip<std::set<CountryCode>>(bytes);
    round_trip<std::set<Topic>>(bytes);
    round_trip<std::vector<ReleaseSize>>(bytes);
    round_trip<std::vector<OperationStep>>(bytes);
    round_trip<std::vector<FollowerView>>(bytes);
    round_trip<std::vector<ErrorDetail>>(bytes);
    only_read<WallTime>(bytes);
    only_read<Blob>(bytes);
    only_read<HostClass>(bytes);
    only_read<PartitionPhase>(bytes);
    only_read<ErrorCode>(bytes);
}

std::vector<std::string> seeds() {
    return {"t",
            "-42",
            "1772368200250",
            "\\x00ff",
            "running",
            to_sql(std::set<AccountRole>{AccountRole::Operator, AccountRole::Host}),
            to_sql(std::set<Topic>{Topic::Box, Topic::Drain}),
            to_sql(std::set<CountryCode>{CountryCode("FR"), CountryCode("BE")}),
            to_sql(std::vector<ReleaseSize>{
                {SizeName("s"), {Millicores(500), Bytes(1 << 20), Bytes(1 << 30)}}}),
            to_sql(std::vector<OperationStep>{{.name = "fetch",
                                               .state = OperationState::Running,
                                               .detail = "\"\\",
                                               .started_at = WallTime{1'772'368'200'250},
                                               .finished_at = WallTime{0}}}),
            to_sql(std::vector<FollowerView>{{"r1g1", "streaming", "quorum", 12}}),
            to_sql(std::vector<ErrorDetail>{{"rule", "distinct_isp"}})};
}

}  // namespace

const Target row_text{"row_text", feed, seeds};

}  // namespace foyer::fuzz
