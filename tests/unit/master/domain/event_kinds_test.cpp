#include "master/domain/event_kinds.h"

#include <set>

#include "tests/support/catch.h"

using namespace foyer::master;

TEST_CASE("each kind is decided once, and told to somebody or to nobody") {
    std::set<std::string_view> kinds;
    for (const EventRule& rule : event_rules) {
        CAPTURE(rule.kind);
        CHECK(kinds.insert(rule.kind).second);
        if (rule.told) CHECK((rule.told->owner || rule.told->operators));
    }
    CHECK(find_event_rule("odd") == nullptr);
    static_assert(EventKind("node_lost").str() == "node_lost");
}

TEST_CASE("who is told what was promised") {
    struct Promise {
        const char* kind;
        Topic topic;
        bool owner;
        bool operators;
    };
    for (const Promise& one : {Promise{"leader_elected", Topic::Takeover, true, false},
                               Promise{"leader_chosen", Topic::Takeover, true, false},
                               Promise{"node_lost", Topic::Box, true, true},
                               Promise{"node_missing", Topic::Box, true, true},
                               Promise{"node_found", Topic::Box, true, true},
                               Promise{"copies_short", Topic::Health, true, true},
                               Promise{"copy_ordered", Topic::Repair, true, false},
                               Promise{"copy_added", Topic::Repair, true, false},
                               Promise{"node_certificate_ends", Topic::Certificate, true, true},
                               Promise{"master_certificate_ends", Topic::Certificate, false, true},
                               Promise{"quota_reached", Topic::Quota, true, false},
                               Promise{"quota_near", Topic::Quota, true, false},
                               Promise{"node_draining", Topic::Drain, true, true},
                               Promise{"node_drained", Topic::Drain, true, true},
                               Promise{"copy_leaves", Topic::Drain, true, false},
                               Promise{"lead_moves", Topic::Maintenance, true, false},
                               Promise{"promotion_failed", Topic::Maintenance, true, false},
                               Promise{"order_succeeded", Topic::Order, true, false},
                               Promise{"domain_failing", Topic::Certificate, true, false},
                               Promise{"domain_lapsed", Topic::Certificate, true, false},
                               Promise{"password_changed", Topic::Account, true, false},
                               Promise{"totp_off", Topic::Account, true, false},
                               Promise{"order_failed", Topic::Order, true, false}}) {
        CAPTURE(one.kind);
        const EventRule* rule = find_event_rule(one.kind);
        REQUIRE(rule != nullptr);
        REQUIRE(rule->told);
        CHECK(rule->told->topic == one.topic);
        CHECK(rule->told->owner == one.owner);
        CHECK(rule->told->operators == one.operators);
    }
    // A minute's silence is told to nobody.
    CHECK_FALSE(find_event_rule("node_silent")->told);
}

TEST_CASE("topics have names") {
    for (const Topic topic : all_topics) CHECK(topic_from(to_text(topic)) == topic);
    CHECK_FALSE(topic_from("odd"));
}
