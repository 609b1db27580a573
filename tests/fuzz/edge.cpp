// What an edge reads: its own table, backends and haproxy's answers.
#include "common/base/check.h"
#include "common/base/text.h"
#include "node-agent/net/edge_table.h"
#include "node-agent/net/haproxy_config.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr int slots = 500;
// What would end or quote a word of haproxy's language.
constexpr std::string_view words_end{"\n;\\\"'\0", 6};

// A backend and a name become words of haproxy's configuration: nothing but these letters.
void check_backend(const std::string& text) {
    const auto backend = agent::parse_backend(text);
    if (!backend.ok()) return;
    CHECK(backend.value().port >= 1 && backend.value().port <= 65'535);
    CHECK(backend.value().address.find_first_not_of("0123456789abcdefABCDEF:.") ==
          std::string::npos);
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    check_backend(text);
    static_cast<void>(agent::haproxy_address_changed(text));
    const auto version = agent::haproxy_prepared_version(text);
    CHECK(!version.ok() || version.value() >= 0);
    const auto table = agent::edge_table_from(text);
    if (!table.ok()) return;
    for (const auto& [name, slot] : table.value()) {
        CHECK(slot.slot >= 0);
        check_backend(slot.backend);
    }
    CHECK(agent::edge_table_from(agent::to_json(table.value())).value() == table.value());
    const agent::HaproxySettings settings{.folder = "/e", .socket = "/s", .slots = slots};
    static_cast<void>(agent::haproxy_config(settings, table.value()));
    const auto changes = agent::haproxy_changes(settings, {}, table.value());
    if (!changes.ok()) return;
    for (const agent::HaproxyStep& step : changes.value())
        CHECK(step.command.find_first_of(words_end) == std::string::npos);
}

std::vector<std::string> seeds() {
    const agent::EdgeTable table{
        {"a.z", {.slot = 0, .backend = "[fd50::a]:8000", .fence = {Generation(1), Epoch(2)}}},
        {"b.z", {.slot = 7, .backend = "", .fence = {Generation(1), Epoch(2)}}}};
    return {agent::to_json(table), "[fd50:f0e:1:a::1]:8000", "New version created: 3",
            "no need to change the addr, no need to change the port"};
}

}  // namespace

const Target edge{"edge", feed, seeds};

}  // namespace foyer::fuzz
