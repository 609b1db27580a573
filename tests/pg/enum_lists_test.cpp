// The lists of states in SQL are those of the C++ enums.
#include <array>
#include <regex>
#include <set>
#include <string>

#include "master/store/codec.h"
#include "tests/pg/support/pg_server.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

std::set<std::string> listed_in(master::Connection& connection, const std::string& constraint) {
    const std::string text =
        ask(connection, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '" +
                            constraint + "'");
    std::set<std::string> found;
    const std::regex quoted("'([a-z_]+)'");
    for (std::sregex_iterator at(text.begin(), text.end(), quoted), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

template <class Enum, std::size_t N>
void compare(master::Connection& connection, const std::string& constraint,
             const std::array<Enum, N>& values) {
    INFO(constraint);
    std::set<std::string> ours;
    for (const Enum value : values) ours.emplace(to_text(value));
    const std::set<std::string> theirs = listed_in(connection, constraint);
    CHECK(ours.size() == N);
    CHECK(ours == theirs);
    // What the reader knows and this list has forgotten would show here.
    for (const std::string& text : theirs) {
        Enum read{};
        CHECK(master::from_sql(text, read));
    }
}

}  // namespace

TEST_CASE("each list in SQL of how boxes are and what is ordered is the C++ enum") {
    const auto connection = open_connection(new_database());
    compare(*connection, "nodes_host_wish_known", all_host_wishes);
    compare(*connection, "nodes_health_known", all_box_healths);
    compare(*connection, "nodes_refuses_kinds_known", all_release_kinds);
    compare(*connection, "releases_kind_known", all_release_kinds);
    compare(*connection, "nodes_clock_standing_known", master::all_clock_standings);
    compare(*connection, "nodes_clock_fault_known", master::all_clock_faults);
    compare(*connection, "instances_patience_known", all_patiences);
    compare(*connection, "upgrades_state_known", master::all_upgrade_states);
    compare(*connection, "node_agents_step_known", master::all_upgrade_steps);
    compare(*connection, "node_agents_stance_known", all_upgrade_stances);
    compare(*connection, "isps_terms_known", master::all_terms_stances);
}

TEST_CASE("each list of states in SQL is the C++ enum") {
    using master::NodeState, master::OperationKind, master::OperationState;
    const auto connection = open_connection(new_database());
    {
        using enum NodeState;
        compare(*connection, "nodes_state_known", std::array{Expected, Online, Silent, Lost});
    }
    compare(*connection, "events_about_known", master::all_event_abouts);
    compare(*connection, "domains_use_known", master::all_domain_uses);
    compare(*connection, "webhooks_about_known", master::all_event_abouts);
    compare(*connection, "applications_state_known", master::all_application_states);
    compare(*connection, "contacts_language_known", master::all_languages);
    compare(*connection, "contacts_topics_known", master::all_topics);
    {
        using enum master::NodeWish;
        compare(*connection, "nodes_wish_known", std::array{Open, Cordoned, Draining});
    }
    {
        using enum master::Membership;
        compare(*connection, "replicas_membership_known", std::array{Learner, Member, Leaving});
    }
    {
        using enum HostClass;
        compare(*connection, "sites_host_class_known", std::array{House, Vetted, Open});
    }
    {
        using enum OperationKind;
        compare(*connection, "operations_kind_known",
                std::array{Order, Stop, Start, Delete, Promote, Drain, Rebalance});
    }
    {
        using enum OperationState;
        compare(*connection, "operations_state_known", std::array{Running, Succeeded, Failed});
    }
    {
        using enum master::ReplyKind;
        compare(*connection, "requests_reply_kind_known", std::array{Plain, HoldsSecret, Wiped});
    }
    {
        using enum PartitionPhase;
        compare(*connection, "replicas_observed_phase_known",
                std::array{Assigned, Preparing, Starting, Running, Unhealthy, Stopping, Stopped,
                           Failed, Erasing});
    }
    {
        using enum DesiredState;
        compare(*connection, "instances_desired_known", std::array{Running, Stopped, Deleted});
    }
    compare(*connection, "replicas_kind_known",
            std::array{ReplicaKind::Data, ReplicaKind::Witness});
    compare(*connection, "replicas_observed_role_known",
            std::array{ReplicaRole::Primary, ReplicaRole::Standby, ReplicaRole::Witness});
    compare(*connection, "instances_mode_known",
            std::array{ReplicationMode::Synchronous, ReplicationMode::Asynchronous});
    compare(*connection, "instances_short_of_copies_known",
            std::array{ShortOfCopies::StopWrites, ShortOfCopies::GoOn});
    {
        using enum TakeoverCause;
        compare(*connection, "takeovers_cause_known",
                std::array{First, PromiseOver, Resigned, HandedOver});
    }
    {
        using enum LeadershipEndReason;
        compare(*connection, "takeovers_end_known",
                std::array{LeaseOver, HandedOver, Ill, ClockWrong, Superseded, NewGeneration,
                           HostStops, Retired, NotResumed});
    }
}

TEST_CASE("the list of roles in SQL is the C++ enum") {
    const auto connection = open_connection(new_database());
    std::set<std::string> ours;
    for (const auto role : master::all_roles) ours.emplace(to_text(role));
    CHECK(listed_in(*connection, "accounts_roles_known") == ours);
    CHECK(listed_in(*connection, "api_tokens_scopes_known") == ours);
}

}  // namespace foyer::test
