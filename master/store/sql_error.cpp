#include "master/store/sql_error.h"

#include <algorithm>

#include "master/store/pq.h"

namespace foyer::master {

namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

}  // namespace

ErrorCode code_of_sqlstate(std::string_view sqlstate) {
    if (sqlstate.empty()) return ErrorCode::Unavailable;  // libpq's own: the connection is gone
    if (sqlstate == "23505") return ErrorCode::AlreadyExists;
    if (sqlstate == "57014") return ErrorCode::DeadlineExceeded;
    if (sqlstate == "25006") return ErrorCode::Unavailable;
    const std::string_view family = sqlstate.substr(0, 2);
    if (family == "22" || family == "23") return ErrorCode::FailedPrecondition;
    if (family == "40") return ErrorCode::Aborted;
    if (family == "28" || family == "3D") return ErrorCode::FailedPrecondition;
    // 55P03: lock_timeout. 25P03: idle too long inside a transaction.
    if (sqlstate == "55P03" || sqlstate == "25P03") return ErrorCode::Unavailable;
    if (family == "08" || family == "53" || family == "57") return ErrorCode::Unavailable;
    return ErrorCode::Internal;
}

const std::vector<ConstraintMessage>& constraint_messages() {
    static const std::vector<ConstraintMessage> messages = {
        {"accounts_roles_known", "an account has one or more of the known roles"},
        {"accounts_quota_range", "a quota is 0 or more"},
        {"api_tokens_scopes_known", "a token's scopes are of the known roles"},
        {"api_tokens_account_fkey", "a token belongs to an account that exists"},
        {"domains_pkey", "an account asks for a name once"},
        {"domains_proven_once", "a name leads to one instance"},
        {"domains_instance_fkey", "a name leads to an instance that exists"},
        {"domains_name_shape", "a name of a customer's is a hostname in lower case"},
        {"events_append_only", "events are never changed or removed"},
        {"events_pkey", "an event's number is used once"},
        {"instances_desired_known", "the desired state of an instance is one of the known ones"},
        {"instances_fence_never_back", "the fence of an instance never goes back"},
        {"instances_leader_is_member", "the leader of an instance is one of its copies"},
        {"instances_min_countries_range", "an instance cannot be in more countries than copies"},
        {"instances_owner_fkey", "an instance belongs to an account that exists"},
        {"instances_release_fkey", "an instance runs a release that is published"},
        {"instances_served_not_ahead", "nothing was served at a fence that is still to come"},
        {"leadership_never_back", "the masters' fence and revision never go back"},
        {"node_numbers_append_only", "overlay numbers once given stay given"},
        {"node_numbers_pkey", "an overlay number is never given to a second node"},
        {"node_sightings_node_fkey", "only a box that exists was seen"},
        {"nodes_edge_address", "an edge, and only an edge, has a public address"},
        {"nodes_key_fingerprint_key", "another node holds this key"},
        {"nodes_number_kept", "a node keeps its overlay number"},
        {"nodes_number_key", "two nodes cannot share an overlay number"},
        {"nodes_site_fkey", "a node stands at a site that exists"},
        {"nodes_state_known", "the state of a node is one of the known ones"},
        {"nodes_token_hash_key", "another node was given this token"},
        {"nodes_wg_public_key_key", "another node holds this WireGuard key"},
        {"nodes_drain_fkey", "a drain is watched by an operation that exists"},
        {"operations_owner_fkey", "an operation belongs to an account that exists"},
        {"releases_copies_range", "copies: 1 <= min <= default <= max"},
        {"releases_publisher_fkey", "a release is published by an account that exists"},
        {"releases_sequence_key", "two releases cannot share a place in the order of publication"},
        {"replicas_change_one_at_a_time", "copies of one instance change one at a time"},
        {"replicas_distinct_isps", "copies of one instance are on distinct ISPs"},
        {"replicas_distinct_nodes", "copies of one instance are on distinct nodes"},
        {"replicas_distinct_sites", "copies of one instance are on distinct sites"},
        {"replicas_family_fkey", "the ISP of a copy's site changed while the copy is there"},
        {"replicas_fit_node", "what a node holds never exceeds its capacity"},
        {"replicas_instance_fkey", "a copy belongs to an instance that exists"},
        {"replicas_node_fkey", "a copy is on a node that exists; a node with copies cannot go"},
        {"replicas_one_founder", "an instance is founded by one copy"},
        {"replicas_partition_number_key", "a partition number is used once on a node"},
        {"replicas_site_fkey", "the site of a copy's node changed while the copy is there"},
        {"requests_account_fkey", "a request belongs to an account that exists"},
        {"sites_country_code", "a country is an ISO 3166-1 code of two capitals"},
        {"sites_host_class_known", "the class of a host is house, vetted or open"},
        {"sites_host_fkey", "a site belongs to a host that exists"},
        {"sites_isp_fkey", "a site's line is of an ISP that exists"},
    };
    return messages;
}

Error error_of(const PGresult* result) {
    const std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
    const std::string constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    Error failure = error(code_of_sqlstate(sqlstate), field(result, PG_DIAG_MESSAGE_PRIMARY),
                          {{"sqlstate", sqlstate}});
    if (failure.message.empty()) failure.message = "the database does not answer";
    if (constraint.empty()) return failure;
    failure.details.push_back({"constraint", constraint});
    const auto& known = constraint_messages();
    const auto found = std::ranges::find(known, constraint, &ConstraintMessage::constraint);
    failure.message = found == known.end() ? "the database refuses it: '" + constraint + "'"
                                           : std::string(found->message);
    return failure;
}

}  // namespace foyer::master
