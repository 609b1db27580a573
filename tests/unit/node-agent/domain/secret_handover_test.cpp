#include "node-agent/domain/secret_handover.h"

#include "tests/support/assignments.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr WallTime ordered{1'700'000'000'000};

// Three data members and a witness; the boxes' keys are key0 to key3.
lead::Record record() {
    lead::Record one = lead::test::record_of_three();
    one.members.push_back(lead::test::entry(3, ReplicaKind::Witness));
    return one;
}

SecretQuestion question() {
    return {InstanceName("acme"), ordered, {"replication_password"}, std::string(16, 'n'), "key"};
}

const PartitionSecrets held{{{"replication_password", "s3cret"}, {"admin_password", "once"}}};

struct Asked {
    lead::Record record_ = record();
    HandoverMember member{ReplicaIndex{0}, ordered, false, &record_};

    Reply reply(const std::string& key = "key1", const PartitionSecrets* has = &held) const {
        return reply_to(question(), key, member, has);
    }
};

struct Asks {
    lead::Record record_ = record();
    HandoverMember member{ReplicaIndex{0}, ordered, false, &record_};
    HandoverRules rules;
    SecretSearch search =
        asked({{"replication_password"}, 0, {}, {}, {}}, question(), rules, at(0));

    static MonoTime at(std::int64_t ms) { return MonoTime{ms}; }
    static SecretAnswer answer() {
        return {InstanceName("acme"), ordered, question().nonce, "", ""};
    }
    std::optional<ReplicaIndex> from(const SecretAnswer& one, const std::string& key) const {
        return answerer(search, one, key, member);
    }
};

}  // namespace

TEST_CASE("a data member of the newest record gets what it asks for") {
    const Asked asked;
    CHECK(asked.reply("key1") == Reply::Secrets);
    CHECK(asked.reply("key2") == Reply::Secrets);
    CHECK(secrets_for(question(), held).by_name ==
          std::map<std::string, std::string>{{"replication_password", "s3cret"}});
}

TEST_CASE("a witness, a stranger, a box that was removed and this box itself get nothing") {
    Asked asked;
    CHECK(asked.reply("key3") == Reply::Silence);
    CHECK(asked.reply("") == Reply::Silence);
    CHECK(asked.reply("key9") == Reply::Silence);
    CHECK(asked.reply("key0") == Reply::Silence);
    asked.record_.members.erase(asked.record_.members.begin() + 1);
    CHECK(asked.reply("key1") == Reply::Silence);
    // On its way out it still acknowledges, and may need what it lost for that.
    asked.record_.old_members = record().members;
    CHECK(asked.reply("key1") == Reply::Secrets);
}

TEST_CASE("a copy made anew on another box is another member: the old box's key gets nothing") {
    Asked asked;
    asked.record_.members[1].key = lead::NodeKey("key7");
    CHECK(asked.reply("key1") == Reply::Silence);
    CHECK(asked.reply("key7") == Reply::Secrets);
}

TEST_CASE("nothing is said of another order of the name, or of one that is deleted") {
    Asked asked;
    asked.member.ordered_at = ordered + Duration(1);
    CHECK(asked.reply() == Reply::Silence);
    asked.member.ordered_at = {};
    CHECK(asked.reply() == Reply::Silence);
    asked.member.ordered_at = ordered;
    asked.record_.desired = DesiredState::Stopped;
    CHECK(asked.reply() == Reply::Secrets);
    asked.record_.desired = DesiredState::Deleted;
    CHECK(asked.reply() == Reply::Silence);
}

TEST_CASE("who knows no record, lost its newest one, or is no data member there, says nothing") {
    Asked asked;
    asked.member.retired = true;
    CHECK(asked.reply() == Reply::Silence);
    asked.member.retired = false;
    asked.member.self = ReplicaIndex{3};
    CHECK(asked.reply() == Reply::Silence);
    asked.member.self = ReplicaIndex{8};
    CHECK(asked.reply() == Reply::Silence);
    asked.member.self = ReplicaIndex{0};
    asked.member.record = nullptr;
    CHECK(asked.reply() == Reply::Silence);
}

TEST_CASE("who lost its own says so, to members only") {
    const Asked asked;
    CHECK(asked.reply("key1", nullptr) == Reply::NoneHere);
    CHECK(asked.reply("key3", nullptr) == Reply::Silence);
}

TEST_CASE("what only init is given, what is not held or is too long is not given") {
    const Asked asked;
    SecretQuestion other = question();
    other.names = {"replication_password", "admin_password"};
    CHECK(reply_to(other, "key1", asked.member, &held) == Reply::Silence);
    CHECK_FALSE(secrets_for(other, held).by_name.contains("admin_password"));
    other.names = {"replication_password", "volume_key"};
    CHECK(reply_to(other, "key1", asked.member, &held) == Reply::Silence);
    const PartitionSecrets longer{
        {{"replication_password", std::string(handover_secret_bytes_max + 1, 'x')}}};
    CHECK(asked.reply("key1", &longer) == Reply::Silence);
}

TEST_CASE("answers to one box about one group, and all in a second, are bounded") {
    AnswerBook book;
    HandoverRules rules;
    rules.answers_a_second = 3;
    const InstanceName acme("acme");
    CHECK(take_turn(book, "key1", acme, rules, MonoTime{1'000}));
    CHECK_FALSE(take_turn(book, "key1", acme, rules, MonoTime{1'400}));
    CHECK(take_turn(book, "key1", InstanceName("other"), rules, MonoTime{1'400}));
    CHECK(take_turn(book, "key2", acme, rules, MonoTime{1'400}));
    CHECK_FALSE(take_turn(book, "key3", acme, rules, MonoTime{1'401}));
    CHECK(book.last.size() == 3);
    CHECK(take_turn(book, "key1", acme, rules, MonoTime{2'100}));
    CHECK(take_turn(book, "key3", acme, rules, MonoTime{2'500}));
    CHECK(book.last.size() == 2);  // what is over is forgotten
}

TEST_CASE("the other data members are asked, in the old set too; a stranger asks nobody") {
    Asks asks;
    CHECK(whom_to_ask(asks.member) == std::vector{ReplicaIndex{1}, ReplicaIndex{2}});
    asks.record_.old_members = asks.record_.members;
    asks.record_.members.erase(asks.record_.members.begin() + 2);
    CHECK(whom_to_ask(asks.member) == std::vector{ReplicaIndex{1}, ReplicaIndex{2}});
    asks.member.self = ReplicaIndex{5};
    CHECK(whom_to_ask(asks.member).empty());
    asks.member.self = ReplicaIndex{3};
    CHECK(whom_to_ask(asks.member).empty());
    asks.member.record = nullptr;
    CHECK(whom_to_ask(asks.member).empty());
}

TEST_CASE("it is asked again, ever more rarely, within a bound") {
    Asks asks;
    CHECK(is_time_to_ask(SecretSearch{{"volume_key"}, 0, {}, {}, {}}, Asks::at(0)));
    std::vector<std::int64_t> moments;
    for (std::int64_t now = 0; now <= 60'000; now += 100) {
        if (!is_time_to_ask(asks.search, Asks::at(now))) continue;
        moments.push_back(now);
        asks.search = asked(asks.search, question(), asks.rules, Asks::at(now));
    }
    CHECK(moments ==
          std::vector<std::int64_t>{1'000, 3'000, 7'000, 15'000, 25'000, 35'000, 45'000, 55'000});
}

TEST_CASE("nobody is asked for what only init is given") {
    CHECK_FALSE(is_time_to_ask(SecretSearch{{"admin_password"}, 0, {}, {}, {}}, Asks::at(0)));
}

TEST_CASE("only another data member of the asker's own record is believed, on its last question") {
    Asks asks;
    CHECK(asks.from(Asks::answer(), "key1") == ReplicaIndex{1});
    CHECK_FALSE(asks.from(Asks::answer(), "key0"));
    CHECK_FALSE(asks.from(Asks::answer(), "key3"));
    CHECK_FALSE(asks.from(Asks::answer(), "key9"));
    SecretAnswer other = Asks::answer();
    other.nonce = std::string(16, 'o');
    CHECK_FALSE(asks.from(other, "key1"));
    other = Asks::answer();
    other.ordered_at = ordered + Duration(1);
    CHECK_FALSE(asks.from(other, "key1"));
    other = Asks::answer();
    other.group = InstanceName("other");
    CHECK_FALSE(asks.from(other, "key1"));
    // Meanwhile this box was excluded.
    asks.record_.members.erase(asks.record_.members.begin());
    CHECK_FALSE(asks.from(Asks::answer(), "key1"));
    asks.record_ = record();
    asks.search.question = {};
    CHECK_FALSE(asks.from(Asks::answer(), "key1"));
}

TEST_CASE("all have lost theirs when every other data member said so a moment ago") {
    Asks asks;
    const auto all_lost = [&](std::int64_t now) {
        return have_all_lost(asks.search, asks.member, asks.rules, Asks::at(now));
    };
    CHECK_FALSE(all_lost(0));
    asks.search.lost[ReplicaIndex{1}] = Asks::at(1'000);
    CHECK_FALSE(all_lost(2'000));
    asks.search.lost[ReplicaIndex{2}] = Asks::at(20'000);
    CHECK(all_lost(21'000));
    CHECK_FALSE(all_lost(46'000));  // the first may have got them since
    asks.member.record = nullptr;
    CHECK_FALSE(all_lost(21'000));
}

TEST_CASE("an answer holds exactly what was asked for") {
    CHECK(are_those({"a", "b"}, {{{"a", "1"}, {"b", "2"}}}));
    CHECK_FALSE(are_those({"a", "b"}, {{{"a", "1"}}}));
    CHECK_FALSE(are_those({"a"}, {{{"a", "1"}, {"b", "2"}}}));
    CHECK_FALSE(are_those({"a"}, {{{"b", "2"}}}));
}

TEST_CASE("a restarted copy waits for those it needs, where they are") {
    const std::set<std::string> both{"admin_password", "replication_password"};
    CHECK(needed_secrets(both, true) == std::set<std::string>{"replication_password"});
    CHECK(needed_secrets(both, false) == both);
    Assignment wish = test::assignment(1);
    CHECK(where_secrets_are(wish, {"replication_password"}) == SecretsState::WithMaster);
    wish.group = GroupWish{};
    CHECK(where_secrets_are(wish, {"replication_password"}) == SecretsState::WithGroup);
    CHECK(where_secrets_are(wish, {}) == SecretsState::Known);
    CHECK(where_secrets_are(wish, both) == SecretsState::WithMaster);
    wish.kind = ReplicaKind::Witness;
    CHECK(where_secrets_are(wish, {"replication_password"}) == SecretsState::WithMaster);
}

TEST_CASE("what is sealed is tied to group, order, both boxes and the nonce") {
    const std::string one = handover_context(question(), "key1", "key2");
    SecretQuestion other = question();
    CHECK(handover_context(other, "key1", "key2") == one);
    CHECK(handover_context(other, "key2", "key1") != one);
    other.nonce[3] = 'o';
    CHECK(handover_context(other, "key1", "key2") != one);
    other = question();
    other.ordered_at = ordered + Duration(1);
    CHECK(handover_context(other, "key1", "key2") != one);
    other = question();
    other.group = InstanceName("other");
    CHECK(handover_context(other, "key1", "key2") != one);
}
