#include "common/leadership/durable_text.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Durable full_durable() {
    Durable durable = durable_of(1, record_of_three());
    durable.rejoining = true;
    durable.rejoin_base = RejoinBase{{Generation(1), Epoch(4)}, at(3, 60)};
    durable.counter_limit = 2'000'000;
    durable.seen = {{ReplicaIndex{0}, 17}, {ReplicaIndex{2}, 99}};
    durable.evidence.push_back({EvidenceKind::TwoRecords, ReplicaIndex{2}, {}, {}});
    durable.evidence.push_back({EvidenceKind::TwoVotes,
                                ReplicaIndex{1},
                                {Generation(1), Epoch(3), 0},
                                {{{1, 2, 3}, "c2ln"}, {{4, 5}, "b3RoZXI"}}});
    Link link = link_of(first_of_three());
    durable.chain.push_back(link);
    link.ballot.seq = 1;
    link.old_members = {entry(0)};
    link.signatures[ReplicaIndex{0}] = "c2ln";
    durable.chain.push_back(link);
    durable.certificate = Certificate{{Generation(1), Epoch(1)},     ReplicaIndex{0},
                                      {Generation(1), Epoch(), 0},   link.config_hash,
                                      {{ReplicaIndex{0}, "dm90ZQ"}}, at(1, 5)};
    return durable;
}

}  // namespace

TEST_CASE("the durable state is read as it was written") {
    const Durable durable = full_durable();
    CHECK(parse_durable(to_text(durable)).value() == durable);
    CHECK(parse_durable(to_text(Durable{})).value() == Durable{});
}

TEST_CASE("a damaged durable state is refused") {
    const std::string text = to_text(full_durable());
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = parse_durable(text.substr(0, length));
        // Whole lines may be missing at the end only where the record itself is: no other cut.
        REQUIRE((!cut.ok() || !cut.value().record));
    }
    CHECK_FALSE(parse_durable("generation -1\n").ok());
}

TEST_CASE("a full chain of the largest group can be read again") {
    Durable durable;
    durable.chain.assign(chain_max, largest_link());
    CHECK(parse_durable(to_text(durable)).ok());
}
