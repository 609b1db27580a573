// What is committed is what is loaded, row for row; one master writes.
#include <limits>

#include "master/store/pg_store.h"
#include "tests/pg/support/pg_server.h"
#include "tests/pg/support/sample.h"
#include "tests/pg/support/twin.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

using master::Changes;
using master::Entry;
using master::Put;
using master::State;

std::string constraint_of(const Status& status) {
    REQUIRE(!status.ok());
    for (const ErrorDetail& detail : status.failure().details) {
        if (detail.key == "constraint") return detail.value;
    }
    return "";
}

master::Instance rich_instance() {
    master::Instance instance = sample_instance("acme");
    instance.served = Fence{Generation(1), Epoch(1)};
    instance.promotion =
        master::Promotion{OperationId("op-1"), ReplicaIndex{1}, true, WallTime{1'772'368'200'001}};
    instance.operation = OperationId("op-1");
    instance.admin_password = master::Sealed("sealed, \"and\" {odd} \\ 'text'");
    instance.password_shown_at = WallTime{1'772'368'200'999};
    instance.initialized = true;
    instance.policy.mode = ReplicationMode::Asynchronous;
    instance.desired = DesiredState::Stopped;
    instance.quote = master::Quote{master::PriceListName("list-2026"),
                                   "EUR",
                                   {{master::QuoteItem::Copies, 3, Cents(900), Cents(2'700)},
                                    {master::QuoteItem::FurtherCountries, 1, Cents(1), Cents(1)}},
                                   Cents(2'701)};
    instance.revision = Revision(2);
    return instance;
}

master::PriceList rich_price_list() {
    return {master::PriceListName("list-2026"),
            "EUR",
            WallTime{1'772'368'200'001},
            {{SizeName("s"), Cents(900), Cents(0), Cents(1'000'000'000)},
             {SizeName("m"), Cents(1), Cents(2), Cents(3)}},
            WallTime{1'772'368'200'000},
            Revision(2)};
}

master::Replica rich_replica() {
    master::Replica replica = sample_replica("acme", 1, "box-2", 16);
    PartitionObservation seen;
    seen.fence = {Generation(1), Epoch(2)};
    seen.role = ReplicaRole::Primary;
    seen.phase = PartitionPhase::Unhealthy;
    seen.step = "init: restoring dump";
    seen.reason = "line with \"quotes\" and é";
    seen.ready = true;
    seen.initialized = true;
    seen.position = Position{Epoch(3), std::numeric_limits<std::int64_t>::max(), true};
    seen.followers = {{"r1g1", "streaming", "quorum", 42}, {"r2g1", "catchup", "async", 0}};
    replica.observed = master::Observed(seen);
    replica.incarnation = std::string(32, 'a');
    replica.passed_over_at = WallTime{1'772'368'200'251};
    replica.evidence = std::string("evidence two_votes 1 1 3 0\nproof AQID c2ln\n");
    replica.revision = Revision(2);
    return replica;
}

master::Operation rich_operation() {
    master::Operation operation;
    operation.id = OperationId("op-1");
    operation.kind = master::OperationKind::Promote;
    operation.instance = InstanceName("acme");
    operation.owner = AccountId("carl");
    operation.state = master::OperationState::Failed;
    operation.steps = {
        {"place", master::OperationState::Succeeded, "on \"box-1\"", WallTime{5}, WallTime{6}},
        {"start", master::OperationState::Failed, "", WallTime{7}, std::nullopt},
        {"serve", master::OperationState::Running, "é\n", std::nullopt, std::nullopt}};
    operation.failure =
        error(ErrorCode::Aborted, "superseded", {{"rule", "x"}, {"operation", "op-2"}});
    operation.created_at = WallTime{1'772'368'200'250};
    operation.finished_at = WallTime{1'772'368'300'007};
    operation.revision = Revision(2);
    return operation;
}

}  // namespace

TEST_CASE("an empty database is revision 0 of a lineage of its own") {
    Twin one;
    CHECK(one.state.revision() == Revision());
    CHECK(one.state.lineage().str().size() == 36);
    CHECK(difference(one.load(), one.state) == "");
}

TEST_CASE("every field of every row comes back as it was") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    CHECK(difference(twin.load(), twin.state) == "");
    twin.must_commit(
        {entry(2, rich_price_list(), rich_instance(), rich_replica(), rich_operation())});
    CHECK(difference(twin.load(), twin.state) == "");
    // And what was there may be absent again.
    master::Operation done = rich_operation();
    done.failure.reset();
    twin.must_commit(
        {entry(3, sample_instance("acme"), sample_replica("acme", 1, "box-2", 16), done)});
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("a batch leaves of each row what it is in the end") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    master::Instance lower = sample_instance("acme");
    lower.fence = {Generation(1), Epoch(1)};
    std::vector<Entry> batch = {{Revision(2), {}}, {Revision(3), {Put<master::Instance>{lower}}}};
    for (int i = 0; i < 3; ++i) {
        const master::ReplicaKey key{InstanceName("acme"), ReplicaIndex{i}};
        batch[0].changes.push_back(master::DropReplica{key});
        batch[1].changes.push_back(
            Put<master::Replica>{sample_replica("acme", i, "box-" + std::to_string(i + 2), 17)});
    }
    batch[0].changes.push_back(master::DropInstance{InstanceName("acme")});
    batch[0].changes.push_back(master::DropRequest{AccountId("carl"), RequestId("r-1")});
    twin.must_commit(batch);
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("the copies of a deleted instance go one by one, the leader first") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    master::Instance deleted = sample_instance("acme");
    const master::DropReplica leader{{InstanceName("acme"), ReplicaIndex{0}}};
    CHECK(constraint_of(twin.commit({{Revision(2), {leader}}})) == "instances_leader_is_member");
    deleted.desired = DesiredState::Deleted;
    twin.must_commit({entry(2, deleted)});
    twin.must_commit({{Revision(3), {leader}}});
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("a refused batch leaves nothing, and the next one is accepted") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    master::Replica huge = sample_replica("acme", 0, "box-1", 16);
    huge.reserved.cpu = Millicores(5'000);
    const Status refused =
        twin.commit({entry(2, sample_account("anna", master::AccountRole::Host)), entry(3, huge)});
    CHECK(constraint_of(refused) == "replicas_fit_node");
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    CHECK(refused.failure().message == "what a node holds never exceeds its capacity");
    twin.must_commit({entry(2, sample_account("berta", master::AccountRole::Host))});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(!twin.state.accounts().contains(AccountId("anna")));
}

TEST_CASE("a box that is seen while it is deleted is gone, in whichever order") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const master::Changes deleted = {master::DropSighting{NodeId("box-4")},
                                     master::DropNode{NodeId("box-4")}};
    twin.must_commit({entry(2,
                            master::Sighting{NodeId("box-4"), WallTime{1'772'368'260'000},
                                             Duration(7), Revision(2)},
                            master::Sighting{NodeId("box-5"), WallTime{1'772'368'260'000},
                                             Duration(7), Revision(2)}),
                      {Revision(3), deleted}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(twin.state.sightings().size() == 1);
}

TEST_CASE("a name that is deleted is gone with what edges had for it, and may be asked for anew") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const master::DomainName name("erp.acme.example");
    const master::ClaimKey key{name, AccountId("carl")};
    const master::Domain row = twin.state.domains().at(key);
    const Changes gone = {master::DropDomainCertificate{name, NodeId("box-1")},
                          master::DropDomainCertificate{name, NodeId("box-2")},
                          master::DropDomain{key}};
    twin.must_commit({{Revision(2), gone}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK_FALSE(twin.state.domains().contains(key));
    CHECK(twin.state.domains().contains({name, AccountId("pub")}));
    twin.must_commit({entry(3, row)});
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("packages, upgrades and what boxes said of them are kept and dropped") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    CHECK(twin.state.upgrading().contains(NodeId("box-1")));
    twin.must_commit({{Revision(2),
                       {master::DropNodeAgent{NodeId("box-1")}, master::DropUpgrade{1},
                        master::DropAgentRelease{{"0.2.0", "amd64"}}}}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(twin.state.upgrading().empty());
    CHECK(twin.state.agent_releases().empty());
}

TEST_CASE("a webhook that is deleted is gone, and may be made anew at once") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const master::WebhookKey key{AccountId("carl"), master::WebhookName("shop")};
    master::Webhook row = twin.state.webhooks().at(key);
    twin.must_commit({{Revision(2), {master::DropWebhook{key}}}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK_FALSE(twin.state.webhooks().contains(key));
    row.deliveries = 0;
    twin.must_commit({entry(3, row)});
    twin.must_commit({{Revision(4), {master::DropWebhook{key}}}, entry(5, row)});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(twin.state.webhooks().contains(key));
}

TEST_CASE("a contact goes with its account, and is gone when it is dropped") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const master::ContactId id("c-on");
    REQUIRE(twin.state.contacts().contains(id));
    twin.must_commit({{Revision(2), {master::DropContact{id}}}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK_FALSE(twin.state.contacts().contains(id));
    CHECK(twin.state.contacts().contains(master::ContactId("c-off")));
}

TEST_CASE("what is forgotten or wiped is so in the database too") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    twin.must_commit({entry(2, rich_operation())});
    master::RequestRecord wiped = twin.state.requests().at({AccountId("carl"), RequestId("r-2")});
    wiped.reply_kind = master::ReplyKind::Wiped;
    wiped.reply.clear();
    twin.must_commit({entry(3, wiped)});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(
        constraint_of(twin.commit({{Revision(4), {master::DropOperation{OperationId("op-1")}}}})) ==
        "instances_operation_fkey");
    master::Instance idle = sample_instance("acme");
    idle.operation.reset();
    twin.must_commit({entry(4, idle)});
    twin.must_commit({{Revision(5), {master::DropOperation{OperationId("op-1")}}}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(twin.load().operations().empty());
}

TEST_CASE("an account goes with what was recorded for it, also in its last batch") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const AccountId eve("eve");
    const auto recorded = [&](const std::string& id) {
        return master::RequestRecord{
            eve,      RequestId(id),       "hash", master::ReplyKind::Plain,
            "answer", WallTime{1'000'000}, {}};
    };
    master::Operation done;
    done.id = OperationId("op-eve");
    done.kind = master::OperationKind::Order;
    done.instance = InstanceName("gone");
    done.owner = eve;
    done.state = master::OperationState::Succeeded;
    done.finished_at = WallTime{2'000};
    twin.must_commit({entry(2, sample_account("eve", master::AccountRole::Customer)),
                      entry(3, recorded("r-1")), entry(4, done)});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(constraint_of(twin.commit({{Revision(5), {master::DropAccount{AccountId("carl")}}}})) !=
          "");
    // One more answer, the end, and the same name for somebody else: all in one batch.
    twin.must_commit({entry(5, recorded("r-2")),
                      {Revision(6), {master::DropAccount{eve}}},
                      entry(7, sample_account("eve", master::AccountRole::Host))});
    const master::State loaded = twin.load();
    CHECK(difference(loaded, twin.state) == "");
    CHECK(loaded.accounts().at(eve).roles == std::set{master::AccountRole::Host});
    for (const char* id : {"r-1", "r-2"})
        CHECK_FALSE(loaded.requests().contains({eve, RequestId(id)}));
    CHECK_FALSE(loaded.operations().contains(done.id));
}

TEST_CASE("an ISP, a host, a site and a token go when nothing refers to them") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    CHECK(constraint_of(twin.commit({{Revision(2), {master::DropSite{SiteId("home-5")}}}})) ==
          "nodes_site_fkey");
    CHECK(constraint_of(twin.commit({{Revision(2), {master::DropHost{HostId("host-5")}}}})) ==
          "sites_host_fkey");
    twin.must_commit({{Revision(2),
                       {master::DropNode{NodeId("box-5")}, master::DropSite{SiteId("home-5")},
                        master::DropHost{HostId("host-5")}, master::DropIsp{IspId("isp-5")},
                        master::DropToken{TokenId("t-1")}}}});
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(twin.state.isps().size() == 4);
    CHECK(twin.state.tokens().size() == 1);
}

TEST_CASE("a price list goes while no order was quoted from it") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    const std::size_t lists = twin.state.price_lists().size();
    master::PriceList list;
    list.name = master::PriceListName("later");
    list.currency = "EUR";
    list.valid_from = WallTime{2'000'000'000'000};
    list.sizes = {{SizeName("s"), Cents(900), Cents(0), Cents(0)}};
    list.created_at = WallTime{1'700'000'000'000};
    list.revision = Revision(2);
    twin.must_commit({entry(2, list)});
    twin.must_commit({{Revision(3), {master::DropPriceList{list.name}}}});
    CHECK(twin.state.price_lists().size() == lists);
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("an instance never takes an older fence") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    master::Instance older = sample_instance("acme");
    older.fence.epoch = Epoch(1);
    CHECK(constraint_of(twin.commit({entry(2, older)})) == "instances_fence_never_back");
}

TEST_CASE("a text that SQL cannot hold is refused, not cut") {
    Twin twin;
    const Status refused =
        twin.commit({entry(1, sample_account(std::string("a\0b", 3), master::AccountRole::Host))});
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::FailedPrecondition);
    const Status broken =
        twin.commit({entry(1, sample_account("a\xff", master::AccountRole::Host))});
    REQUIRE(!broken.ok());
    CHECK(broken.failure().code == ErrorCode::FailedPrecondition);
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("the number of a box that is gone is never given again") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    twin.must_commit({{Revision(2), {master::DropNode{NodeId("box-5")}}}});
    CHECK(twin.load().last_node_number() == 5);
    CHECK(difference(twin.load(), twin.state) == "");
    CHECK(constraint_of(twin.commit({entry(3, sample_node(5, "box-9", "home-5"))})) ==
          "node_numbers_pkey");
}

TEST_CASE("a box that came and went within one batch leaves its number behind") {
    Twin twin;
    twin.must_commit({{Revision(1), sample_world()}});
    twin.must_commit({entry(2, sample_node(6, "box-6", "home-4")),
                      {Revision(3), {master::DropNode{NodeId("box-6")}}},
                      entry(4, sample_node(7, "box-6", "home-4")),
                      {Revision(5), {master::DropNode{NodeId("box-6")}}}});
    CHECK(twin.load().last_node_number() == 7);
    CHECK(difference(twin.load(), twin.state) == "");
}

TEST_CASE("the older of two masters writes no more, and does not come back") {
    Twin older;
    older.must_commit({{Revision(1), sample_world()}});
    const auto newer = open_store(older.database);
    REQUIRE(newer->load({}).ok());
    const Status late = older.commit({entry(2, sample_account("late", master::AccountRole::Host))});
    REQUIRE(!late.ok());
    CHECK(late.failure().code == ErrorCode::Aborted);
    const auto again = older.store->load({});
    REQUIRE(!again.ok());
    CHECK(again.failure().code == ErrorCode::Aborted);
    CHECK(newer->commit({entry(2, sample_account("timely", master::AccountRole::Host))}).ok());
}

}  // namespace foyer::test
