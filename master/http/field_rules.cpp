#include "master/http/field_rules.h"

#include <array>

#include "common/base/joined.h"
#include "common/model/errand.h"
#include "master/domain/applications.h"
#include "master/domain/contacts.h"
#include "master/domain/domain_names.h"
#include "master/domain/limits.h"
#include "master/domain/prices.h"
#include "master/domain/rebalance.h"
#include "master/domain/upgrades.h"
#include "master/domain/webhooks.h"

namespace foyer::master {
namespace {

constexpr std::string_view a_name = "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$";
constexpr std::string_view a_name_or_nothing = "^([a-z]([a-z0-9-]{0,38}[a-z0-9])?)?$";
constexpr std::string_view a_member = "^[a-z0-9][a-z0-9._@+-]{0,63}$";
constexpr std::string_view a_country = "^[A-Z]{2}$";
constexpr std::string_view a_country_or_nothing = "^([A-Z]{2})?$";
constexpr std::string_view printable = "^[!-~]*$";

constexpr std::int64_t seconds(Duration span) { return span.count() / 1000; }

constexpr FieldRule needed(std::string_view pattern = {}) {
    return {.required = true, .pattern = pattern};
}
constexpr FieldRule text(std::string_view pattern) { return {.pattern = pattern}; }
constexpr FieldRule up_to(std::int64_t most) { return {.least = 0, .most = most}; }
constexpr FieldRule up_to_bytes(std::size_t most) {
    return {.most = static_cast<std::int64_t>(most)};
}
// base64 of so many bytes.
constexpr FieldRule at_most(std::size_t bytes) {
    return {.least = 0, .most = static_cast<std::int64_t>((bytes + 2) / 3 * 4)};
}
// base64 of so many bytes, no more and no less.
constexpr FieldRule exactly(std::int64_t bytes) {
    const std::int64_t letters = (bytes + 2) / 3 * 4;
    return {.required = true, .least = letters, .most = letters};
}

constexpr FieldRule a_new_password{.required = true,
                                   .least = static_cast<std::int64_t>(limits::password_bytes_min),
                                   .most = static_cast<std::int64_t>(limits::password_bytes_max)};
constexpr FieldRule a_mail_address{.required = true,
                                   .most = static_cast<std::int64_t>(mail_address_bytes_max),
                                   .pattern = "^[!-~]+@[A-Za-z0-9.-]+$"};
constexpr FieldRule a_code{.required = true,
                           .most = static_cast<std::int64_t>(4 * contact_code_letters)};

struct Line {
    std::string_view message;
    std::string_view field;
    FieldRule rule;
};

// Of whose lines there are, and of hosts who ask to be taken in.
constexpr auto lines_of_isps = std::to_array<Line>({
    {"ApproveApplicationRequest", "site", text(a_name_or_nothing)},
    {"ApproveApplicationRequest", "isp", text(a_name_or_nothing)},
    {"ApproveApplicationRequest", "host", text(a_name_or_nothing)},
    {"ApproveApplicationRequest", "valid_seconds", up_to(seconds(limits::node_token_valid_max))},
    {"RejectApplicationRequest", "reason", up_to_bytes(application_reason_bytes_max)},
    {"CreateIspRequest", "name", needed(a_name)},
    {"CreateIspRequest", "family", text(a_name_or_nothing)},
    {"CreateIspRequest", "asns", {.most = static_cast<std::int64_t>(limits::isp_asns_max)}},
    {"UpdateIspRequest", "asns", {.most = static_cast<std::int64_t>(limits::isp_asns_max)}},
    {"IspTerms", "stance", needed()},
    {"IspTerms", "quote", up_to_bytes(limits::terms_quote_bytes_max)},
    {"IspTerms", "source", up_to_bytes(limits::terms_source_bytes_max)},
    {"IspTerms", "read_on", needed("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")},
});

// Of the homes and their boxes.
constexpr auto lines_of_fleet = std::to_array<Line>({
    {"CreateHostRequest", "name", needed(a_name)},
    {"CreateSiteRequest", "name", needed(a_name)},
    {"CreateSiteRequest", "isp", needed()},
    {"CreateSiteRequest", "country", needed(a_country)},
    {"CreateSiteRequest", "host", needed()},
    {"CreateSiteRequest", "host_class", needed()},
    {"CreateNodeTokenRequest", "site", needed()},
    {"CreateNodeTokenRequest", "node", text(a_name_or_nothing)},
    {"CreateNodeTokenRequest",
     "public_address",
     {.most = static_cast<std::int64_t>(limits::public_address_bytes_max)}},
    {"CreateNodeTokenRequest", "valid_seconds", up_to(seconds(limits::node_token_valid_max))},
    {"DrainNodeRequest", "deadline_seconds", up_to(seconds(limits::drain_deadline_max))},
    {"PlanRebalanceRequest", "moves_max", up_to(rebalance_moves_max)},
    {"StartRebalanceRequest", "moves_max", up_to(rebalance_moves_max)},
    {"PublishAgentReleaseRequest",
     "document",
     {.required = true,
      .least = 4,
      .most = static_cast<std::int64_t>((agent_document_bytes_max + 2) / 3 * 4)}},
    {"PublishAgentReleaseRequest", "signature", exactly(64)},
    {"PublishAgentReleaseRequest", "publisher_key", exactly(32)},
    {"StartUpgradeRequest", "version", needed("^[0-9][0-9A-Za-z.+~-]{0,63}$")},
    {"StartUpgradeRequest", "at_most", up_to(upgrade_at_most_max)},
    {"StartUpgradeRequest", "at_most_percent", up_to(100)},
    {"StartUpgradeRequest", "canaries", {.most = static_cast<std::int64_t>(canaries_max)}},
    {"StartUpgradeRequest", "observe_seconds", up_to(seconds(observe_max))},
});

// Of what runs on them.
constexpr auto lines_of_services = std::to_array<Line>({
    {"PublishPriceListRequest", "name", needed(a_name)},
    {"PublishPriceListRequest", "currency", needed("^[A-Z]{3}$")},
    {"PublishPriceListRequest",
     "sizes",
     {.required = true, .least = 1, .most = static_cast<std::int64_t>(sizes_max)}},
    {"SizePrice", "size", needed(a_name)},
    {"SizePrice", "copy_cents", up_to(cents_max)},
    {"SizePrice", "synchronous_cents", up_to(cents_max)},
    {"SizePrice", "further_country_cents", up_to(cents_max)},
    {"GetSitePromiseRequest", "month", text("^(2[0-9]{3}-(0[1-9]|1[0-2]))?$")},
    {"QuoteOrderRequest", "release", needed()},
    {"QuoteOrderRequest", "replicas", {.least = 0}},
    {"QuoteOrderRequest", "min_countries", {.least = 0}},
    {"OrderInstanceRequest", "name", needed(a_name)},
    {"OrderInstanceRequest", "release", needed()},
    {"ReplicationPolicy", "replicas", {.least = 0}},
    {"ReplicationPolicy", "min_countries", {.least = 0}},
    {"PromoteInstanceRequest", "index", {.least = 0}},
    {"ReadInstanceLogRequest", "index", {.least = 0}},
    {"ReadInstanceLogRequest", "newest", up_to(errand_limits::lines_max)},
    {"ReadInstanceLogRequest", "after", up_to_bytes(errand_limits::place_bytes_max)},
    {"ExecInstanceRequest", "index", {.least = 0}},
    {"ExecInstanceRequest",
     "command",
     {.required = true, .least = 1, .most = errand_limits::words_max}},
    {"ExecInstanceRequest", "input", at_most(errand_limits::input_bytes_max)},
    {"ExecInstanceRequest", "timeout_ms", up_to(limits::exec_timeout_max.count())},
    {"PublishReleaseRequest", "release_json", {.required = true, .least = 4}},
    {"PublishReleaseRequest", "signature", exactly(64)},
    {"PublishReleaseRequest", "publisher_key", exactly(32)},
    {"WithdrawReleaseRequest",
     "reason",
     {.required = true,
      .least = 1,
      .most = static_cast<std::int64_t>(limits::withdraw_reason_bytes_max)}},
    {"CreateWebhookRequest", "name", needed(a_name)},
    {"CreateWebhookRequest",
     "url",
     {.required = true,
      .most = static_cast<std::int64_t>(webhook_url_bytes_max),
      .pattern = "^https://"}},
    {"CreateWebhookRequest", "subject", up_to_bytes(webhook_text_bytes_max)},
    {"CreateWebhookRequest", "kind", up_to_bytes(webhook_text_bytes_max)},
    {"CreateWebhookRequest", "note", up_to_bytes(webhook_text_bytes_max)},
    {"CreateDomainRequest",
     "name",
     {.required = true, .most = static_cast<std::int64_t>(domain_bytes_max)}},
    {"CreateDomainRequest", "instance", needed()},
});

// Of accounts, and of people who act for them.
constexpr auto lines_of_people = std::to_array<Line>({
    {"AddContactRequest", "address", a_mail_address},
    {"ConfirmContactRequest", "code", a_code},
    {"CreateAccountRequest", "name", needed(a_name)},
    {"CreateAccountRequest", "roles", {.required = true, .least = 1}},
    {"CreateAccountRequest", "country", text(a_country_or_nothing)},
    {"UpdateAccountRequest", "roles", {.required = true, .least = 1}},
    {"UpdateAccountRequest", "country", text(a_country_or_nothing)},
    {"Quota", "instances", up_to(limits::quota_max)},
    {"Quota", "copies", up_to(limits::quota_max)},
    {"Quota", "disk_bytes", up_to(limits::quota_max)},
    {"CreateTokenRequest", "valid_seconds", up_to(seconds(limits::api_token_valid_max))},
    {"CreateMemberRequest", "name", needed(a_member)},
    {"LoginRequest", "account", needed()},
    {"LoginRequest", "member", needed()},
    {"LoginRequest", "password", needed()},
    {"AcceptInvitationRequest", "account", needed()},
    {"AcceptInvitationRequest", "member", needed()},
    {"AcceptInvitationRequest", "invitation", needed()},
    {"AcceptInvitationRequest", "password", a_new_password},
    {"ChangePasswordRequest", "password", needed()},
    {"ChangePasswordRequest", "new_password", a_new_password},
    {"StartTotpRequest", "password", needed()},
    {"ConfirmTotpRequest", "code", needed("^[0-9]{6}$")},
    {"RemoveTotpRequest", "password", needed()},
    {"RemoveTotpRequest", "code", needed("^[0-9]{6}$")},
    {"StartOidcRequest", "redirect_uri", needed()},
    {"FinishOidcRequest", "flow", needed()},
    {"FinishOidcRequest", "state", needed()},
    {"FinishOidcRequest", "code", needed()},
    {"CreateTokenRequest",
     "note",
     {.most = static_cast<std::int64_t>(limits::token_note_bytes_max)}},
});

constexpr auto lines = joined(lines_of_isps, lines_of_fleet, lines_of_services, lines_of_people);

struct Example {
    std::string_view name;
    std::string_view text;
};

constexpr auto bodies = std::to_array<Example>({
    {"CreateIspRequest", R"({"name": "orange"})"},
    {"UpdateIspRequest", R"({"asns": [3215, 12876], "terms": {"stance": "allowed",
        "quote": "The customer may run a server of his own.",
        "source": "https://isp.example/terms, 4.2", "read_on": "2026-11-27"}})"},
    {"CreateHostRequest", R"({"name": "martin"})"},
    {"CreateSiteRequest", R"({"name": "dijon", "isp": "orange", "country": "FR",
                              "host": "martin", "host_class": "vetted"})"},
    {"CreateNodeTokenRequest", R"({"site": "dijon"})"},
    {"ApproveApplicationRequest", R"({"host": "martin", "host_class": "vetted"})"},
    {"RejectApplicationRequest", R"({"reason": "we have no edge near you yet"})"},
    {"DrainNodeRequest", R"({"deadline_seconds": 86400})"},
    {"StartUpgradeRequest", R"({"version": "0.2.0", "at_most_percent": 2,
                                "canaries": ["dijon-1"], "observe_seconds": 3600})"},
    {"StartRebalanceRequest", R"({"moves_max": 20})"},
    {"PublishPriceListRequest", R"({"name": "list-2027", "currency": "EUR", "sizes": [
        {"size": "s", "copy_cents": 900, "synchronous_cents": 100,
         "further_country_cents": 250}]})"},
    {"OrderInstanceRequest", R"({"name": "acme", "release": "tryton", "size": "s",
                                 "parameters": {"company": "Acme"},
                                 "policy": {"replicas": 3, "countries": ["FR", "BE"]}})"},
    {"PromoteInstanceRequest", R"({"index": 1})"},
    {"ExecInstanceRequest", R"({"command": ["psql", "-c", "select count(*) from party_party"]})"},
    {"WithdrawReleaseRequest", R"({"reason": "loses attachments; use 7.0.30-2"})"},
    {"CreateWebhookRequest", R"({"name": "shop", "url": "https://hooks.example.com/foyer",
                                 "about": "instance", "note": "tells the shop"})"},
    {"AddContactRequest", R"({"address": "anna@example.org", "language": "fr",
                              "topics": ["takeover", "health", "quota"]})"},
    {"ChangeContactRequest", R"({"language": "en"})"},
    {"ConfirmContactRequest", R"({"code": "k7qm-2xpd"})"},
    {"CreateDomainRequest", R"({"name": "erp.acme.example", "instance": "acme"})"},
    {"CreateAccountRequest", R"({"name": "acme", "roles": ["customer"], "country": "FR"})"},
    {"UpdateAccountRequest", R"({"roles": ["customer", "host"],
                                 "quota": {"instances": 10, "copies": 30}, "country": "FR"})"},
    {"CreateMemberRequest", R"({"name": "anna@acme.example", "scopes": ["customer"]})"},
    {"UpdateMemberRequest", R"({"scopes": ["customer"], "read_only": true})"},
    {"LoginRequest", R"({"account": "acme", "member": "anna@acme.example",
                         "password": "four words in a row"})"},
    {"AcceptInvitationRequest", R"({"account": "acme", "member": "anna@acme.example",
        "invitation": "inv_k3v9x2qmztk3v9x2qmztk3v9x2qmztab", "password": "four words in a row"})"},
    {"ChangePasswordRequest", R"({"password": "four words in a row",
                                  "new_password": "four words in another row"})"},
    {"StartTotpRequest", R"({"password": "four words in a row"})"},
    {"ConfirmTotpRequest", R"({"code": "287082"})"},
    {"RemoveTotpRequest", R"({"password": "four words in a row", "code": "287082"})"},
    {"StartOidcRequest", R"({"redirect_uri": "http://127.0.0.1:40000/foyer"})"},
    {"FinishOidcRequest", R"({"account": "acme", "flow": "AS4h…", "state": "k3v9x2qmzt",
                              "code": "SplxlOBeZQQYbYS6WxSbIA"})"},
    {"CreateTokenRequest", R"({"account": "acme", "valid_seconds": 2592000,
                               "note": "nightly export", "scopes": ["customer"],
                               "read_only": true})"},
});

constexpr auto in_paths = std::to_array<Example>({
    {"accounts", "acme"},
    {"tokens", "k3v9x2qmzt"},
    {"isps", "orange"},
    {"hosts", "martin"},
    {"sites", "dijon"},
    {"nodes", "dijon-1"},
    {"applications", "q4n8w1z7kp"},
    {"instances", "acme"},
    {"operations", "op-7f3kq2mzx4tb"},
    {"price-lists", "list-2027"},
    {"agent-releases", "0.2.0"},
    {"webhooks", "shop"},
    {"contacts", "w4c8z1p0qd"},
    {"domains", "erp.acme.example"},
    {"software-releases", "tryton"},
    {"blobs", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
});

}  // namespace

FieldRule rule_of(std::string_view message, std::string_view field, const ToldLimits& told) {
    if (field == "request_id")
        return {.most = static_cast<std::int64_t>(limits::request_id_bytes_max),
                .pattern = printable};
    if (field == "page_size") return up_to(told.page_size_max);
    if (field == "page_token")
        return {.most = static_cast<std::int64_t>(limits::page_token_bytes_max)};
    if (field == "wait_ms") return up_to(told.wait_ms_max);
    for (const Line& line : lines) {
        if (line.message == message && line.field == field) return line.rule;
    }
    return {};
}

std::string_view name_pattern() { return a_name; }

std::string_view body_example(std::string_view message) {
    for (const Example& example : bodies) {
        if (example.name == message) return example.text;
    }
    return {};
}

std::string_view path_example(std::string_view collection, std::string_view parameter) {
    if (parameter == "architecture") return "amd64";
    if (parameter == "version" && collection != "agent-releases") return "7.0.30-1";
    for (const Example& example : in_paths) {
        if (example.name == collection) return example.text;
    }
    return {};
}

}  // namespace foyer::master
