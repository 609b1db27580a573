// A box that restarted without its master: agent, groups' threads, and the mail of one other box
// played by the test.
#include <deque>

#include "tests/unit/leadership/group.h"
#include "tests/unit/node-agent/app/agent_world.h"

using namespace foyer;
using namespace foyer::test;
namespace lead = foyer::leadership;

namespace {

class FakePost final : public agent::GroupPost {
public:
    void send(const std::string&, const std::vector<lead::Letter>&) override {}
    void send(const std::string& to, const SecretQuestion& question) override {
        const std::scoped_lock lock(mutex_);
        asked_.emplace_back(to, question);
    }
    void send(const std::string& to, const SecretAnswer& answer) override {
        const std::scoped_lock lock(mutex_);
        answered_.emplace_back(to, answer);
    }
    std::vector<agent::GroupMail> wait(Duration at_most) override {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, at_most,
                       [&] { return !mail_.empty() || std::exchange(poked_, false); });
        return std::exchange(mail_, {});
    }
    void poke() override {
        const std::scoped_lock lock(mutex_);
        poked_ = true;
        wake_.notify_all();
    }
    void bring(agent::GroupMail mail) {
        const std::scoped_lock lock(mutex_);
        mail_.push_back(std::move(mail));
        wake_.notify_all();
    }
    std::vector<std::pair<std::string, SecretQuestion>> asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }
    std::vector<std::pair<std::string, SecretAnswer>> answered() {
        const std::scoped_lock lock(mutex_);
        return answered_;
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool poked_ = false;
    std::vector<agent::GroupMail> mail_;
    std::vector<std::pair<std::string, SecretQuestion>> asked_;
    std::vector<std::pair<std::string, SecretAnswer>> answered_;
};

// The member's state as its disk had it.
class OneMemory final : public agent::GroupFiles {
public:
    Status save(const PartitionId&, const agent::GroupMemory&) override { return ok_status(); }
    Status forget(const PartitionId&) override { return ok_status(); }
    Result<agent::GroupMemory> load(const PartitionId&) override {
        return agent::GroupMemory{assignment(1).ordered_at,
                                  lead::test::durable_of(1, lead::test::record_of_three())};
    }
};

Assignment wish() {
    Assignment made = assignment(1);
    made.members.push_back({{2}, "r2g1", ReplicaKind::Data, "fd50::3"});
    made.group = GroupWish{};
    return made;
}

agent::SecretSeal glass() {
    return {[] {
                return agent::SecretSeal::Opener{
                    "key",
                    [](const SecretAnswer& answer,
                       const std::string& context) -> Result<Secret<PartitionSecrets>> {
                        if (answer.public_key != context)
                            return error(ErrorCode::InvalidArgument, "of another question");
                        return Secret(PartitionSecrets{{{"replication_password", answer.sealed}}});
                    }};
            },
            [](const std::string&, const Secret<PartitionSecrets>& secrets,
               const std::string& context, SecretAnswer& answer) {
                answer.public_key = context;
                answer.sealed = secrets.reveal().by_name.at("replication_password");
                return ok_status();
            }};
}

// Copy 1 of three, whose box had its power cut.
struct Restarted {
    AgentWorld world;
    FakePost post;
    OneMemory files;
    std::unique_ptr<agent::GroupKeeper> groups;

    Restarted() {
        agent::GroupRules rules;
        rules.tick = Duration(5);
        rules.handover.ask_first = rules.handover.ask_longest = Duration(50);
        groups = std::make_unique<agent::GroupKeeper>(
            agent::GroupPorts{
                post,
                files,
                {},
                [](const InstanceName&, WallTime, const FirstRecord&) { return ok_status(); },
                {},
                world.clock,
                world.rng,
                world.log,
                glass()},
            rules);
    }
    ~Restarted() { world.agent.reset(); }

    static agent::Recovered recovered(const std::set<std::string>& names = {
                                          "replication_password"}) {
        agent::Recovered found;
        Assignment lost = wish();
        lost.secrets = {};
        found.desired.lineage = LineageId("l1");
        found.desired.revision = Revision(1);
        found.desired.assignments[lost.partition] = lost;
        found.agent_version = "older";
        agent::LocalState local{.partition = lost.partition};
        local.ordered_at = lost.ordered_at;
        local.initialized = true;
        local.led = false;
        found.partitions[lost.partition] = local;
        found.without_secrets[lost.partition] = names;
        return found;
    }
    void boot(agent::Recovered found = recovered()) {
        const agent::AgentPorts ports{world.box, world.box,    world.box,     world.box,
                                      world.box, fake_release, world.journal, world.clock,
                                      world.rng, world.log,    groups.get()};
        world.agent = std::make_unique<agent::Agent>(ports, quick(), std::move(found));
        REQUIRE(world.agent->start().ok());
    }
    // As the mail of another member.
    void ask_it() {
        const SecretQuestion question{InstanceName("acme"),
                                      wish().ordered_at,
                                      {"replication_password"},
                                      std::string(16, 'n'),
                                      "key"};
        post.bring({"fd50::9", "key2", {}, {question}, {}});
        REQUIRE(eventually([&] { return !post.answered().empty(); }));
    }
    std::string says() const { return world.seen("acme-1").reason; }
    SecretQuestion question() {
        REQUIRE(eventually([&] { return !post.asked().empty(); }));
        return post.asked().back().second;
    }
    void answer(int from, const std::string& secret) {
        const SecretQuestion asked = question();
        const std::string key = "key" + std::to_string(from);
        SecretAnswer said{asked.group, asked.ordered_at, asked.nonce, "", secret};
        if (!secret.empty()) said.public_key = agent::handover_context(asked, "key1", key);
        post.bring({"fd50::9", key, {}, {}, {said}});
    }
    PartitionSecrets kept() const {
        const auto& wishes = world.journal.recovered().desired.assignments;
        const auto found = wishes.find(PartitionId("acme-1"));
        return found == wishes.end() ? PartitionSecrets{} : found->second.secrets;
    }
};

}  // namespace

TEST_CASE("a restarted box asks its copy's group, and goes on with what a member gave") {
    Restarted box;
    box.boot();
    REQUIRE(eventually(
        [&] { return box.says().starts_with("waiting for the master or a member of its group"); }));
    box.answer(9, "of a stranger");
    REQUIRE(eventually([&] {
        box.answer(0, "s3cret");
        return box.kept().by_name.contains("replication_password");
    }));
    CHECK(box.kept() == wish().secrets);
    REQUIRE(eventually([&] { return !box.says().starts_with("waiting for the master"); }));
    // The master is asked for everything all the same, by this agent and by the next one.
    CHECK(box.world.agent->report().applied_revision == Revision());
    CHECK(box.world.journal.recovered().agent_version == "older");
    // And it gives them on.
    box.ask_it();
    CHECK(box.post.answered().front().first == "fd50::9");
    CHECK(box.post.answered().front().second.sealed == "s3cret");
}

TEST_CASE("a restarted box says so when all lost power together, and the master ends it") {
    Restarted box;
    box.boot();
    REQUIRE(eventually([&] {
        box.answer(0, "");
        box.answer(2, "");
        return box.says().starts_with("all lost power together: the master is needed");
    }));
    // Who asks this one learns the same.
    box.ask_it();
    CHECK(box.post.answered().front().second.sealed.empty());
    box.world.assign({wish()});
    REQUIRE(eventually([&] { return box.says().empty(); }));
    const auto asked = box.post.asked().size();
    CHECK_FALSE(eventually([&] { return box.post.asked().size() > asked + 1; }, Duration(500)));
}

TEST_CASE("a copy that misses what only init is given waits for the master alone") {
    Restarted box;
    agent::Recovered begun = Restarted::recovered({"admin_password", "replication_password"});
    begun.partitions.at(PartitionId("acme-1")).initialized = false;
    box.boot(std::move(begun));
    CHECK_FALSE(eventually([&] { return !box.post.asked().empty(); }, Duration(300)));
}
