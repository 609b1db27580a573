// Every constraint refuses what it was made to refuse, and none is forgotten here.
#include <set>
#include <string>
#include <vector>

#include "master/store/sql_error.h"
#include "tests/pg/support/pg_server.h"
#include "tests/pg/support/sample.h"
#include "tests/support/catch.h"

namespace foyer::test {

namespace {

struct Refused {
    std::string constraint;
    std::string sql;
};

// A copy of the row `where` of `table`, with some columns replaced.
std::string again(const std::string& table, const std::string& where, const std::string& changed) {
    const std::string copy = "copy_of_row";
    return "CREATE TEMP TABLE " + copy + " ON COMMIT DROP AS SELECT * FROM " + table + " WHERE " +
           where + "; UPDATE " + copy + " SET " + changed + "; INSERT INTO " + table +
           " SELECT * FROM " + copy;
}

const std::vector<Refused> of_catalogue = {
    {"accounts_name_length", "INSERT INTO accounts VALUES ('', '{host}', now(), 1)"},
    {"accounts_roles_known", "UPDATE accounts SET roles = '{king}'"},
    {"accounts_roles_known", "UPDATE accounts SET roles = '{}'"},
    {"accounts_quota_range", "UPDATE accounts SET quota_copies = -1"},
    {"accounts_quota_range", "UPDATE accounts SET quota_instances = 1, quota_disk_bytes = -1"},
    {"accounts_country_code", "UPDATE accounts SET country = 'fr'"},
    {"api_tokens_account_fkey", "UPDATE api_tokens SET account = 'nobody'"},
    {"api_tokens_account_fkey",
     "DELETE FROM accounts WHERE name IN (SELECT account FROM api_tokens)"},
    {"api_tokens_scopes_known", "UPDATE api_tokens SET scopes = '{king}'"},
    {"isps_family_named", "UPDATE isps SET family = '' WHERE name = 'isp-4'"},
    {"isps_asns_list", "UPDATE isps SET asns = '{}'"},
    {"isps_terms_known",
     "UPDATE isps SET terms = 'odd', terms_quote = '', terms_source = '', terms_read_on = ''"},
    {"isps_terms_whole", "UPDATE isps SET terms = NULL WHERE name = 'isp-1'"},
    {"isps_terms_whole", "UPDATE isps SET terms_quote = 'x' WHERE name = 'isp-4'"},
    {"sites_isp_fkey", "UPDATE sites SET isp = 'none' WHERE name = 'home-4'"},
    {"sites_host_fkey", "UPDATE sites SET host = 'none'"},
    {"sites_country_code", "UPDATE sites SET country = 'fr'"},
    {"sites_former_boxes_list", "UPDATE sites SET former_boxes = '{}'"},
    {"sites_host_class_known", "UPDATE sites SET host_class = 'any'"},
    {"node_numbers_range", "INSERT INTO node_numbers VALUES (0, 'x')"},
    {"node_numbers_pkey",
     again("nodes", "name = 'box-4'",
           "name = 'x', token_hash = '', key_fingerprint = '', wg_public_key = ''")},
    {"node_numbers_append_only", "DELETE FROM node_numbers"},
    {"node_numbers_append_only", "UPDATE node_numbers SET node = 'x'"},
    {"nodes_site_fkey", "UPDATE nodes SET site = 'none' WHERE name = 'box-4'"},
    {"nodes_number_key", "ALTER TABLE nodes DISABLE TRIGGER USER; UPDATE nodes SET number = 1"},
    {"nodes_number_kept", "UPDATE nodes SET number = 77 WHERE name = 'box-4'"},
    {"nodes_state_known", "UPDATE nodes SET state = 'sold'"},
    {"nodes_wish_known", "UPDATE nodes SET wish = 'odd'"},
    {"nodes_host_wish_known", "UPDATE nodes SET host_wish = 'odd', paused_since = NULL"},
    {"nodes_pause_whole", "UPDATE nodes SET host_wish = 'paused', paused_since = NULL"},
    {"nodes_pause_whole", "UPDATE nodes SET host_wish = 'serving', paused_since = now()"},
    {"nodes_pause_whole",
     "UPDATE nodes SET host_wish = 'draining', paused_since = NULL, pause_lasts = true"},
    {"nodes_line_whole", "UPDATE nodes SET line_asn = NULL WHERE name = 'box-1'"},
    {"nodes_line_whole", "UPDATE nodes SET line_differs = true WHERE name = 'box-4'"},
    {"nodes_health_known", "UPDATE nodes SET health = 'odd'"},
    {"nodes_refuses_kinds_known", "UPDATE nodes SET refuses_kinds = '{exec}'"},
    {"nodes_refuses_whole",
     "UPDATE nodes SET refuses_now = true, refuses_kinds = '{}', refuses_countries = '{}'"},
    {"nodes_clock_standing_known", "UPDATE nodes SET clock_standing = 'odd', clock_fault = 'time'"},
    {"nodes_clock_fault_known", "UPDATE nodes SET clock_standing = 'barred', clock_fault = 'odd'"},
    {"nodes_clock_whole", "UPDATE nodes SET clock_standing = 'barred'"},
    {"nodes_clock_whole", "UPDATE nodes SET clock_standing = 'doubted', clock_fault = 'rate'"},
    {"nodes_silent_whole", "UPDATE nodes SET state = 'silent'"},
    {"nodes_silent_whole", "UPDATE nodes SET silent_since = now()"},
    {"nodes_held_silent", "UPDATE nodes SET eviction_held = true"},
    {"nodes_drain_whole", "UPDATE nodes SET wish = 'draining'"},
    {"nodes_drain_whole", "UPDATE nodes SET drain_deadline = now()"},
    {"nodes_drain_fkey",
     "UPDATE nodes SET wish = 'draining', drain_operation = 'op-9', drain_started_at = now()"},
    {"nodes_offered_range", "UPDATE nodes SET offered_disk_bytes = -1"},
    {"nodes_offered_range", "UPDATE nodes SET offered_uplink_kbit_s = -1"},
    {"nodes_edge_address", "UPDATE nodes SET edge = true"},
    {"nodes_edge_address", "UPDATE nodes SET public_address = '192.0.2.1'"},
    {"nodes_capacity_range", "UPDATE nodes SET uplink_kbit_s = -1"},
    {"nodes_disk_free_range", "UPDATE nodes SET disk_free_bytes = -1"},
    {"nodes_partitions_made_range", "UPDATE nodes SET partitions_made = -1"},
    {"nodes_token_hash_key", "UPDATE nodes SET token_hash = 'same'"},
    {"nodes_key_fingerprint_key", "UPDATE nodes SET key_fingerprint = 'same'"},
    {"nodes_wg_public_key_key", "UPDATE nodes SET wg_public_key = 'same'"},
    {"node_sightings_node_fkey", "UPDATE node_sightings SET node = 'none'"},
    {"node_sightings_node_fkey", "DELETE FROM nodes WHERE name = 'box-4'"},
    {"price_lists_pkey",
     "INSERT INTO price_lists SELECT 'a', 'EUR', now() + n * interval '1 day', '[]', now(), 1 FROM "
     "generate_series(1, 2) AS n"},
    {"price_lists_one_at_a_time",
     "INSERT INTO price_lists SELECT name, 'EUR', '2026-01-01', '[]', now(), 1 FROM "
     "unnest(ARRAY['a', 'b']) AS name"},
    {"price_lists_currency_form",
     "INSERT INTO price_lists VALUES ('a', 'eur', now(), '[]', now(), 1)"},
    {"price_lists_sizes_list",
     "INSERT INTO price_lists VALUES ('a', 'EUR', now(), '{}', now(), 1)"},
    {"releases_withdrawn_whole", "UPDATE releases SET withdrawn_reason = 'flawed'"},
    {"releases_publisher_fkey", "UPDATE releases SET publisher = 'nobody'"},
    {"releases_sequence_key", again("releases", "version = '1'", "version = '2'")},
    {"releases_sizes_list", "UPDATE releases SET sizes = '[]'"},
    {"releases_kind_known", "UPDATE releases SET kind = 'exec'"},
    {"releases_copies_range", "UPDATE releases SET copies_default = 9"},
    {"releases_image_size_range", "UPDATE releases SET image_size_bytes = -1"},
    {"releases_web_port_range", "UPDATE releases SET web_port = 65536"},
};

// The order allows one ISP twice, so that only what the test breaks is broken.
const std::string relaxed =
    "UPDATE instances SET allow_same_isp = true; UPDATE replicas SET allow_same_isp = true; ";

const std::vector<Refused> of_instances = {
    {"operations_owner_fkey", "UPDATE operations SET owner = 'nobody'"},
    {"operations_kind_known", "UPDATE operations SET kind = 'sell'"},
    {"operations_of_one_thing", "UPDATE operations SET node = 'box-1'"},
    {"operations_of_one_thing", "UPDATE operations SET kind = 'drain'"},
    {"operations_state_known", "UPDATE operations SET state = 'odd'"},
    {"operations_failure_whole", "UPDATE operations SET failure_code = 'aborted'"},
    {"operations_steps_list", "UPDATE operations SET steps = '{}'"},
    {"operations_moves_range", "UPDATE operations SET moves_max = 1"},
    {"operations_moves_range", "UPDATE operations SET kind = 'rebalance', instance = ''"},
    {"operations_one_rebalancing",
     "INSERT INTO operations (id, kind, instance, node, moves_max, owner, state, steps, "
     "created_at, "
     "revision) SELECT name, 'rebalance', '', '', 1, 'carl', 'running', '[]', now(), 1 FROM "
     "unnest(ARRAY['op-8', 'op-9']) AS name"},
    {"instances_owner_fkey", "UPDATE instances SET owner = 'nobody'"},
    {"instances_release_fkey", "UPDATE instances SET version = '9'"},
    {"instances_operation_fkey", "UPDATE instances SET operation = 'op-9'"},
    {"instances_promotion_fkey",
     "UPDATE instances SET promotion_operation = 'op-9', promotion_force = false, "
     "promotion_started_at = now()"},
    {"instances_promotion_whole", "UPDATE instances SET promotion_wanted = 1"},
    {"instances_repair_whole", "UPDATE instances SET repair_reason = 'no room'"},
    {"instances_records_of_electing", "UPDATE instances SET first_record = 'ballot'"},
    {"replicas_incarnation_form", "UPDATE replicas SET incarnation = 'me'"},
    {"replicas_passed_over_data", "UPDATE replicas SET kind = 'witness', passed_over_at = now()"},
    {"replicas_evidence_of_voter", "UPDATE replicas SET evidence = 'two votes'"},
    {"instances_quote_whole", "UPDATE instances SET quote_cents = 1"},
    {"instances_quote_range",
     "UPDATE instances SET quote_list = 'list-2026', quote_currency = 'EUR', quote_cents = -1, "
     "quote_lines = '[]'"},
    {"instances_quote_lines_list",
     "UPDATE instances SET quote_list = 'list-2026', quote_currency = 'EUR', quote_cents = 1, "
     "quote_lines = '{}'"},
    {"instances_quote_fkey",
     "UPDATE instances SET quote_list = 'list-2026', quote_currency = 'EUR', quote_cents = 1, "
     "quote_lines = '[]'"},
    {"instances_mode_known", "UPDATE instances SET mode = 'quick'"},
    {"instances_desired_known", "UPDATE instances SET desired = 'better'"},
    {"instances_min_countries_range", "UPDATE instances SET min_countries = 4"},
    {"instances_fence_range",
     "ALTER TABLE instances DISABLE TRIGGER USER; UPDATE instances SET epoch = -1"},
    {"instances_served_whole", "UPDATE instances SET served_epoch = 1"},
    {"instances_served_not_ahead", "UPDATE instances SET served_generation = 1, served_epoch = 3"},
    {"instances_fence_never_back", "UPDATE instances SET epoch = 1"},
    {"instances_leader_is_member", "UPDATE instances SET leader = 3"},
    {"instances_leader_is_member", "DELETE FROM replicas WHERE index = 0"},
    {"replicas_instance_fkey", "DELETE FROM instances"},
    {"instances_short_of_copies_known", "UPDATE instances SET short_of_copies = 'odd'"},
    {"instances_patience_known", "UPDATE instances SET patience = 'odd'"},
    {"instances_patience_elects", "UPDATE instances SET elects = false, patience = 'patient'"},
    {"instances_asynchronous_goes_on",
     "UPDATE instances SET mode = 'asynchronous', short_of_copies = 'stop_writes'"},
    {"replicas_instance_fkey", "UPDATE instances SET allow_same_isp = true"},
    {"replicas_node_fkey", "DELETE FROM nodes WHERE name = 'box-1'"},
    {"replicas_node_fkey", "UPDATE nodes SET site = 'home-4' WHERE name = 'box-1'"},
    {"replicas_site_fkey", "UPDATE sites SET isp = 'isp-4' WHERE name = 'home-1'"},
    {"replicas_family_fkey", "UPDATE isps SET family = 'isp-9' WHERE name = 'isp-1'"},
    {"replicas_distinct_nodes",
     relaxed + "UPDATE replicas SET node = 'box-1', site = 'home-1', isp = 'isp-1', family = "
               "'isp-1', partition_number = 30 WHERE instance = 'acme' AND index = 1"},
    {"replicas_distinct_sites",
     relaxed + "UPDATE nodes SET site = 'home-1' WHERE name = 'box-4'; UPDATE replicas SET node = "
               "'box-4', site = 'home-1', isp = 'isp-1', family = 'isp-1' WHERE instance = 'acme' "
               "AND index = 1"},
    {"replicas_distinct_isps",
     "UPDATE replicas SET node = 'box-5', site = 'home-5', isp = 'isp-5', family = 'isp-1' WHERE "
     "instance = 'acme' AND index = 1"},
    {"replicas_membership_known",
     "UPDATE replicas SET membership = 'odd', since = now() WHERE index = 2"},
    {"replicas_change_whole", "UPDATE replicas SET membership = 'learner' WHERE index = 2"},
    {"replicas_change_whole", "UPDATE replicas SET replaces = 1 WHERE index = 2"},
    {"replicas_change_whole",
     "UPDATE replicas SET leave_epoch = 1, leave_flushed_bytes = 1, leave_receiving = false WHERE "
     "index = 2"},
    {"replicas_change_one_at_a_time",
     "UPDATE replicas SET membership = 'leaving', since = now() WHERE instance = 'acme' AND index "
     "> 0"},
    {"replicas_partition_number_key", "UPDATE replicas SET partition_number = 16"},
    {"replicas_index_range", "UPDATE replicas SET index = -1 WHERE index = 2"},
    {"replicas_reserved_range", "UPDATE replicas SET cpu_millicores = -1"},
    {"replicas_reserved_range", "UPDATE replicas SET uplink_kbit_s = -1"},
    {"replicas_kind_known", "UPDATE replicas SET kind = 'odd'"},
    {"replicas_observed_role_known", "UPDATE replicas SET observed_role = 'odd'"},
    {"replicas_observed_phase_known", "UPDATE replicas SET observed_phase = 'odd'"},
    {"replicas_position_whole", "UPDATE replicas SET position_epoch = 1"},
    {"replicas_followers_list", "UPDATE replicas SET followers = '{}'"},
    {"replicas_one_founder", "UPDATE replicas SET founder = true"},
    {"replicas_fit_node",
     "UPDATE replicas SET memory_bytes = 9 * 1024::bigint ^ 3 WHERE index = 0"},
    {"replicas_fit_node", "UPDATE replicas SET uplink_kbit_s = 10001 WHERE index = 0"},
    {"replicas_fit_node", "UPDATE nodes SET cpu_millicores = 999 WHERE name = 'box-1'"},
    {"replicas_fit_node", "UPDATE nodes SET uplink_kbit_s = 99 WHERE name = 'box-1'"},
};

const std::vector<Refused> of_journal = {
    {"takeovers_instance_fkey", "UPDATE takeovers SET instance = 'none' WHERE epoch = 2"},
    {"takeovers_fence_range", "UPDATE takeovers SET epoch = 0 WHERE epoch = 2"},
    {"takeovers_fence_range", "UPDATE takeovers SET former_epoch = -1"},
    {"takeovers_cause_known", "UPDATE takeovers SET cause = 'odd' WHERE epoch = 2"},
    {"takeovers_end_known", "UPDATE takeovers SET end_reason = 'odd' WHERE epoch = 2"},
    {"takeovers_begin_whole", "UPDATE takeovers SET fenced_ms = NULL"},
    {"takeovers_begin_whole", "UPDATE takeovers SET leader = NULL"},
    {"takeovers_begin_whole", "UPDATE takeovers SET promoted_ms = 5"},
    {"takeovers_end_whole", "UPDATE takeovers SET ended_at = NULL"},
    {"takeovers_routed_whole", "UPDATE takeovers SET edge = NULL"},
    {"takeovers_in_order", "UPDATE takeovers SET detected_ms = -1"},
    {"takeovers_in_order", "UPDATE takeovers SET announced_ms = 2 WHERE epoch = 2"},
    {"takeovers_in_order", "UPDATE takeovers SET opened_ms = 4 WHERE epoch = 2"},
    {"takeovers_spans_range", "UPDATE takeovers SET closing_ms = -1 WHERE epoch = 2"},
    {"takeovers_spans_range", "UPDATE takeovers SET answered_ms = 6 WHERE epoch = 2"},
    {"events_pkey", again("events", "true", "message = 'another'")},
    {"events_sequence_range", again("events", "true", "sequence = 0")},
    {"events_about_known", again("events", "true", "sequence = 99, about = 'odd'")},
    {"events_cloud_unnamed", again("events", "true", "sequence = 99, about = 'cloud'")},
    {"events_append_only", "UPDATE events SET message = 'rewritten'"},
    {"events_append_only", "DELETE FROM events"},
    {"events_append_only", "TRUNCATE events"},
    {"audit_pkey", again("audit", "true", "subject = 'another'")},
    {"audit_sequence_range", again("audit", "true", "sequence = 0")},
    {"audit_hash_form", again("audit", "true", "sequence = 2, hash = 'none'")},
    {"audit_version_known", again("audit", "true", "sequence = 2, version = 3")},
    {"audit_named_since_2", again("audit", "true", "sequence = 2, version = 1, token = ''")},
    {"audit_named_since_2", again("audit", "true", "sequence = 2, version = 1, member = ''")},
    {"audit_reached_range", again("audit", "true", "sequence = 2, reached = at - interval '1 ms'")},
    {"audit_append_only", "UPDATE audit SET account = 'nobody'"},
    {"audit_append_only", "DELETE FROM audit"},
    {"requests_account_fkey", "UPDATE requests SET account = 'nobody'"},
    {"api_tokens_member_fkey", "UPDATE api_tokens SET member = 'nobody'"},
    {"api_tokens_session_of_member", "UPDATE api_tokens SET member = NULL WHERE session"},
    {"members_account_fkey", "UPDATE members SET account = 'nobody' WHERE name <> 'anna'"},
    {"members_scopes_known", "UPDATE members SET scopes = '{king}'"},
    {"members_manages_all", "UPDATE members SET read_only = true"},
    {"members_password_argon2id", "UPDATE members SET password_hash = 'plain'"},
    {"members_totp_whole", "UPDATE members SET totp_on = true"},
    {"members_identity_whole", "UPDATE members SET issuer = ''"},
    {"members_invitation_whole", "UPDATE members SET invited_until = NULL"},
    {"webhooks_account_fkey", "UPDATE webhooks SET account = 'nobody'"},
    {"webhooks_url_https", "UPDATE webhooks SET url = 'http://a.example'"},
    {"webhooks_about_known", "UPDATE webhooks SET about = 'odd'"},
    {"webhooks_progress_range", "UPDATE webhooks SET deliveries = -1"},
    {"webhooks_failure_whole", "UPDATE webhooks SET failure = 'answered 500' WHERE name = 'bare'"},
    {"webhooks_off_failing", "UPDATE webhooks SET off_at = now() WHERE name = 'bare'"},
    {"contacts_account_fkey", "UPDATE contacts SET account = 'nobody'"},
    {"contacts_address_plain", "UPDATE contacts SET address = E'a@b.example\\nBcc: c@d.example'"},
    {"contacts_language_known", "UPDATE contacts SET language = 'de'"},
    {"contacts_topics_known", "UPDATE contacts SET topics = ARRAY['odd']"},
    {"contacts_code_whole", "UPDATE contacts SET code_expires_at = now() WHERE id = 'c-on'"},
    {"contacts_code_hashed", "UPDATE contacts SET code = 'sealed' WHERE id = 'c-on'"},
    {"contacts_progress_range", "UPDATE contacts SET mails = -1"},
    {"contacts_codes_counted", "UPDATE contacts SET codes = 1 WHERE id = 'c-on'"},
    {"contacts_failure_whole", "UPDATE contacts SET failure = '550' WHERE id = 'c-on'"},
    {"contacts_off_failing", "UPDATE contacts SET off_at = now() WHERE id = 'c-on'"},
    {"applications_state_known",
     "UPDATE applications SET state = 'odd', ended_at = now() WHERE id = 'a-open'"},
    {"applications_country_code", "UPDATE applications SET country = 'fr'"},
    {"applications_findings_list", "UPDATE applications SET findings = '{}' WHERE id = 'a-open'"},
    {"applications_line_whole", "UPDATE applications SET line_asn = NULL WHERE id = 'a-open'"},
    {"applications_ended_whole", "UPDATE applications SET ended_at = now() WHERE id = 'a-open'"},
    {"applications_node_approved", "UPDATE applications SET node = 'x' WHERE id = 'a-open'"},
    {"applications_erased_bare",
     "UPDATE applications SET contact = 'a@b.example' WHERE id = 'a-old'"},
    {"applications_site_open",
     again("applications", "id = 'a-open'", "id = 'x', key_fingerprint = 'x'")},
    {"applications_key_open", again("applications", "id = 'a-open'", "id = 'x', site = 'x'")},
    {"domains_instance_fkey", "UPDATE domains SET instance = 'none'"},
    {"domains_owner_fkey", "UPDATE domains SET owner = 'nobody' WHERE proven_at IS NULL"},
    {"domains_proven_once", "UPDATE domains SET proven_at = now() WHERE owner = 'pub'"},
    {"domains_name_shape",
     "UPDATE domains SET name = 'Shop.acme.example' WHERE name = 'shop.acme.example'"},
    {"domains_token_there", "UPDATE domains SET token = ''"},
    {"domains_seen_waits", "UPDATE domains SET seen = 'no TXT' WHERE name = 'erp.acme.example'"},
    {"domains_use_known", "UPDATE domains SET use = 'odd'"},
    {"domains_mail_key_whole", "UPDATE domains SET use = 'mail' WHERE name = 'shop.acme.example'"},
    {"domains_mail_key_whole",
     "UPDATE domains SET mail_private_key = '' WHERE name = 'erp.acme.example'"},
    {"agent_releases_named", "UPDATE agent_releases SET version = ''"},
    {"agent_releases_size_range", "UPDATE agent_releases SET size_bytes = 0"},
    {"agent_releases_signed", "UPDATE agent_releases SET signature = ''"},
    {"upgrades_number_range", "UPDATE upgrades SET number = 0 WHERE number = 1"},
    {"upgrades_state_known", "UPDATE upgrades SET state = 'odd', reason = '' WHERE number = 1"},
    {"upgrades_reason_whole", "UPDATE upgrades SET reason = 'why' WHERE number = 2"},
    {"upgrades_end_whole", "UPDATE upgrades SET ended_at = NULL WHERE number = 2"},
    {"upgrades_pace_range", "UPDATE upgrades SET at_most = 0"},
    {"node_agents_node_fkey", "UPDATE node_agents SET node = 'none' WHERE node = 'box-1'"},
    {"node_agents_stance_known", "UPDATE node_agents SET stance = 'odd'"},
    {"node_agents_step_known", "UPDATE node_agents SET step = 'odd' WHERE node = 'box-1'"},
    {"node_agents_step_whole", "UPDATE node_agents SET since = NULL WHERE node = 'box-1'"},
    {"node_agents_step_whole", "UPDATE node_agents SET upgrade = 0 WHERE node = 'box-1'"},
    {"node_agents_order_range", "UPDATE node_agents SET order_number = -1"},
    {"zone_mail_keys_whole", "UPDATE zone_mail_keys SET private_key = ''"},
    {"domain_certificates_domain_fkey",
     "UPDATE domain_certificates SET domain = 'other.acme.example' WHERE edge = 'box-1'"},
    {"domain_certificates_domain_fkey",
     "UPDATE domain_certificates SET owner = 'nobody' WHERE edge = 'box-1'"},
    {"domain_certificates_edge_fkey",
     "UPDATE domain_certificates SET edge = 'none' WHERE edge = 'box-1'"},
    {"domain_certificates_failures_range",
     "UPDATE domain_certificates SET failures = -1 WHERE edge = 'box-2'"},
    {"domain_certificates_failure_whole",
     "UPDATE domain_certificates SET failure = 'no' WHERE edge = 'box-1'"},
    {"requests_id_length", "UPDATE requests SET id = repeat('x', 65)"},
    {"requests_reply_kind_known", "UPDATE requests SET reply_kind = 'odd'"},
    {"requests_wiped_empty", "UPDATE requests SET reply_kind = 'wiped'"},
    {"leadership_only_row", again("leadership", "true", "only_row = false")},
    {"leadership_never_back", "UPDATE leadership SET fence = 0"},
    {"leadership_never_back", "UPDATE leadership SET revision = 0"},
    {"lineage_only_row", again("lineage", "true", "only_row = false")},
};

// Only targets of foreign keys, or the key under which rows are replaced: nothing else can break
// them.
const std::set<std::string> unbreakable = {"accounts_pkey",
                                           "node_sightings_pkey",
                                           "api_tokens_pkey",
                                           "hosts_pkey",
                                           "instances_name_allow_same_isp_key",
                                           "instances_pkey",
                                           "isps_name_family_key",
                                           "isps_pkey",
                                           "leadership_pkey",
                                           "members_pkey",
                                           "lineage_pkey",
                                           "nodes_name_site_key",
                                           "nodes_pkey",
                                           "operations_pkey",
                                           "releases_pkey",
                                           "replicas_pkey",
                                           "requests_pkey",
                                           "sites_name_isp_key",
                                           "sites_pkey",
                                           "takeovers_pkey",
                                           "webhooks_pkey",
                                           "applications_pkey",
                                           "contacts_pkey",
                                           "domains_pkey",
                                           "domain_certificates_pkey",
                                           "zone_mail_keys_pkey",
                                           "agent_releases_pkey",
                                           "upgrades_pkey",
                                           "node_agents_pkey",
                                           "schema_migrations_pkey"};

std::unique_ptr<master::Connection> world() {
    const std::string database = new_database();
    const auto store = open_store(database);
    REQUIRE(store->load({}).ok());
    const Status made = store->commit(
        {{Revision(1), sample_world()},
         entry(2, sample_instance("other"), sample_replica("other", 0, "box-1", 17))});
    if (!made.ok()) FAIL(made.failure().message);
    return open_connection(database);
}

}  // namespace

TEST_CASE("each constraint refuses what it forbids") {
    const auto connection = world();
    for (const auto* list : {&of_catalogue, &of_instances, &of_journal}) {
        for (const Refused& one : *list) {
            INFO(one.sql);
            const std::string broken =
                refusal(*connection, "BEGIN; " + one.sql + "; SET CONSTRAINTS ALL IMMEDIATE");
            CHECK(broken == one.constraint);
            REQUIRE(refusal(*connection, "ROLLBACK") == "");
        }
    }
}

TEST_CASE("no constraint is without a test that it refuses") {
    const auto connection = world();
    std::set<std::string> tested = unbreakable;
    for (const auto* list : {&of_catalogue, &of_instances, &of_journal}) {
        for (const Refused& one : *list) tested.insert(one.constraint);
    }
    const std::string all = ask(*connection,
                                "SELECT string_agg(name, ',') FROM (SELECT conname::text AS name "
                                "FROM pg_constraint WHERE connamespace ="
                                " 'public'::regnamespace AND contype <> 't' UNION SELECT "
                                "c.relname::text FROM pg_index i JOIN"
                                " pg_class c ON c.oid = i.indexrelid WHERE i.indisunique AND "
                                "c.relnamespace = 'public'::regnamespace) n");
    REQUIRE(split(all, ',').size() > 60);
    for (const std::string& name : split(all, ',')) {
        INFO(name);
        CHECK(tested.contains(name));
    }
}

TEST_CASE("every message is of a constraint that exists or is raised by a trigger") {
    std::set<std::string> known = unbreakable;
    for (const auto* list : {&of_catalogue, &of_instances, &of_journal}) {
        for (const Refused& one : *list) known.insert(one.constraint);
    }
    for (const master::ConstraintMessage& message : master::constraint_messages()) {
        INFO(message.constraint);
        CHECK(known.contains(std::string(message.constraint)));
    }
}

TEST_CASE("a copy in change may share the site and the ISP of the one it replaces") {
    const std::string database = new_database();
    const auto store = open_store(database);
    REQUIRE(store->load({}).ok());
    REQUIRE(store->commit({{Revision(1), sample_world()}}).ok());
    const master::Node second = sample_node(6, "box-1b", "home-1");
    master::Replica learner = sample_replica("acme", 3, "box-1b", 16);
    learner.membership = master::Membership::Learner;
    learner.replaces = ReplicaIndex{0};
    learner.since = WallTime{1'772'368'200'250};
    CHECK(store->commit({entry(2, second, learner)}).ok());
    master::Replica member = sample_replica("acme", 3, "box-1b", 16);
    const Status refused = store->commit({entry(3, member)});
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::AlreadyExists);
}

TEST_CASE("copies may share an ISP when the order says so, but never a site") {
    const std::string database = new_database();
    const auto store = open_store(database);
    REQUIRE(store->load({}).ok());
    REQUIRE(store->commit({{Revision(1), sample_world()}}).ok());
    master::Instance relaxed = sample_instance("relaxed");
    relaxed.policy.allow_same_isp = true;
    CHECK(store
              ->commit({entry(2, relaxed, sample_replica("relaxed", 0, "box-1", 17),
                              sample_replica("relaxed", 1, "box-5", 17))})
              .ok());
    master::Instance strict = sample_instance("strict");
    const Status refused = store->commit({entry(3, strict, sample_replica("strict", 0, "box-1", 18),
                                                sample_replica("strict", 1, "box-5", 18))});
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::AlreadyExists);
    CHECK(refused.failure().message == "copies of one instance are on distinct ISPs");
    const master::Node second = sample_node(6, "box-1b", "home-1");
    const Status same_site =
        store->commit({entry(3, second, relaxed, sample_replica("relaxed", 2, "box-1b", 16))});
    REQUIRE(!same_site.ok());
    CHECK(same_site.failure().message == "copies of one instance are on distinct sites");
}

}  // namespace foyer::test
