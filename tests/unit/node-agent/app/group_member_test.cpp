#include "node-agent/app/group_member.h"

#include <set>

#include "common/leadership/record_text.h"
#include "tests/support/assignments.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr int boxes = 4;
constexpr int founders = 3;  // the last box holds nothing until hire()

class Silence final : public LogSink {
public:
    void write(LogLevel /*level*/, std::string_view /*line*/) override {}
};

// Boxes with a member each, copies that obey at once, and virtual time. Mail takes a step.
class Street {
public:
    Street() {
        for (int index = 0; index < boxes; ++index) begin(index);
        first_.ballot = {Generation(1), Epoch(), 0};
        for (int index = 0; index < founders; ++index)
            first_.members.push_back({{index},
                                      ReplicaKind::Data,
                                      lead::NodeKey(key(index)),
                                      members_[index]->state().durable.incarnation,
                                      true});
        first_.in_sync = {{0}};
        first_.copies = first_.floor = 2;
        first_.config_hash = lead::config_hash({}, first_, lead::test::verifier().hash);
    }

    void begin_group() {
        for (int index = 0; index < founders; ++index) assign(index, std::nullopt);
    }
    // The last box gets a copy that is no member yet.
    void hire() {
        learner_ = founders;
        for (int index = 0; index < boxes; ++index) assign(index, std::nullopt);
    }
    GroupSeat seat(int index) {
        return {{index},
                ReplicaKind::Data,
                key(index),
                lead::to_text(members_[index]->state().durable.incarnation),
                true};
    }
    void assign(int index, std::optional<GroupProposal> proposal) {
        Assignment wish = test::assignment(index);
        wish.members.clear();
        for (int member = 0; member < founders; ++member) wish.members.push_back(named(member));
        if (learner_) wish.learners.push_back(named(*learner_));
        wish.proxies = {edge};
        wish.group = GroupWish{{lead::to_text(first_), "signature"}, std::move(proposal)};
        members_[index]->assign(wish, check_, now_);
    }
    void run(std::int64_t ms) {
        for (std::int64_t passed = 0; passed < ms; passed += 50) step();
    }
    void step() {
        now_ = now_ + Duration(50);
        auto mail = std::exchange(mail_, {});
        for (auto& [to, from, letter] : mail) {
            if (dark_.contains(to) || dark_.contains(from)) continue;
            members_[to]->receive(letter, {address(from), key(from), {}}, now_);
        }
        for (int index = 0; index < boxes; ++index) {
            if (dark_.contains(index)) continue;
            serve_disk(index);
            obey(index);
            members_[index]->tick({5'000}, now_);
        }
    }
    std::optional<int> leader() const {
        for (int index = 0; index < boxes; ++index) {
            const lead::State& state = members_.at(index)->state();
            if (!dark_.contains(index) && state.role == lead::Role::Leader &&
                state.leading.stage == lead::Stage::Open)
                return index;
        }
        return std::nullopt;
    }
    CopyOrder order(int index) const { return members_.at(index)->desk()->order(); }
    GroupMember& member(int index) { return *members_[index]; }
    FenceWish fence(int index) const { return fences_.at(index); }
    // As an edge does, each five seconds, those whom it reaches.
    void run_with_edge(std::int64_t ms, const std::set<int>& reached) {
        for (std::int64_t passed = 0; passed < ms; passed += 5'000) {
            for (const int index : reached) {
                lead::Letter letter;
                letter.message.envelope.group = InstanceName("acme");
                letter.message.envelope.from = lead::outsider;
                letter.message.envelope.to = {index};
                letter.message.body = lead::Read{7};
                members_[index]->receive(letter, {edge, "edge's key", {}}, now_);
            }
            run(5'000);
        }
    }
    // Its copy does not exist yet, and to make it takes so long.
    void begins_empty(int index, Duration init) {
        copies_[index] = {.end = 0, .log = {}, .init = init};
    }
    void cuts_within(Duration span) { cut_takes_ = span; }
    void pause(int index, bool paused) { tell(index, lead::HostPauses{paused}); }
    void darken(int index) { dark_.insert(index); }
    void lighten() { dark_.clear(); }
    void set_check(FirstRecordCheck check) { check_ = std::move(check); }
    const std::map<Epoch, LeadershipReport>& leads() const { return leads_; }
    // The newest announcement an edge got, and from which record it verifies it.
    const lead::Announce* announced() const {
        for (auto one = at_edge_.rbegin(); one != at_edge_.rend(); ++one)
            if (const auto* news = one->body.get_if<lead::Announce>()) return news;
        return nullptr;
    }
    const lead::Record& first() const { return first_; }
    static std::string key(int index) { return "key" + std::to_string(index); }

private:
    static constexpr const char* edge = "fd50:0:0:9::";
    struct Copy {
        CopyOrder told;
        std::uint64_t end = 10;
        Fence log{Generation(1), Epoch()};
        Duration init{0};
        std::optional<MonoTime> made_at;  // init is under way until then
        std::optional<MonoTime> cut_at;
    };
    static Member named(int index) {
        return {{index}, "r" + std::to_string(index) + "g1", ReplicaKind::Data, address(index)};
    }
    static std::string address(int index) { return "fd50:0:0:" + std::to_string(index) + "::1"; }

    void begin(int index) {
        GroupMember::Begin begin;
        begin.partition = PartitionId("acme-" + std::to_string(index));
        begin.start.identity = {InstanceName("acme"), {index}, 1};
        begin.start.fresh = {1, static_cast<std::uint64_t>(index)};
        begin.start.hash = lead::test::verifier().hash;
        begin.start.check = lead::test::verifier().check;
        begin.start.sign = [index](std::span<const std::uint8_t> bytes) {
            return lead::test::seal(lead::NodeKey(key(index)), bytes);
        };
        begin.serial = 1;
        begin.tell = [](lead::Input) {};
        const MemberHands hands{
            [this, index](const std::string& to, lead::Letter letter) {
                if (to == edge) at_edge_.push_back(letter.message);
                for (int other = 0; other < boxes; ++other)
                    if (to == address(other)) mail_.push_back({other, index, std::move(letter)});
            },
            [this, index](SaveOrder order) { saves_[index] = std::move(order); },
            [this, index](const PartitionId&, const FenceWish& wish) { fences_[index] = wish; },
            log_,
            [this](const LeadershipReport& seen) { leads_[seen.fence.epoch] = seen; },
            [] { return WallTime{1'772'368'200'000}; }};
        members_[index] = std::make_unique<GroupMember>(std::move(begin), hands, now_);
    }
    void serve_disk(int index) {
        auto save = std::exchange(saves_[index], std::nullopt);
        if (save) members_[index]->take(lead::Persisted{save->version}, now_);
    }
    void tell(int index, lead::Input fact) { members_[index]->take(fact, now_); }

    // What the worker of a copy would do and tell, without its time.
    void obey(int index) {
        Copy& copy = copies_[index];
        const CopyOrder now = order(index);
        if (now.kill != copy.told.kill) {
            copy.made_at.reset();
            tell(index, lead::Fenced{now.kill_epoch});
        }
        if (now.cut != copy.told.cut) copy.cut_at = now_ + cut_takes_;
        if (copy.cut_at && now_ >= *copy.cut_at) {
            copy.cut_at.reset();
            tell(index, lead::ReceiverStopped{lead::LogPosition{copy.log, lead::Lsn(copy.end)}});
        }
        if (now.quorum && now.quorum_number != copy.told.quorum_number)
            tell(index, lead::QuorumShown{now.quorum_number});
        if (now.role == ReplicaRole::Primary && !is_being_made(copy)) {
            if (copy.log != now.fence) ++copy.end;
            copy.log = now.fence;
            tell(index, lead::Promoted{now.fence});
            for (int other = 0; other < boxes; ++other) follow(index, other);
            for (const std::uint64_t number : now.read_ends)
                tell(index, lead::EndRead{number, lead::Lsn(copy.end)});
        } else if (now.rejoin && now.leader && !dark_.contains(now.leader->number)) {
            copy.log = copies_[now.leader->number].log;
            tell(index, lead::Rejoined{lead::LogPosition{copy.log, lead::Lsn(copy.end)}});
        }
        copy.told = now;
    }
    bool is_being_made(Copy& copy) const {
        if (copy.end > 0) return false;
        if (!copy.made_at) copy.made_at = now_ + copy.init;
        return now_ < *copy.made_at;
    }
    void follow(int leader, int other) {
        if (other == leader) return;
        const CopyOrder theirs = order(other);
        const bool streams = !dark_.contains(other) && theirs.leader == ReplicaIndex{leader} &&
                             theirs.fence == order(leader).fence;
        if (streams) {
            copies_[other].log = copies_[leader].log;
            copies_[other].end = copies_[leader].end;
        }
        tell(leader, lead::MemberStreams{{other}, streams, streams});
        if (streams)
            tell(leader, lead::Flushed{{other}, theirs.fence, lead::Lsn(copies_[other].end)});
    }

    struct Sent {
        int to;
        int from;
        lead::Letter letter;
    };
    MonoTime now_{1'000'000};
    Silence sink_;
    test::FakeClock clock_;
    Log log_{sink_, clock_, LogLevel::Error};
    lead::Record first_;
    FirstRecordCheck check_ = [](const InstanceName&, WallTime, const FirstRecord&) {
        return ok_status();
    };
    std::map<int, std::unique_ptr<GroupMember>> members_;
    std::map<int, Copy> copies_;
    std::map<int, std::optional<SaveOrder>> saves_;
    std::map<int, FenceWish> fences_;
    std::vector<Sent> mail_;
    std::vector<lead::Message> at_edge_;
    std::set<int> dark_;
    Duration cut_takes_{0};
    std::optional<int> learner_;
    std::map<Epoch, LeadershipReport> leads_;
};

}  // namespace

TEST_CASE(
    "the founder is elected, the others follow, and clients are let in when two copies hold") {
    Street street;
    street.begin_group();
    street.run(3'000);
    REQUIRE(street.leader() == 0);
    CHECK(street.order(1).leader == ReplicaIndex{0});
    CHECK(street.fence(0).kind == FenceWish::Kind::Lease);
    CHECK(street.fence(0).clients);
    CHECK(street.fence(1).kind == FenceWish::Kind::Lifted);
}

TEST_CASE("a founder may take minutes to fetch its image and to make the first copy") {
    Street street;
    street.begins_empty(0, Duration(300'000));
    street.begin_group();
    street.run(290'000);
    CHECK_FALSE(street.leader());
    street.run(20'000);
    REQUIRE(street.leader() == 0);
    CHECK(street.order(0).fence.epoch == Epoch(1));  // all in its first lead
}

TEST_CASE("a founder whose lease ends in the midst of init is elected again, and makes its copy") {
    Street street;
    street.begins_empty(0, Duration(60'000));
    street.begin_group();
    street.run(30'000);
    street.darken(1);
    street.darken(2);
    street.run(30'000);
    CHECK(street.member(0).state().role != lead::Role::Leader);
    street.lighten();
    street.run(90'000);
    CHECK(street.leader() == 0);
}

TEST_CASE("boxes that take long to stop what they receive elect, too") {
    Street street;
    street.begin_group();
    street.run(30'000);
    REQUIRE(street.leader() == 0);
    street.cuts_within(Duration(4'000));
    street.darken(0);
    street.run(40'000);
    CHECK(street.leader());
}

TEST_CASE("when the leader's box goes dark another one leads, and the old one rejoins") {
    Street street;
    street.begin_group();
    street.run(40'000);
    REQUIRE(street.leader() == 0);
    street.darken(0);
    street.run(5'000);
    CHECK_FALSE(street.leader());  // what was promised is kept
    street.run(6'000);
    REQUIRE(street.leader());
    const int second = *street.leader();
    CHECK(second != 0);
    // The moments of the takeover, in their order, by the new leader's box.
    REQUIRE(street.leads().size() >= 2);
    CHECK(street.leads().begin()->second.begin->cause == TakeoverCause::First);
    const LeadershipReport& told = street.leads().rbegin()->second;
    CHECK(told.partition == PartitionId("acme-" + std::to_string(second)));
    REQUIRE(told.begin);
    CHECK(told.begin->cause == TakeoverCause::PromiseOver);
    CHECK(told.begin->former == ReplicaIndex{0});
    CHECK(told.begin->detected >= Duration(4'000));
    CHECK(told.begin->fenced >= Duration(6'500));
    CHECK(told.begin->fenced <= told.begin->elected);
    REQUIRE(told.begin->opened);
    CHECK(told.begin->elected <= *told.begin->announced);
    CHECK(*told.begin->announced <= *told.begin->promoted);
    CHECK(*told.begin->promoted <= *told.begin->opened);
    street.lighten();
    street.run(5'000);
    CHECK(street.leader() == second);
    CHECK(street.order(0).role == ReplicaRole::Standby);
    CHECK(street.order(0).leader == ReplicaIndex{second});
}

TEST_CASE("when the leader's host pauses another one leads within seconds") {
    Street street;
    street.begin_group();
    street.run(40'000);
    REQUIRE(street.leader() == 0);
    street.pause(0, true);
    street.run(4'000);
    REQUIRE(street.leader());
    const int second = *street.leader();
    CHECK(second != 0);
    street.run(60'000);
    CHECK(street.order(0).leader != ReplicaIndex{second});
    CHECK(street.leader() == second);
    street.pause(0, false);
    street.run(5'000);
    CHECK(street.order(0).leader == ReplicaIndex{second});
    CHECK(street.leader() == second);
}

TEST_CASE("who leads tells the edges with votes and links that they can verify") {
    Street street;
    street.begin_group();
    street.run(3'000);
    REQUIRE(street.leader() == 0);
    REQUIRE(street.announced() != nullptr);
    const lead::Announce first = *street.announced();
    CHECK(first.certificate.signatures.size() >= 2);
    const auto verify = [&](const lead::Announce& news) {
        return lead::verify_chain(InstanceName("acme"), street.first(), news.chain,
                                  news.certificate, lead::test::verifier());
    };
    CHECK(verify(first).ok());
    street.darken(0);
    street.run(12'000);
    REQUIRE(street.leader());
    const lead::Announce second = *street.announced();
    CHECK(second.certificate.fence > first.certificate.fence);
    CHECK(verify(second).ok());
}

TEST_CASE("nobody begins with a first record that the master did not sign") {
    Street street;
    street.set_check([](const InstanceName&, WallTime, const FirstRecord&) {
        return Status(error(ErrorCode::PermissionDenied, "not the master's"));
    });
    street.begin_group();
    street.run(20'000);
    CHECK_FALSE(street.leader());
}

TEST_CASE("no box speaks for another box's member") {
    Street street;
    street.begin_group();
    street.run(20'000);
    REQUIRE(street.leader() == 0);
    lead::Message resign;
    resign.envelope.group = InstanceName("acme");
    resign.envelope.from = {0};
    resign.envelope.to = {1};
    resign.envelope.incarnation = street.member(0).state().durable.incarnation;
    resign.envelope.generation = Generation(1);
    resign.envelope.epoch = street.member(0).state().durable.epoch;
    resign.envelope.counter = 1'000'000'000;
    resign.body = lead::Resign{resign.envelope.epoch, {}};
    street.member(1).receive({{}, resign}, {"fd50::", Street::key(2), {}}, MonoTime{1'100'000});
    CHECK_FALSE(street.member(1).state().promise.released);
    street.member(1).receive({{}, resign}, {"fd50::", Street::key(0), {}}, MonoTime{1'100'000});
    CHECK(street.member(1).state().promise.released);
}

TEST_CASE("what the master proposes for the newest record is done; for an older one it is not") {
    Street street;
    street.begin_group();
    street.run(40'000);
    REQUIRE(street.leader() == 0);
    GroupProposal old;
    old.made_for = "1 1 1";
    old.prefer = ReplicaIndex{2};
    street.assign(0, old);
    street.run(12'000);
    CHECK(street.leader() == 0);
    GroupProposal proposal = old;
    proposal.prefer = ReplicaIndex{1};
    proposal.made_for = lead::to_text(street.member(0).state().leading.committed->ballot);
    street.assign(0, proposal);
    street.assign(1, proposal);
    street.run(3'000);
    CHECK(street.order(1).warm);  // it loads before the old leader stops
    CHECK(street.leader() == 0);
    for (int passed = 0; passed < 8'000 && street.leader() != 1; passed += 50) {
        street.step();
        REQUIRE((street.order(1).warm || street.order(1).role == ReplicaRole::Primary));
    }
    CHECK(street.leader() == 1);
    street.assign(1, std::nullopt);
    street.run(1'000);
    CHECK_FALSE(street.order(1).warm);
}

TEST_CASE("how long a group waits, and who stands last, is proposed like the rest") {
    Street street;
    street.begin_group();
    street.run(40'000);
    REQUIRE(street.leader() == 0);
    GroupProposal proposal;
    proposal.made_for = lead::to_text(street.member(0).state().leading.committed->ballot);
    proposal.promise = Duration(20'000);
    street.assign(0, proposal);
    street.run(1'000);
    CHECK(street.member(0).state().leading.committed->promise == Duration(20'000));
    CHECK(street.member(1).state().durable.t_max == Duration(20'000));
    proposal.promise.reset();
    proposal.made_for = lead::to_text(street.member(0).state().leading.committed->ballot);
    proposal.barred = std::set{ReplicaIndex{1}};
    street.assign(0, proposal);
    street.run(1'000);
    CHECK(street.member(2).state().durable.record->barred == lead::IndexSet{ReplicaIndex{1}});
}

TEST_CASE("a copy that no record names hears whom to follow, and becomes a member when proposed") {
    Street street;
    street.begin_group();
    street.run(40'000);
    REQUIRE(street.leader() == 0);
    street.hire();
    street.run(6'000);
    CHECK(street.order(3).leader == ReplicaIndex{0});
    CHECK(street.order(3).role == ReplicaRole::Standby);
    GroupProposal proposal;
    proposal.made_for = lead::to_text(street.member(0).state().leading.committed->ballot);
    proposal.out = ReplicaIndex{2};
    proposal.in = street.seat(3);
    street.assign(0, proposal);
    street.run(60'000);
    const lead::Record& record = *street.member(0).state().leading.committed;
    CHECK(lead::find_entry(record, {3}) != nullptr);
    CHECK(lead::find_entry(record, {2}) == nullptr);
    CHECK(record.old_members.empty());
    CHECK(record.in_sync.size() == 3);
}

TEST_CASE("a leader whom no edge reaches gives up while one reaches another copy") {
    Street street;
    street.begin_group();
    street.run(30'000);
    const int first = street.leader().value();
    street.run_with_edge(60'000, {0, 1, 2});
    CHECK(street.leader() == first);
    std::set<int> others = {0, 1, 2};
    others.erase(first);
    street.run_with_edge(50'000, others);
    REQUIRE(street.leader());
    CHECK(*street.leader() != first);
    // Whoever leads now is reached, and stays.
    const int second = *street.leader();
    street.run_with_edge(60'000, others);
    CHECK(street.leader() == second);
}

TEST_CASE("edges that are gone for everybody are no leader's fault") {
    Street street;
    street.begin_group();
    street.run(30'000);
    const int first = street.leader().value();
    const Fence before = street.order(first).fence;
    street.run_with_edge(30'000, {0, 1, 2});
    street.run(120'000);
    CHECK(street.leader() == first);
    CHECK(street.order(first).fence == before);
}
