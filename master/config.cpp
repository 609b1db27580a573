#include "master/config.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <set>
#include <toml++/toml.h>

#include "common/base/money.h"
#include "common/base/toml_text.h"
#include "common/log/sink.h"
#include "common/tls/address.h"
#include "master/domain/contacts.h"

namespace foyer::master {
namespace {

struct Range {
    std::int64_t low = 1;
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};
constexpr Range port_range{1, 65'535};
constexpr Range memory_range{1 << 20, std::int64_t{1} << 40};

// Reads one table; what it was not asked for is an unknown key.
class Table {
public:
    Table(const toml::table& table, std::string name, std::vector<ConfigProblem>& problems)
        : table_(table), name_(std::move(name)), problems_(problems) {}

    void read(std::string_view key, std::string& value) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto text = node->value_exact<std::string>();
        if (!text || text->empty()) return problem(key, *node, "must be a text that is not empty");
        value = *text;
    }
    void read(std::string_view key, bool& value) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto truth = node->value_exact<bool>();
        if (!truth) return problem(key, *node, "must be true or false");
        value = *truth;
    }
    void read(std::string_view key, std::int64_t& value, Range range = {}) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto number = node->value_exact<std::int64_t>();
        if (!number || *number < range.low || *number > range.high) {
            std::string what = "must be a whole number, at least " + std::to_string(range.low);
            if (range.high != std::numeric_limits<std::int64_t>::max())
                what += " and at most " + std::to_string(range.high);
            return problem(key, *node, what);
        }
        value = *number;
    }
    void read(std::string_view key, ListenAddress& value) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const auto text = node->value_exact<std::string>();
        auto address =
            text ? tls::split_address(*text) : error(ErrorCode::InvalidArgument, "must be a text");
        if (!address.ok())
            return problem(key, *node, "must be \"address:port\": " + address.failure().message);
        value = {address.value().host, address.value().port};
    }
    void read(std::string_view key, std::vector<std::string>& value) {
        const toml::node* node = take(key);
        if (node == nullptr) return;
        const toml::array* array = node->as_array();
        if (array == nullptr || array->empty())
            return problem(key, *node, "must be a list of texts, at least one");
        std::vector<std::string> texts;
        for (const toml::node& element : *array) {
            const auto text = element.value_exact<std::string>();
            if (!text || text->empty())
                return problem(key, element, "must hold texts that are not empty");
            texts.push_back(*text);
        }
        value = std::move(texts);
    }
    // A table below; nothing when it is not there.
    const toml::table* sub(std::string_view key) {
        const toml::node* node = take(key);
        if (node == nullptr) return nullptr;
        if (!node->is_table()) problem(key, *node, "must be a table: [" + std::string(key) + "]");
        return node->as_table();
    }
    void problem(std::string_view key, std::string what) {
        const toml::node* node = table_.get(key);
        problems_.push_back({path(key),
                             node == nullptr ? 0 : static_cast<int>(node->source().begin.line),
                             std::move(what)});
    }
    void finish() {
        for (const auto& [key, node] : table_) {
            if (known_.contains(key.str())) continue;
            problems_.push_back({path(key.str()), static_cast<int>(key.source().begin.line),
                                 "is not a key of this configuration"});
        }
    }

private:
    const toml::node* take(std::string_view key) {
        known_.insert(key);
        return table_.get(key);
    }
    std::string path(std::string_view key) const {
        return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
    }
    void problem(std::string_view key, const toml::node& node, std::string what) {
        problems_.push_back(
            {path(key), static_cast<int>(node.source().begin.line), std::move(what)});
    }

    const toml::table& table_;
    std::string name_;
    std::vector<ConfigProblem>& problems_;
    std::set<std::string_view> known_;
};

void read_agents(Table table, AgentsConfig& config) {
    table.read("listen", config.listen);
    table.read("addresses", config.addresses);
    table.read("hold_ms", config.hold_ms, {100, 300'000});
    table.read("silent_after_ms", config.silent_after_ms, {1'000, 3'600'000});
    table.read("seen_flush_ms", config.seen_flush_ms, {1'000, 3'600'000});
    table.read("next_delay_ms", config.next_delay_ms, {0, 60'000});
    table.read("away_delay_ms", config.away_delay_ms, {100, 60'000});
    table.read("held_max", config.held_max);
    table.read("connections_max", config.connections_max);
    table.read("connections_per_source_max", config.connections_per_source_max, {0, 1'000'000});
    table.read("handshake_timeout_ms", config.handshake_timeout_ms, {100, 3'600'000});
    table.read("idle_timeout_ms", config.idle_timeout_ms, {1'000, 3'600'000});
    table.read("memory_bytes_max", config.memory_bytes_max, memory_range);
    table.read("message_bytes_max", config.message_bytes_max, {64 << 10, 64 << 20});
    table.read("observations_max", config.observations_max, {1, 100'000});
    table.read("blob_streams_per_node", config.blob_streams_per_node, {1, 64});
    table.read("blob_streams_max", config.blob_streams_max, {1, 4'096});
    table.read("errands_max", config.errands_max, {1, 100'000});
    table.read("errands_per_node", config.errands_per_node, {1, 64});
    table.read("errand_margin_ms", config.errand_margin_ms, {50, 60'000});
    table.read("isolated_percent", config.isolated_percent, {1, 100});
    table.read("isolated_nodes_min", config.isolated_nodes_min);
    table.read("certificate_days", config.certificate_days, {1, 825});
    table.read("asn_database", config.asn_database);
    table.read("line_settles_ms", config.line_settles_ms, {0, 86'400'000});
    table.read("serving_certificate_s", config.serving_certificate_s, {30, 34'300'800});
    for (const std::string& address : config.addresses) {
        const auto parts = tls::split_address(address);
        if (!parts.ok())
            table.problem("addresses", "'" + address + "': " + parts.failure().message);
    }
    // A box that waits for a held call must not be called silent for it.
    if (config.silent_after_ms < 2 * config.hold_ms)
        table.problem("silent_after_ms", "must be at least twice hold_ms");
    table.finish();
}

void read_api(Table table, ApiConfig& config) {
    constexpr Range timeout{100, 3'600'000};
    table.read("https_listen", config.https_listen);
    table.read("grpc_listen", config.grpc_listen);
    table.read("names", config.names);
    table.read("threads", config.threads, {1, 64});
    table.read("connections_max", config.connections_max);
    table.read("connections_per_source_max", config.connections_per_source_max, {0, 1'000'000});
    table.read("header_bytes_max", config.header_bytes_max, {1 << 10, 1 << 20});
    table.read("body_bytes_max", config.body_bytes_max, {1 << 10, 64 << 20});
    table.read("handshake_timeout_ms", config.handshake_timeout_ms, timeout);
    table.read("header_timeout_ms", config.header_timeout_ms, timeout);
    table.read("idle_timeout_ms", config.idle_timeout_ms, timeout);
    table.read("body_timeout_ms", config.body_timeout_ms, timeout);
    table.read("transfer_timeout_ms", config.transfer_timeout_ms, timeout);
    table.read("grpc_connections_max", config.grpc_connections_max);
    table.read("grpc_memory_bytes_max", config.grpc_memory_bytes_max, memory_range);
    table.read("grpc_threads_max", config.grpc_threads_max, {4, 1'000});
    table.read("json_depth_max", config.json_depth_max, {4, 256});
    table.read("waits_max", config.waits_max);
    table.read("event_streams_max", config.event_streams_max, {0, 1'000'000});
    table.read("event_streams_per_account_max", config.event_streams_per_account_max,
               {0, 1'000'000});
    table.read("event_beat_ms", config.event_beat_ms, {100, 600'000});
    table.read("requests_per_second", config.requests_per_second, {0, 100'000});
    table.read("requests_burst", config.requests_burst, {1, 1'000'000});
    table.read("event_reads_max", config.event_reads_max, {1, 100'000});
    table.read("wait_ms_max", config.wait_ms_max, {0, 600'000});
    table.read("page_size_max", config.page_size_max, {1, 10'000});
    table.read("reveal_again_ms", config.reveal_again_ms, {0, 86'400'000});
    // A stream is a call that is held, again and again.
    if (config.event_streams_max > 0 && config.event_beat_ms > config.wait_ms_max)
        table.problem("event_beat_ms", "must be at most wait_ms_max");
    table.finish();
}

void read_repair(Table table, RepairConfig& config) {
    constexpr Range seconds{1, 90 * 24 * 3'600};
    table.read("lost_after_edge_s", config.lost_after_edge_s, seconds);
    table.read("lost_after_leading_s", config.lost_after_leading_s, seconds);
    table.read("lost_after_s", config.lost_after_s, seconds);
    table.read("missing_after_s", config.missing_after_s, seconds);
    table.read("takeover_after_s", config.takeover_after_s, seconds);
    table.read("brake_nodes_min", config.brake_nodes_min, {1, 1'000'000});
    table.read("brake_percent", config.brake_percent, {0, 100});
    table.read("brake_window_s", config.brake_window_s, seconds);
    table.read("rebuilds_max", config.rebuilds_max, {0, 100'000});
    table.read("rebuilds_per_node", config.rebuilds_per_node, {1, 1'000});
    table.read("caught_up_bytes", config.caught_up_bytes, {0, std::int64_t{1} << 40});
    table.read("learner_timeout_s", config.learner_timeout_s, seconds);
    table.read("failed_after_s", config.failed_after_s, seconds);
    table.read("rebalance_at_once", config.rebalance_at_once, {1, 1'000});
    table.read("retry_after_s", config.retry_after_s, seconds);
    table.finish();
}

void read_upgrades(Table table, UpgradesConfig& config) {
    constexpr Range seconds{10, 7 * 24 * 3'600};
    table.read("return_within_s", config.return_within_s, seconds);
    table.read("yield_within_s", config.yield_within_s, seconds);
    table.finish();
}

void read_webhooks(Table table, WebhooksConfig& config) {
    table.read("allow", config.allow);
    table.read("ca_file", config.ca_file);
    table.read("at_once", config.at_once, {1, 1'000});
    table.read("timeout_ms", config.timeout_ms, {100, 60'000});
    table.read("retry_min_ms", config.retry_min_ms, {10, 3'600'000});
    table.read("retry_max_ms", config.retry_max_ms, {10, 86'400'000});
    table.finish();
}

void read_oidc(Table table, OidcSettings& config) {
    table.read("issuer", config.issuer);
    table.read("client_id", config.client_id);
    table.read("client_secret_file", config.client_secret_file);
    table.read("redirect_uris", config.redirect_uris);
    table.read("ca_file", config.ca_file);
    table.finish();
    if (!config.issuer.starts_with("https://")) table.problem("issuer", "must begin with https://");
    if (config.client_id.empty())
        table.problem("client_id", "is needed: what the provider calls this cloud");
}

void read_applications(Table table, ApplicationsConfig& config) {
    table.read("accept", config.accept);
    table.read("open_max", config.open_max, {1, 10'000});
    table.read("day_max", config.day_max, {1, 1'000});
    table.read("source_day_max", config.source_day_max, {1, 1'000});
    table.read("open_days", config.open_days, {1, 365});
    table.read("contact_days", config.contact_days, {0, 365});
    // A box that was approved may enrol for 30 days, and must be known as long.
    table.read("kept_days", config.kept_days, {31, 3'650});
    table.read("calls_per_minute", config.calls_per_minute, {1, 10'000});
    table.read("calls_per_minute_all", config.calls_per_minute_all, {1, 100'000});
    table.read("ask_again_s", config.ask_again_s, {1, 3'600});
    table.finish();
}

// Half of it set would be found out at the first mail.
void check_mail(Table& table, const MailConfig& config) {
    if (config.tls != "starttls" && config.tls != "implicit")
        table.problem("tls", "must be starttls or implicit");
    if (config.hold_max_ms < config.window_ms)
        table.problem("hold_max_ms", "must be at least window_ms");
    if (config.user.empty() != config.password_file.empty())
        table.problem(config.user.empty() ? "password_file" : "user",
                      "user and password_file go together");
    if (config.server.empty()) return;
    // It becomes a part of an address of libcurl's.
    const auto odd = [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '.' || c == ':');
    };
    if (std::any_of(config.server.begin(), config.server.end(), odd))
        table.problem("server", "must be a host name or an address, without port");
    const Status sender = check_mail_address(config.sender);
    if (!sender.ok()) table.problem("sender", "must be an address, name@host");
}

void read_mail(Table table, MailConfig& config) {
    constexpr Range span{0, 86'400'000};
    table.read("server", config.server);
    table.read("port", config.port, port_range);
    table.read("tls", config.tls);
    table.read("user", config.user);
    table.read("password_file", config.password_file);
    table.read("sender", config.sender);
    table.read("ca_file", config.ca_file);
    table.read("per_hour", config.per_hour, {1, 1'000'000});
    table.read("at_once", config.at_once, {1, 100});
    table.read("timeout_ms", config.timeout_ms, {100, 600'000});
    table.read("window_ms", config.window_ms, span);
    table.read("hold_max_ms", config.hold_max_ms, span);
    table.read("repeat_ms", config.repeat_ms, span);
    table.read("settle_ms", config.settle_ms, span);
    table.read("old_after_ms", config.old_after_ms, {1, 30 * span.high});
    table.read("pending_max", config.pending_max, {1, 10'000});
    table.read("retry_min_ms", config.retry_min_ms, {10, 3'600'000});
    table.read("retry_max_ms", config.retry_max_ms, {10, 86'400'000});
    check_mail(table, config);
    table.finish();
}

void read_rest(Table& root, Config& config, std::vector<ConfigProblem>& problems) {
    if (const toml::table* table = root.sub("database")) {
        Table database(*table, "database", problems);
        database.read("url", config.database_url);
        database.read("statement_timeout_ms", config.database_statement_timeout_ms, {100, 600'000});
        database.read("commit_timeout_ms", config.database_commit_timeout_ms, {100, 600'000});
        database.finish();
    }
    if (const toml::table* table = root.sub("metrics")) {
        Table metrics(*table, "metrics", problems);
        metrics.read("listen", config.metrics);
        metrics.finish();
    }
    if (const toml::table* table = root.sub("blobs")) {
        Table blobs(*table, "blobs", problems);
        blobs.read("blob_bytes_max", config.blobs.blob_bytes_max);
        blobs.read("quota_bytes", config.blobs.quota_bytes);
        blobs.read("uploads_max", config.blobs.uploads_max, {1, 1'000});
        blobs.finish();
    }
    if (const toml::table* table = root.sub("upgrades"))
        read_upgrades(Table(*table, "upgrades", problems), config.upgrades);
    if (const toml::table* table = root.sub("repair"))
        read_repair(Table(*table, "repair", problems), config.repair);
    if (const toml::table* table = root.sub("webhooks"))
        read_webhooks(Table(*table, "webhooks", problems), config.webhooks);
    if (const toml::table* table = root.sub("oidc"))
        read_oidc(Table(*table, "oidc", problems), config.oidc);
    if (const toml::table* table = root.sub("mail"))
        read_mail(Table(*table, "mail", problems), config.mail);
    if (const toml::table* table = root.sub("domains")) {
        Table domains(*table, "domains", problems);
        domains.read("per_instance", config.domains.per_instance, {0, 64});
        domains.read("resolver", config.domains.resolver);
        domains.read("look_timeout_ms", config.domains.look_timeout_ms, {100, 60'000});
        domains.finish();
    }
    if (const toml::table* table = root.sub("relay")) {
        Table relay(*table, "relay", problems);
        relay.read("per_day", config.relay.per_day, {0, 1'000'000});
        relay.read("spf", config.relay.spf);
        relay.finish();
    }
    if (const toml::table* table = root.sub("applications"))
        read_applications(Table(*table, "applications", problems), config.applications);
    if (const toml::table* table = root.sub("groups")) {
        Table groups(*table, "groups", problems);
        groups.read("elect", config.groups_elect);
        groups.read("clock_wrong_after_s", config.clock_wrong_after_s, {0, 86'400});
        groups.read("clock_right_after_s", config.clock_right_after_s, {0, 864'000});
        groups.finish();
    }
    if (const toml::table* table = root.sub("hosts")) {
        Table hosts(*table, "hosts", problems);
        hosts.read("monthly_cents", config.hosts.monthly_cents, {0, 1'000'000'000});
        hosts.read("currency", config.hosts.currency);
        if (!is_currency_code(config.hosts.currency))
            hosts.problem("currency", "must be an ISO 4217 code of three capitals, like EUR");
        hosts.finish();
    }
    if (const toml::table* table = root.sub("planner")) {
        Table planner(*table, "planner", problems);
        planner.read("queue_max", config.planner.queue_max);
        planner.read("batch_max", config.planner.batch_max, {1, 100'000});
        planner.read("request_retention_days", config.planner.request_retention_days, {1, 3'650});
        planner.read("operation_retention_days", config.planner.operation_retention_days,
                     {1, 3'650});
        planner.finish();
    }
}

void read_root(Table& root, Config& config, std::vector<ConfigProblem>& problems) {
    root.read("data_dir", config.data_dir);
    root.read("zone", config.zone);
    root.read("contact", config.contact);
    if (config.contact.size() > 300) root.problem("contact", "must be at most 300 bytes");
    root.read("public_port", config.public_port, port_range);
    root.read("overlay_prefix", config.overlay_prefix);
    root.read("edge_wireguard_port", config.edge_wireguard_port, port_range);
    root.read("log_level", config.log_level);
    root.read("shutdown_timeout_ms", config.shutdown_timeout_ms, {0, 600'000});
    if (!log_level_from(config.log_level))
        root.problem("log_level", "must be debug, info, warn or error");
    if (const toml::table* table = root.sub("agents"))
        read_agents(Table(*table, "agents", problems), config.agents);
    if (const toml::table* table = root.sub("api"))
        read_api(Table(*table, "api", problems), config.api);
    read_rest(root, config, problems);
    root.finish();
}

}  // namespace

std::string to_text(const ListenAddress& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

ParsedConfig parse_config(std::string_view text) {
    ParsedConfig parsed;
    if (const auto line = line_of_odd_letter(text)) {
        parsed.problems.push_back({"", *line, std::string(odd_letter_problem)});
        return parsed;
    }
    try {
        const toml::table document = toml::parse(text);
        Table root(document, "", parsed.problems);
        read_root(root, parsed.config, parsed.problems);
    } catch (const toml::parse_error& why) {
        // The library stops at the first thing that is not TOML.
        parsed.problems.push_back(
            {"", static_cast<int>(why.source().begin.line), std::string(why.description())});
    }
    std::stable_sort(
        parsed.problems.begin(), parsed.problems.end(),
        [](const ConfigProblem& a, const ConfigProblem& b) { return a.line < b.line; });
    return parsed;
}

std::string to_text(const std::vector<ConfigProblem>& problems) {
    std::string text;
    for (const ConfigProblem& problem : problems) {
        if (problem.line > 0) text += "line " + std::to_string(problem.line) + ": ";
        if (!problem.key.empty()) text += problem.key + ": ";
        text += problem.what + "\n";
    }
    return text;
}

}  // namespace foyer::master
