#include "common/leadership/record_lines.h"

#include "common/leadership/record_text.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("members, positions and numbers are read from the lines they were written to") {
    const Record record = record_of_three();
    std::string text;
    put_members(text, "member", record.members);
    text += "config_hash " + to_text(first_of_three().config_hash) + "\n";
    text += "at " + to_text(at(3, 77)) + " 1 4 2 8\n";
    TextLines lines(text, 10'000);
    CHECK(read_members(lines, "member") == record.members);
    CHECK(read_config_hash(lines) == first_of_three().config_hash);
    const Words words = lines.take("at");
    CHECK(read_position(lines, words, 0) == at(3, 77));
    CHECK(read_ballot(lines, words, 3) == Ballot{Generation(1), Epoch(4), 2});
    CHECK(read_fence(lines, words, 3) == Fence{Generation(1), Epoch(4)});
    CHECK(read_index(lines, words, 6) == ReplicaIndex{8});
    CHECK(lines.finish("it").ok());
    CHECK(read_index(lines, words, 7) == ReplicaIndex{0});
    CHECK_FALSE(lines.finish("it").ok());
}

TEST_CASE("a hash that is no hash is refused") {
    TextLines lines("config_hash 00ff\n", 100);
    CHECK(read_config_hash(lines) == Hash{});
    CHECK_FALSE(lines.finish("it").ok());
}
