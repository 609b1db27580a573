// Whatever a server answers to the foyer command, shown to a person.
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "master/cli/api_client.h"
#include "master/cli/json_fields.h"
#include "master/cli/progress.h"
#include "master/cli/text_width.h"
#include "master/cli/views.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

using cli::Json;

constexpr WallTime noon{1'772'366'400'000};
constexpr std::array<cli::View, 18> views = {
    cli::view_isps,     cli::view_isp,       cli::view_hosts,    cli::view_host,
    cli::view_sites,    cli::view_site,      cli::view_nodes,    cli::view_node,
    cli::view_accounts, cli::view_account,   cli::view_whoami,   cli::view_releases,
    cli::view_release,  cli::view_instances, cli::view_instance, cli::view_copies,
    cli::view_events,   cli::view_operation};

// No server steers the terminal: the escape character never gets through.
void check_shown(std::string_view text) { CHECK(text.find('\x1b') == std::string_view::npos); }

void feed(std::string_view bytes) {
    discard(cli::parse_api_url(bytes), "only that it returns");
    static_cast<void>(cli::error_of_reply(500, bytes));
    check_shown(cli::printable(bytes));
    CHECK(cli::display_width(cli::fit(cli::printable(bytes), 20)) <= 20);
    const auto answer = cli::parse_json(bytes);
    if (!answer.ok()) return;
    const Json& json = answer.value();
    for (const cli::View view : views) {
        check_shown(view(json, {{.width = 0}, noon}));
        check_shown(view(json, {{.width = 40, .unicode = false}, noon}));
        check_shown(view(Json::array({json}), {{.width = 80}, noon}));
    }
    check_shown(cli::view_connection(json, {{.width = 80}, noon}));
    check_shown(cli::progress_line(json, noon, {}));
    for (const std::string& line : cli::progress_news(Json(), json, noon, cli::News::All))
        check_shown(line);
}

std::vector<std::string> seeds() {
    return {
        R"({"name":"acme","state":"running","release":"tryton","version":"7.0.30-1","size":"s",)"
        R"("created_at":"2026-03-01T12:30:00.250Z","parameters":{"company":"A"},"policy":)"
        R"({"replicas":3,"countries":["FR"],"mode":"synchronous"},"reasons":["x"],"replicas":)"
        R"([{"index":0,"node":"lille-1","site":"lille","isp":"alder","country":"FR",)"
        R"("role":"primary","phase":"running","lag_bytes":12}],)"
        R"("connection":{"url":"https://a.z/","user":"admin"}})",
        R"({"id":"op-1","kind":"order","state":"running","created_at":"2026-03-01T12:30:00Z",)"
        R"("steps":[{"name":"prepare acme-1","state":"running","detail":"fetching image",)"
        R"("started_at":"2026-03-01T12:30:00Z","finished_at":null}],)"
        R"("failure":{"code":"internal"}})",
        R"([{"name":"lille-1","site":"lille","state":"online","edge":true,"capacity":)"
        R"({"cpu_millicores":4000,"memory_bytes":8589934592,"disk_bytes":1},"last_seen_at":)"
        R"("2026-03-01T12:29:30Z"},{"name":"caf\u00e9\u001b[2J","host_class":"house"}])",
        R"({"code":"not_found","message":"no","details":[{"key":"rule","value":"x"}],)"
        R"("request_id":"r"})",
        R"({"name":"tryton","versions":[],"sizes":[{"name":"s","memory_bytes":1}],)"
        R"("roles":["host"]})",
        "https://[2001:db8::1]:7444",
        "https://cloud.example"};
}

}  // namespace

const Target cli_answer{"cli_answer", feed, seeds, 1'500};

}  // namespace foyer::fuzz
