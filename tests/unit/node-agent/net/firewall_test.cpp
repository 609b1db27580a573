#include "node-agent/net/firewall.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

PartitionWall wall() {
    return {.link = "p0123456789",
            .address = "fd50::a",
            .members = {"fd50::b", "fd50::a", "fd50::b"},
            .proxies = {"fd50::1"},
            .replication_port = 5432,
            .web_port = 8000};
}

}  // namespace

TEST_CASE("replication is for members, the web for edges, and the rest is dropped") {
    const std::string rules = firewall_of_partition(wall()).value();
    CHECK(rules.find("out_p0123456789 ip6 saddr fd50::a ip6 daddr { fd50::a, fd50::b } tcp dport "
                     "5432 return\n") != std::string::npos);
    CHECK(rules.find("in_p0123456789 ip6 daddr fd50::a ip6 saddr { fd50::a, fd50::b } tcp dport "
                     "5432 accept\n") != std::string::npos);
    CHECK(rules.find(
              "in_p0123456789 ip6 daddr fd50::a ip6 saddr { fd50::1 } tcp dport 8000 accept\n") !=
          std::string::npos);
    CHECK(rules.find("out_p0123456789 drop\n") != std::string::npos);
    CHECK(rules.find("in_p0123456789 drop\n") != std::string::npos);
}

TEST_CASE("a release without ports, or without neighbours, is reached by nobody") {
    PartitionWall alone = wall();
    alone.replication_port = alone.web_port = 0;
    CHECK(firewall_of_partition(alone).value().find("accept") == std::string::npos);
    alone = wall();
    alone.members.clear();
    alone.proxies.clear();
    CHECK(firewall_of_partition(alone).value().find("accept") == std::string::npos);
}

TEST_CASE("nothing can be smuggled into the rules") {
    PartitionWall evil = wall();
    evil.proxies = {"fd50::1 } accept; {"};
    CHECK_FALSE(firewall_of_partition(evil).ok());
    evil = wall();
    evil.address = "10.0.0.1";
    CHECK_FALSE(firewall_of_partition(evil).ok());
    evil = wall();
    evil.link = "p\" accept";
    CHECK_FALSE(firewall_of_partition(evil).ok());
}

TEST_CASE("both hooks drop by default, and only an edge forwards between tunnels") {
    const std::string between = "forward iifname \"wg*\" oifname \"wg*\" accept";
    for (const BoxRole role : {BoxRole::Home, BoxRole::Edge}) {
        const std::string rules = firewall_of_box(role).value();
        CHECK(rules.find("hook input priority filter; policy drop") != std::string::npos);
        CHECK(rules.find("hook forward priority filter; policy drop") != std::string::npos);
        CHECK((rules.find(between) != std::string::npos) == (role == BoxRole::Edge));
    }
}

TEST_CASE("the fence of leases stands before established traffic, in all three hooks") {
    for (const BoxRole role : {BoxRole::Home, BoxRole::Edge}) {
        const std::string rules = firewall_of_box(role).value();
        const auto at = [&](const std::string& text) {
            const std::size_t found = rules.find(text);
            REQUIRE(found != std::string::npos);
            return found;
        };
        CHECK(at("forward jump fence") < at("forward ct state established"));
        CHECK(at("input jump fence") < at("input ct state established"));
        if (role == BoxRole::Edge)
            CHECK(at("forward jump fence") < at("forward iifname \"wg*\" oifname \"wg*\" accept"));
        at("output jump fence");
        at("iifname @fenced iifname != @passing drop");
        at("oifname @fenced oifname != @passing drop");
        // Making the table anew must keep who is fenced, and until when.
        CHECK(rules.find("flush set") == std::string::npos);
        CHECK(rules.find("flush table") == std::string::npos);
        CHECK(rules.find("delete") == std::string::npos);
    }
}

TEST_CASE("a shut gate stops the web port in both directions, and nothing else") {
    const std::string rules = firewall_of_partition(wall()).value();
    CHECK(rules.find("gate_p0123456789 oifname p0123456789 tcp dport 8000 drop\n") !=
          std::string::npos);
    CHECK(rules.find("gate_p0123456789 iifname p0123456789 ct direction reply tcp sport 8000 "
                     "drop\n") != std::string::npos);
    PartitionWall no_web = wall();
    no_web.web_port = 0;
    const std::string none = firewall_of_partition(no_web).value();
    CHECK(none.find("add rule inet foyer gate_") == std::string::npos);
}

TEST_CASE("nothing of a removed partition stays in the fence") {
    const std::string rules = firewall_without_partition("p0123456789");
    for (const char* set : {"fenced", "passing", "serving"})
        CHECK(rules.find("delete element inet foyer " + std::string(set) +
                         " { \"p0123456789\" }\n") != std::string::npos);
    CHECK(rules.find("delete chain inet foyer gate_p0123456789\n") != std::string::npos);
}

TEST_CASE("mail goes to the relay alone, from the partition's own address, where there is one") {
    PartitionWall mailing = wall();
    CHECK(firewall_of_partition(mailing).value().find("dport 25") == std::string::npos);
    mailing.mail_relay = "fd50:f0e:1::19";
    const std::string rules = firewall_of_partition(mailing).value();
    CHECK(rules.find("ip6 saddr " + mailing.address +
                     " ip6 daddr fd50:f0e:1::19 tcp dport 25 return") != std::string::npos);
    mailing.mail_relay = "fd50::1 accept";
    CHECK_FALSE(firewall_of_partition(mailing).ok());
}

TEST_CASE("an edge takes mail at the relay's address alone, of its own copies only from theirs") {
    CHECK(firewall_of_box(BoxRole::Edge).value().find("dport 25") == std::string::npos);
    const std::string rules = firewall_of_box(BoxRole::Edge, "fd50:f0e:1::19").value();
    const std::size_t wall_first =
        rules.find("input ip6 daddr fd50:f0e:1::19 tcp dport 25 iifname vmap @leaving");
    const std::size_t taken = rules.find("input ip6 daddr fd50:f0e:1::19 tcp dport 25 accept");
    REQUIRE(wall_first != std::string::npos);
    REQUIRE(taken != std::string::npos);
    CHECK(wall_first < taken);
    CHECK(rules.find("input jump fence") < wall_first);
    CHECK_FALSE(firewall_of_box(BoxRole::Edge, "fd50::1 accept").ok());
}
