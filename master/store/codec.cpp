#include "master/store/codec.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/utf8.h"
#include "master/domain/prices.h"

namespace foyer::master {

namespace {

using nlohmann::json;

// Plain ASCII, so that no escape of ours meets an escape of theirs. A byte that is no UTF-8 becomes
// the replacement character: these texts come from messages whose strings are UTF-8 already.
std::string dump(const json& value) {
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::optional<json> parse_list(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    if (!value.is_array()) return std::nullopt;
    return value;
}

bool get(const json& object, const char* key, std::string& to) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return false;
    to = found->get<std::string>();
    return true;
}

bool get(const json& object, const char* key, std::int64_t& to) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_integer()) return false;
    to = found->get<std::int64_t>();
    return true;
}

bool get(const json& object, const char* key, std::optional<WallTime>& to) {
    if (!object.contains(key)) return true;
    return get(object, key, to.emplace().unix_ms);
}

// A list of flat objects as the database writes it, read without a tree: steps and followers are
// most of what a start decodes. False: not of this simple kind (escapes, nesting, something
// missing); the parser then has the word. set(item, key, value, is_text): a bit for each key, 0 for
// a refusal.
class FlatList {
public:
    explicit FlatList(std::string_view text) : rest_(text) {}

    template <class Item, class Set>
    bool into(std::vector<Item>& to, unsigned required, const Set& set) {
        to.clear();
        if (!take('[')) return false;
        if (take(']')) return rest_.empty();
        do {
            if (!take('{')) return false;
            unsigned seen = 0;
            Item& item = to.emplace_back();
            do {
                const unsigned bit = field(item, set);
                if (bit == 0) return false;
                seen |= bit;
            } while (take(','));
            if (!take('}') || (seen & required) != required) return false;
        } while (take(','));
        return take(']') && rest_.empty();
    }

private:
    bool take(char wanted) {
        const std::size_t blanks = std::min(rest_.find_first_not_of(' '), rest_.size());
        if (blanks == rest_.size() || rest_[blanks] != wanted) return false;
        rest_.remove_prefix(blanks + 1);
        return true;
    }
    bool take_text(std::string_view& text) {
        if (!take('"')) return false;
        const std::size_t end = rest_.find_first_of("\"\\");
        if (end == std::string_view::npos || rest_[end] != '"') return false;
        text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        // Anything else in a text is the parser's to refuse, as it always was.
        return is_plain_text(text) && std::ranges::none_of(text, [](char letter) {
                   return static_cast<unsigned char>(letter) < 0x20;
               });
    }
    template <class Item, class Set>
    unsigned field(Item& item, const Set& set) {
        std::string_view key, value;
        if (!take_text(key) || !take(':')) return 0;
        if (take_text(value)) return set(item, key, value, true);
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        const std::size_t end = rest_.find_first_not_of("-0123456789");
        if (end == 0 || end == std::string_view::npos) return 0;
        value = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return set(item, key, value, false);
    }
    std::string_view rest_;
};

unsigned set_step(OperationStep& step, std::string_view key, std::string_view value, bool is_text) {
    if (!is_text) {
        auto& at = key == "started_at_ms" ? step.started_at : step.finished_at;
        if (key != "started_at_ms" && key != "finished_at_ms") return 0;
        return from_sql(value, at.emplace().unix_ms) ? 8U : 0U;
    }
    if (key == "name") return step.name = value, 1U;
    if (key == "detail") return step.detail = value, 2U;
    return key == "state" && from_sql(value, step.state) ? 4U : 0U;
}

unsigned set_follower(FollowerView& follower, std::string_view key, std::string_view value,
                      bool is_text) {
    if (!is_text) return key == "lag_bytes" && from_sql(value, follower.lag_bytes) ? 1U : 0U;
    if (key == "name") return follower.name = value, 2U;
    if (key == "state") return follower.state = value, 4U;
    if (key == "sync_state") return follower.sync_state = value, 8U;
    return 0;
}

// Array literals of names that hold neither commas, quotes, braces nor spaces: roles and countries.
std::string array_of(const std::vector<std::string>& names) { return "{" + join(names, ",") + "}"; }

std::optional<std::vector<std::string>> array_from(std::string_view text) {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
    return split(text.substr(1, text.size() - 2), ',');
}

}  // namespace

std::string to_sql(const Blob& blob) { return "\\x" + to_hex(as_bytes(blob.bytes)); }

std::string to_sql(const std::set<AccountRole>& roles) {
    std::vector<std::string> names;
    for (const AccountRole role : roles) names.emplace_back(to_text(role));
    return array_of(names);
}

std::string to_sql(const std::set<CountryCode>& countries) {
    std::vector<std::string> names;
    for (const CountryCode& country : countries) names.push_back(country.str());
    return array_of(names);
}

std::string to_sql(const std::set<Topic>& topics) {
    std::vector<std::string> names;
    for (const Topic topic : topics) names.emplace_back(to_text(topic));
    return array_of(names);
}

std::string to_sql(const std::set<ReleaseKind>& kinds) {
    std::vector<std::string> names;
    for (const ReleaseKind kind : kinds) names.emplace_back(to_text(kind));
    return array_of(names);
}

std::string to_sql(const std::vector<ReleaseSize>& sizes) {
    json list = json::array();
    for (const ReleaseSize& size : sizes) {
        list.push_back({{"name", size.name.str()},
                        {"cpu_millicores", size.resources.cpu.count()},
                        {"memory_bytes", size.resources.memory.count()},
                        {"disk_bytes", size.resources.disk.count()},
                        {"uplink_kbit", size.resources.uplink.count()}});
    }
    return dump(list);
}

std::string to_sql(const std::vector<SizePrice>& prices) {
    json list = json::array();
    for (const SizePrice& price : prices) {
        list.push_back({{"size", price.size.str()},
                        {"copy_cents", price.copy.count()},
                        {"synchronous_cents", price.synchronous.count()},
                        {"further_country_cents", price.further_country.count()}});
    }
    return dump(list);
}

std::string to_sql(const std::vector<FormerBox>& boxes) {
    json list = json::array();
    for (const FormerBox& box : boxes)
        list.push_back({{"node", box.node.str()}, {"gone_at", box.gone_at.unix_ms}});
    return dump(list);
}

std::string to_sql(const std::vector<Asn>& asns) {
    json list = json::array();
    for (const Asn asn : asns) list.push_back(asn.number());
    return dump(list);
}

std::string to_sql(const std::vector<QuoteLine>& lines) {
    json list = json::array();
    for (const QuoteLine& line : lines) {
        list.push_back({{"item", std::string(to_text(line.item))},
                        {"quantity", line.quantity},
                        {"each_cents", line.each.count()},
                        {"total_cents", line.total.count()}});
    }
    return dump(list);
}

std::string to_sql(const std::vector<OperationStep>& steps) {
    json list = json::array();
    for (const OperationStep& step : steps) {
        json one = {{"name", step.name},
                    {"state", std::string(to_text(step.state))},
                    {"detail", step.detail}};
        if (step.started_at) one["started_at_ms"] = step.started_at->unix_ms;
        if (step.finished_at) one["finished_at_ms"] = step.finished_at->unix_ms;
        list.push_back(std::move(one));
    }
    return dump(list);
}

std::string to_sql(const std::vector<FollowerView>& followers) {
    json list = json::array();
    for (const FollowerView& follower : followers) {
        list.push_back({{"name", follower.name},
                        {"state", follower.state},
                        {"sync_state", follower.sync_state},
                        {"lag_bytes", follower.lag_bytes}});
    }
    return dump(list);
}

std::string to_sql(const std::vector<ErrorDetail>& details) {
    json list = json::array();
    for (const ErrorDetail& detail : details) {
        list.push_back({{"key", detail.key}, {"value", detail.value}});
    }
    return dump(list);
}

bool from_sql(std::string_view text, bool& to) {
    to = text == "t" || text == "true";  // as a column, or as its text
    return to || text == "f" || text == "false";
}

bool from_sql(std::string_view text, std::int64_t& to) {
    const auto number = parse_int(text);
    if (number) to = *number;
    return number.has_value();
}

bool from_sql(std::string_view text, int& to) {
    const auto number = parse_int(text);
    if (!number || *number < std::numeric_limits<int>::min() ||
        *number > std::numeric_limits<int>::max())
        return false;
    to = static_cast<int>(*number);
    return true;
}

bool from_sql(std::string_view text, WallTime& to) { return from_sql(text, to.unix_ms); }
bool from_sql(std::string_view text, ReplicaIndex& to) { return from_sql(text, to.number); }

bool from_sql(std::string_view text, Blob& to) {
    if (!text.starts_with("\\x")) return false;
    const auto bytes = from_hex(text.substr(2));
    if (bytes) to.bytes.assign(bytes->begin(), bytes->end());
    return bytes.has_value();
}

bool from_sql(std::string_view text, std::set<AccountRole>& to) {
    const auto names = array_from(text);
    if (!names) return false;
    to.clear();
    for (const std::string& name : *names) {
        const auto role = account_role_from(name);
        if (!role) return false;
        to.insert(*role);
    }
    return true;
}

bool from_sql(std::string_view text, Topic& to) {
    const auto topic = topic_from(text);
    if (topic) to = *topic;
    return topic.has_value();
}
bool from_sql(std::string_view text, std::set<Topic>& to) {
    const auto names = array_from(text);
    if (!names) return false;
    to.clear();
    for (const std::string& name : *names) {
        const auto topic = topic_from(name);
        if (!topic) return false;
        to.insert(*topic);
    }
    return true;
}

bool from_sql(std::string_view text, std::set<ReleaseKind>& to) {
    const auto names = array_from(text);
    if (!names) return false;
    to.clear();
    for (const std::string& name : *names) {
        const auto kind = release_kind_from(name);
        if (!kind) return false;
        to.insert(*kind);
    }
    return true;
}

bool from_sql(std::string_view text, std::set<CountryCode>& to) {
    const auto names = array_from(text);
    if (!names) return false;
    to.clear();
    for (const std::string& name : *names) {
        if (name.empty()) return false;
        to.insert(CountryCode(name));
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<ReleaseSize>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        std::string name;
        std::int64_t cpu = 0, memory = 0, disk = 0, uplink = 0;
        if (!get(one, "name", name) || !get(one, "cpu_millicores", cpu) ||
            !get(one, "memory_bytes", memory) || !get(one, "disk_bytes", disk))
            return false;
        // Releases published before sizes asked for it ask for none.
        if (one.contains("uplink_kbit") && !get(one, "uplink_kbit", uplink)) return false;
        to.push_back(
            {SizeName(name), {Millicores(cpu), Bytes(memory), Bytes(disk), KbitPerSecond(uplink)}});
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<SizePrice>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        std::string size;
        std::int64_t copy = 0, synchronous = 0, country = 0;
        if (!get(one, "size", size) || !get(one, "copy_cents", copy) ||
            !get(one, "synchronous_cents", synchronous) ||
            !get(one, "further_country_cents", country))
            return false;
        to.push_back({SizeName(size), Cents(copy), Cents(synchronous), Cents(country)});
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<FormerBox>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        std::string node;
        FormerBox box;
        if (!get(one, "node", node) || !get(one, "gone_at", box.gone_at.unix_ms)) return false;
        box.node = NodeId(node);
        to.push_back(std::move(box));
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<Asn>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        if (!one.is_number_unsigned()) return false;
        to.push_back(Asn(one.get<std::uint64_t>()));
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<QuoteLine>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        std::string item;
        std::int64_t quantity = 0, each = 0, total = 0;
        if (!get(one, "item", item) || !get(one, "quantity", quantity) ||
            !get(one, "each_cents", each) || !get(one, "total_cents", total))
            return false;
        const auto known = quote_item_from(item);
        if (!known || quantity < 0 || quantity > 1'000'000) return false;
        to.push_back({*known, static_cast<int>(quantity), Cents(each), Cents(total)});
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<OperationStep>& to) {
    if (FlatList(text).into(to, 1U | 2U | 4U, set_step)) return true;
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        OperationStep& step = to.emplace_back();
        std::string state;
        if (!get(one, "name", step.name) || !get(one, "state", state) ||
            !from_sql(state, step.state) || !get(one, "detail", step.detail) ||
            !get(one, "started_at_ms", step.started_at) ||
            !get(one, "finished_at_ms", step.finished_at))
            return false;
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<FollowerView>& to) {
    if (FlatList(text).into(to, 1U | 2U | 4U | 8U, set_follower)) return true;
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        FollowerView& follower = to.emplace_back();
        if (!get(one, "name", follower.name) || !get(one, "state", follower.state) ||
            !get(one, "sync_state", follower.sync_state) ||
            !get(one, "lag_bytes", follower.lag_bytes))
            return false;
    }
    return true;
}

bool from_sql(std::string_view text, std::vector<ErrorDetail>& to) {
    const auto list = parse_list(text);
    if (!list) return false;
    to.clear();
    for (const json& one : *list) {
        ErrorDetail& detail = to.emplace_back();
        if (!get(one, "key", detail.key) || !get(one, "value", detail.value)) return false;
    }
    return true;
}

}  // namespace foyer::master
