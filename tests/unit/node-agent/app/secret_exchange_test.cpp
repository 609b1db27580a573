#include "node-agent/app/secret_exchange.h"

#include "tests/support/assignments.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

const std::set<std::string> names{"replication_password"};

// A seal that hides nothing, but opens only with its key and in its context.
class GlassSeal {
public:
    SecretSeal seal() {
        return {[this] { return opener(); },
                [](const std::string& key, const Secret<PartitionSecrets>& secrets,
                   const std::string& context, SecretAnswer& answer) {
                    answer.public_key = "answerer's";
                    answer.sealed = key + "|" + context + "|" +
                                    secrets.reveal().by_name.at("replication_password");
                    return ok_status();
                }};
    }

private:
    SecretSeal::Opener opener() {
        const std::string key = "key of question " + std::to_string(++made_);
        return {key,
                [key](const SecretAnswer& answer,
                      const std::string& context) -> Result<Secret<PartitionSecrets>> {
                    const std::string front = key + "|" + context + "|";
                    if (!answer.sealed.starts_with(front))
                        return error(ErrorCode::InvalidArgument, "of another question");
                    PartitionSecrets open;
                    open.by_name["replication_password"] = answer.sealed.substr(front.size());
                    return Secret(std::move(open));
                }};
    }
    int made_ = 0;
};

class Lines final : public LogSink {
public:
    void write(LogLevel /*level*/, std::string_view line) override { all += line; }
    std::string all;
};

// Three boxes with a copy each; keys are key0 to key2.
class Boxes {
public:
    Boxes() {
        for (int index = 0; index < 3; ++index) {
            members[index] = {ReplicaIndex{index}, wish(index).ordered_at, false, &record};
            exchanges[index] =
                std::make_unique<SecretExchange>(glass.seal(), HandoverRules{}, rng, log);
            exchanges[index]->hold(wish(index));
        }
    }
    static Assignment wish(int index) {
        Assignment made = test::assignment(index);
        made.members.push_back({{2}, "r2g1", ReplicaKind::Data, "fd50::3"});
        made.group = GroupWish{};
        return made;
    }
    static PartitionId partition(int index) { return wish(index).partition; }
    static std::string key(int index) { return "key" + std::to_string(index); }
    void lose(int index) {
        Assignment lost = wish(index);
        lost.secrets = {};
        exchanges[index]->seek(lost, names);
    }
    auto ask(int index) { return exchanges[index]->ask(partition(index), members[index], now); }
    auto answer(int index, const SecretQuestion& question, const std::string& from) {
        return exchanges[index]->answer(partition(index), question, from, members[index], now);
    }
    auto hear(int index, const SecretAnswer& answer, const std::string& from) {
        return exchanges[index]->hear(partition(index), answer, from, members[index], now);
    }
    auto look(int index) { return exchanges[index]->look(partition(index), members[index], now); }

    lead::Record record = lead::test::record_of_three();
    GlassSeal glass;
    SeededRng rng{7};
    Lines lines;
    test::FakeClock clock;
    Log log{lines, clock};
    MonoTime now{1'000'000};
    std::map<int, HandoverMember> members;
    std::map<int, std::unique_ptr<SecretExchange>> exchanges;
};

}  // namespace

TEST_CASE("a box that restarted gets its copy's secrets from another member, once") {
    Boxes boxes;
    CHECK(boxes.ask(1).empty());
    boxes.lose(1);
    const auto questions = boxes.ask(1);
    REQUIRE(questions.size() == 2);
    CHECK(questions[0].first == "fd50::1");
    CHECK(questions[1].first == "fd50::3");
    CHECK(questions[0].second.names == names);
    CHECK(boxes.ask(1).empty());  // not at once again
    const auto answer = boxes.answer(0, questions[0].second, Boxes::key(1));
    REQUIRE(answer);
    const auto news = boxes.hear(1, *answer, Boxes::key(0));
    REQUIRE(news);
    CHECK(news->state == SecretsState::Known);
    CHECK(news->secrets.reveal() == Boxes::wish(1).secrets);
    // Nothing more is asked or heard, and it gives on what it got.
    CHECK_FALSE(boxes.hear(1, *answer, Boxes::key(0)));
    boxes.now = boxes.now + Duration(60'000);
    CHECK(boxes.ask(1).empty());
    boxes.lose(2);
    CHECK(boxes.answer(1, boxes.ask(2)[1].second, Boxes::key(2)));
    CHECK(boxes.lines.all.find("s3cret") == std::string::npos);
    CHECK(boxes.lines.all.find("secrets_given") != std::string::npos);
}

TEST_CASE("an answer to an earlier question, for another asker or by another box does not open") {
    Boxes boxes;
    boxes.lose(1);
    const SecretQuestion first = boxes.ask(1)[0].second;
    const auto late = boxes.answer(0, first, Boxes::key(1));
    boxes.now = boxes.now + Duration(10'000);
    const SecretQuestion second = boxes.ask(1)[0].second;
    CHECK(second.nonce != first.nonce);
    CHECK(second.public_key != first.public_key);
    CHECK_FALSE(boxes.hear(1, *late, Boxes::key(0)));
    // What was sealed for box 2, which sent the same question on as its own.
    const auto others = boxes.answer(0, second, Boxes::key(2));
    REQUIRE(others);
    CHECK_FALSE(boxes.hear(1, *others, Boxes::key(0)));
    const auto good = boxes.answer(0, second, Boxes::key(1));
    CHECK_FALSE(boxes.hear(1, *good, Boxes::key(2)));
    CHECK_FALSE(boxes.hear(1, *good, "key9"));
    // Who answered wrongly is not tried again before the next question.
    CHECK_FALSE(boxes.hear(1, *good, Boxes::key(0)));
    boxes.now = boxes.now + Duration(10'000);
    const SecretQuestion third = boxes.ask(1)[0].second;
    CHECK(boxes.hear(1, *boxes.answer(0, third, Boxes::key(1)), Boxes::key(0)));
    CHECK(boxes.lines.all.find("s3cret") == std::string::npos);
}

TEST_CASE("a box that is no member is answered by nobody, and one that asks too often seldom") {
    Boxes boxes;
    boxes.lose(1);
    const SecretQuestion question = boxes.ask(1)[0].second;
    CHECK_FALSE(boxes.answer(0, question, "key9"));
    CHECK(boxes.answer(0, question, Boxes::key(1)));
    CHECK_FALSE(boxes.answer(0, question, Boxes::key(1)));
    boxes.now = boxes.now + Duration(600);
    CHECK(boxes.answer(0, question, Boxes::key(1)));
    boxes.exchanges[0]->leave(Boxes::partition(0));
    boxes.now = boxes.now + Duration(600);
    CHECK_FALSE(boxes.answer(0, question, Boxes::key(1)));
}

TEST_CASE("when all restarted together it is told, until somebody has them again") {
    Boxes boxes;
    for (int index = 0; index < 3; ++index) boxes.lose(index);
    const SecretQuestion question = boxes.ask(1)[0].second;
    CHECK_FALSE(boxes.look(1));
    for (const int other : {0, 2}) {
        const auto none = boxes.answer(other, question, Boxes::key(1));
        REQUIRE(none);
        CHECK(none->sealed.empty());
        CHECK_FALSE(boxes.hear(1, *none, Boxes::key(other)));
    }
    const auto lost = boxes.look(1);
    REQUIRE(lost);
    CHECK(lost->state == SecretsState::LostByAll);
    CHECK_FALSE(boxes.look(1));  // told once
    boxes.now = boxes.now + Duration(46'000);
    const auto unsure = boxes.look(1);  // nobody repeats it
    REQUIRE(unsure);
    CHECK(unsure->state == SecretsState::WithGroup);
    // The master told box 0.
    boxes.exchanges[0]->hold(Boxes::wish(0));
    const auto answer = boxes.answer(0, boxes.ask(1)[0].second, Boxes::key(1));
    REQUIRE(answer);
    CHECK(boxes.hear(1, *answer, Boxes::key(0))->state == SecretsState::Known);
}

TEST_CASE("what the master tells meanwhile ends the search") {
    Boxes boxes;
    boxes.lose(1);
    const auto answer = boxes.answer(0, boxes.ask(1)[0].second, Boxes::key(1));
    boxes.exchanges[1]->hold(Boxes::wish(1));
    CHECK_FALSE(boxes.hear(1, *answer, Boxes::key(0)));
    boxes.now = boxes.now + Duration(60'000);
    CHECK(boxes.ask(1).empty());
    // A new assignment that still lacks them changes nothing of a search under way.
    boxes.lose(1);
    CHECK(boxes.ask(1).size() == 2);
    boxes.lose(1);
    CHECK(boxes.ask(1).empty());
}
