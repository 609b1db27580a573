#include "master/cli/csv.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

namespace foyer::cli {
namespace {

struct Columns {
    std::string_view rows;
    std::vector<std::string_view> names;
};

// Those of before stay where they are: scripts count them.
std::vector<std::string_view> node_columns() {
    return {"name",
            "site",
            "isp",
            "country",
            "host",
            "host_class",
            "edge",
            "state",
            "wish",
            "cpu_millicores",
            "memory_bytes",
            "disk_bytes",
            "uplink_kbit",
            "reserved_cpu_millicores",
            "reserved_memory_bytes",
            "reserved_disk_bytes",
            "reserved_uplink_kbit",
            "disk_free_bytes",
            "partitions",
            "last_seen_at",
            "silent_since",
            "agent_version",
            "certificate_expires_at",
            "clock_offset_ms",
            "drain_operation",
            "drain_deadline",
            "host_wish",
            "host_wish_until",
            "paused_since",
            "line",
            "health",
            "health_reason",
            "refuses",
            "clock_standing",
            "clock_fault",
            "clock_rate_ppm"};
}

const std::vector<Columns>& tables() {
    static const std::vector<Columns> all = {
        {"isps", {"name", "family", "created_at", "asns", "terms"}},
        {"hosts", {"name", "created_at"}},
        {"sites", {"name", "isp", "country", "host", "host_class", "nodes", "created_at"}},
        {"nodes", node_columns()},
        {"accounts", {"name", "roles", "created_at", "quota", "used", "revision", "country"}},
        {"tokens",
         {"id", "account", "note", "scopes", "read_only", "made_by", "created_at", "expires_at",
          "revision", "member", "session"}},
        {"members",
         {"account", "name", "scopes", "read_only", "manages", "has_password", "totp", "oidc",
          "invited_until", "last_login_at", "created_at", "made_by", "revision"}},
        {"agent_releases",
         {"version", "architecture", "digest", "size_bytes", "publisher_key", "created_at",
          "revision"}},
        {"releases",
         {"name", "version", "title", "publisher", "sizes", "copies_min", "copies_max",
          "copies_default", "image_digest", "image_bytes", "created_at", "withdrawn_at",
          "withdrawn_reason", "kind"}},
        {"instances",
         {"name", "state", "release", "version", "size", "owner", "url", "durability", "repair",
          "replicas", "policy", "quote", "created_at", "revision"}},
        {"price_lists", {"name", "currency", "valid_from", "in_force", "sizes", "created_at"}},
        {"entries",
         {"sequence", "at", "account", "rpc", "subject", "request_id", "body_hash", "revision",
          "previous", "hash", "member", "token_id", "owner", "version"}},
        {"operations",
         {"id", "kind", "instance", "node", "state", "steps", "error", "created_at", "finished_at",
          "moves_max", "revision"}},
        {"profiles", {"name", "api", "ca_file", "default"}},
        {"events", {"revision", "at", "kind", "subject", "message", "sequence", "about", "owner"}},
        {"lines", {"at", "stream", "text", "continued"}},
        {"webhooks",
         {"name", "url", "about", "subject", "kind", "note", "last", "deliveries", "on",
          "failing_since", "failure", "off_at", "created_at"}},
        {"contacts",
         {"id", "account", "address", "language", "topics", "state", "mails", "failing_since",
          "failure", "off_at", "confirmed_at", "created_at"}},
        {"applications",
         {"id",       "state",       "site",           "isp",          "country",    "plan",
          "contact",  "message",     "cpu_millicores", "memory_bytes", "disk_bytes", "uplink_kbit",
          "line_asn", "line_holder", "remarks",        "reason",       "node",       "created_at",
          "ended_at", "until"}},
        {"domains",
         {"name", "instance", "owner", "state", "status", "next", "records", "certificates",
          "serving_until", "created_at", "proven_at", "use", "mail_hints"}},
        {"takeovers",
         {"began_at", "cause", "from", "to", "former_end", "former_closing_ms", "detected_ms",
          "fenced_ms", "elected_ms", "announced_ms", "promoted_ms", "opened_ms", "routed_ms",
          "answered_ms", "edge"}},
    };
    return all;
}

std::string cell_of(const OrderedJson& value) {
    if (value.is_null()) return {};
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
    return quoted + "\"";
}

}  // namespace

std::span<const std::string_view> csv_columns(std::string_view rows) {
    const auto found = std::ranges::find(tables(), rows, &Columns::rows);
    if (found == tables().end()) return {};
    return found->names;
}

std::string to_csv(const OrderedJson& rows, std::span<const std::string_view> columns) {
    std::string text;
    const auto line = [&](const auto& cell) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            text += (i > 0 ? "," : "") + cell(columns[i]);
        text += "\r\n";
    };
    line([](std::string_view column) { return std::string(column); });
    for (const OrderedJson& row : rows) {
        line([&](std::string_view column) {
            const auto found = row.find(std::string(column));
            return row.is_object() && found != row.end() ? cell_of(*found) : std::string();
        });
    }
    return text;
}

}  // namespace foyer::cli
