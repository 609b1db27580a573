#include "common/leadership/record_text.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Record keyed_record() {
    Record record = record_of_three();
    for (MemberEntry& entry : record.members)
        entry.key = NodeKey("key" + std::to_string(entry.index.number));
    record.members[2].may_lead = false;
    record.members[2].kind = ReplicaKind::Witness;
    record.in_sync.pop_back();
    record.start = at(3, 50'331'744);
    record.config_hash[31] = 7;
    return record;
}

}  // namespace

TEST_CASE("a record is read as it was written") {
    const Record record = keyed_record();
    CHECK(parse_record(to_text(record)).value() == record);
    CHECK(to_text(record).find("barred") == std::string::npos);
    Record barred = record;
    barred.barred = {ReplicaIndex{0}, ReplicaIndex{2}};
    CHECK(to_text(barred).find("\nbarred 0 2\n") != std::string::npos);
    CHECK(parse_record(to_text(barred)).value() == barred);
    Record joint = record;
    joint.leader.reset();
    joint.old_members = joint.members;
    CHECK(parse_record(to_text(joint)).value() == joint);
}

TEST_CASE("a record has one text only") {
    const std::string text = to_text(keyed_record());
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"ballot 1", "ballot 01"},
             {"leader 0", "leader  0"},
             {"desired running", "desired running\nextra 1"},
             {"desired running", "barred\ndesired running"},
             {"desired running", "barred 2 1\ndesired running"},
             {"desired running", "barred 1 1\ndesired running"},
             {"mode synchronous", "mode sometimes"},
             {"copies 2", "copies 99"},
             {"member 0 data", "member 0 date"}}) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        INFO(changed);
        CHECK_FALSE(parse_record(changed).ok());
    }
    CHECK_FALSE(parse_record("").ok());
    CHECK_FALSE(parse_record(text + "\n").ok());
    CHECK_FALSE(parse_record(std::string(100'000, 'x')).ok());
}

TEST_CASE("every cut of a text is refused") {
    const std::string text = to_text(keyed_record());
    for (std::size_t length = 0; length < text.size(); ++length)
        REQUIRE_FALSE(parse_record(text.substr(0, length)).ok());
}

TEST_CASE("incarnations and ballots") {
    const Incarnation incarnation{0x0123456789abcdefU, 42};
    CHECK(to_text(incarnation) == "0123456789abcdef000000000000002a");
    CHECK(parse_incarnation(to_text(incarnation)).value() == incarnation);
    CHECK_FALSE(parse_incarnation("0123456789ABCDEF000000000000002a").ok());
    CHECK(parse_ballot("1 3 2").value() == Ballot{Generation(1), Epoch(3), 2});
    CHECK_FALSE(parse_ballot("1 3").ok());
}
