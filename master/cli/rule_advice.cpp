// Every rule the master refuses by, and what to type then.
#include <array>

#include "common/base/joined.h"
#include "master/cli/next_step.h"

namespace foyer::cli {
namespace {

constexpr std::string_view whoami = "foyer whoami (it tells what this token may do)";
constexpr std::string_view login = "foyer login --account NAME --member NAME";
constexpr std::string_view token_login = "foyer login --api URL --ca FILE --token-file FILE";
constexpr std::string_view soon = "wait a moment, then repeat the command";
constexpr std::string_view when_told = "wait {wait}, then repeat the command";
constexpr std::string_view account =
    "foyer account show (it tells what is used, and what your account may have)";
// Of a new order, there is nothing yet to show.
constexpr std::string_view less =
    "foyer plan order with another --size, --replicas or --countries (it changes nothing)";

constexpr auto advised_of_room = std::to_array<RuleAdvice>({
    // Room, and what an account or an instance may have.
    {"quota", account},
    {"capacity", "{show}", less},
    {"combination", "{show}", less},
    {"distinct_isps", "{show}", less},
    {"distinct_sites", "{show}", less},
    {"may_lead", "{show}", less},
    {"min_countries", "{show}", less},
    {"contacts_max", "foyer contact ls"},
    {"domains_per_instance", "foyer domain ls"},
    {"domain_claims_of_account", "foyer domain ls"},
    {"domain_ambiguous", "foyer domain ls (it tells whose they are)"},
    {"members_max", "foyer member ls"},
    {"tokens_max", "foyer token ls"},
    {"webhooks_max", "foyer webhook ls"},
    // Too often, too many at once.
    {"rate", when_told, soon},
    {"login_slowed", when_told, soon},
    {"login_busy", soon},
    {"queue_max", soon},
    {"waiting_max", soon},
    {"errands_max", soon},
    {"event_reads_max", soon},
    {"event_streams_max", soon},
    {"event_streams_per_account_max", soon},
    {"uploads_max", soon},
});

constexpr auto advised_of_state = std::to_array<RuleAdvice>({
    // Somebody was faster, or it was done already.
    {"if_match", "{show}, then decide anew"},
    {"release_changed", "repeat the command: the newest version is another one now"},
    {"request_id_reused", "repeat the command with another --request-id"},
    {"already_run", "repeat the command with another --request-id"},
    {"secret_wiped", "repeat the command with another --request-id"},
    {"asn_taken", "foyer isp show {isp}"},
    // In use.
    {"isp_in_use", "foyer site show {first}", "foyer site ls"},
    {"host_in_use", "foyer site show {first}", "foyer site ls"},
    {"site_in_use", "foyer node show {first}", "foyer node ls"},
    {"node_not_empty", "foyer node drain {name}", "foyer node ls"},
    {"account_has_instances", "foyer instance ls"},
    {"account_has_sites", "foyer site ls"},
    {"account_has_operations", "foyer op ls"},
    {"account_has_releases", "foyer token ls (revoke those of this account instead)"},
    {"last_operator", "foyer account create NAME --role operator"},
    // A thing that is not so far, or further.
    {"already_leading", "{show}"},
    {"box_away", "{show}"},
    {"box_late", "{show}"},
    {"deleting", "{show}", "foyer instance ls"},
    {"group_can_elect", "{show}"},
    {"group_not_begun", "{show}"},
    {"is_confirmed", "{show}"},
    {"learner", "{show}"},
    {"leaving", "{show}"},
    {"no_candidate", "{show}"},
    {"no_leader", "{show}"},
    {"not_initialized", "{show}"},
    {"not_running", "{show}"},
    {"not_stopped", "{show}"},
    {"positions_needed", "{show}"},
    {"promotion_under_way", "foyer op wait {operation}", "{show}"},
    {"balanced", "foyer rebalance plan"},
    {"not_rebalancing", "foyer rebalance plan"},
    {"rebalancing", "foyer op wait {operation}"},
    {"agent_releases_max", "foyer agent-release ls"},
    {"no_upgrade", "foyer upgrade start VERSION"},
    {"upgrade_state", "foyer upgrade show"},
    {"upgrade_under_way", "foyer upgrade show"},
    {"edge", "{show}"},
    {"edge_host_class", "foyer site ls"},
    {"line_unknown", "{show}"},
    {"networks_not_recorded", "{show}"},
    {"node_wish", "{show}"},
    {"isp_forbids", "foyer isp show {isp}"},
    {"isp_unknown", "foyer isp create {isp}", "foyer isp ls"},
    {"application_state", "{show}"},
    {"site_taken", "repeat the command with another --site"},
    {"host_taken", "repeat the command with --host NAME"},
    {"no_code", "foyer contact resend {name}"},
    {"wrong_code", "foyer contact resend {name}"},
});

constexpr auto advised_of_people = std::to_array<RuleAdvice>({
    // Software and prices.
    {"blobs_missing", "foyer release publish DIR --key FILE (it sends what is missing)"},
    {"release_owner", "foyer release ls (it tells whose they are)"},
    {"withdrawn", "foyer release ls"},
    {"no_price", "foyer price-list ls (it tells which sizes have one)"},
    {"price_changed", "foyer quote with the release and options of the order"},
    {"price_list_began", "foyer price-list publish FILE (the next list follows this one)"},
    // Rights and logins.
    {"role", whoami},
    {"scope", whoami},
    {"manages", whoami},
    {"orderer_only", whoami},
    {"own_account", whoami},
    {"scope_of_account", account},
    {"outlives_maker", "repeat the command with a shorter --valid"},
    {"token_expired", token_login},
    {"token_missing", token_login},
    {"token_unknown", token_login},
    {"session_needed", login},
    {"fresh_login", login},
    {"login_refused", login},
    {"totp_needed", login},
    {"totp_refused", login},
    {"oidc_flow", "foyer login --account NAME --provider"},
    {"oidc_refused", "foyer login --account NAME --provider"},
    {"oidc_unavailable", login},
    {"oidc_off", login},
    {"totp_on", "foyer me totp-off"},
    {"totp_off", "foyer me totp-on"},
});

constexpr auto advised = foyer::joined(advised_of_room, advised_of_state, advised_of_people);

constexpr std::string_view to_boxes = "told to boxes, never to people";
constexpr std::string_view bad_request = "`foyer` never sends such a request";
constexpr std::string_view operators = "the operator of the cloud decides it";
constexpr std::string_view by_itself = "it passes by itself, and is tried again";
constexpr std::string_view other_input = "the message says what to write instead";

constexpr auto silent = std::to_array<SilentRule>({
    {"applicant_key", to_boxes},
    {"application_approved", to_boxes},
    {"application_differs", to_boxes},
    {"application_secret", to_boxes},
    {"application_unknown", to_boxes},
    {"applications_closed", to_boxes},
    {"applications_of_day", to_boxes},
    {"applications_of_source", to_boxes},
    {"applications_open", to_boxes},
    {"certificate_missing", to_boxes},
    {"certificate_no_node", to_boxes},
    {"clock_wrong", to_boxes},
    {"edge_only", to_boxes},
    {"node_deleted", to_boxes},
    {"node_key_changed", to_boxes},
    {"node_not_leaving", to_boxes},
    {"observations_max", to_boxes},
    {"sync_replaced", to_boxes},
    {"token_used", to_boxes},
    {"blob_streams", to_boxes},
    {"body_bytes_max", bad_request},
    {"content_type", bad_request},
    {"csrf", bad_request},
    {"header_bytes_max", bad_request},
    {"header_folded", bad_request},
    {"if_match_form", bad_request},
    {"if_match_here", bad_request},
    {"transfer_encoding", bad_request},
    {"blob_bytes_max", operators},
    {"blob_quota", operators},
    {"domain_claims_of_name", operators},
    {"domain_taken", operators},
    {"domains_max", operators},
    {"no_contact", operators},
    {"node_numbers", operators},
    {"schema", operators},
    {"leadership", by_itself},
    {"loading", by_itself},
    {"node_turns_max", by_itself},
    {"codes_per_account", "tomorrow it may be asked for again"},
    {"codes_per_address", "tomorrow it may be asked for again"},
    {"codes_per_contact", "tomorrow it may be asked for again"},
    {"invitation_refused", "who manages the account invites anew"},
    {"identity_taken", "the other member logs in that way"},
    {"copy_numbers", "the operation's events say it"},
    {"deadline", "an operation's end, after which it goes on"},
    {"another_elected", "an operation's end, which says what tries again"},
    {"no_member", "an operation's end, which says what lists the others"},
    {"no_password", "there never was one"},
    {"password_shown", "it is not kept"},
    {"blob_size", other_input},
    {"digest", other_input},
    {"domain_name", other_input},
    {"manifest", other_input},
    {"password", other_input},
});

}  // namespace

std::span<const RuleAdvice> advised_rules() { return advised; }
std::span<const SilentRule> silent_rules() { return silent; }

}  // namespace foyer::cli
