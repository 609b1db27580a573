#include "master/cli/json_fields.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace foyer::cli {
namespace {

template <class Tree>
Result<Tree> parsed(std::string_view text) {
    Tree value = Tree::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return error(ErrorCode::Unavailable,
                     "the answer is not JSON; is this address really a Foyer master?");
    }
    return value;
}

}  // namespace

Result<Json> parse_json(std::string_view text) { return parsed<Json>(text); }

Result<OrderedJson> parse_ordered_json(std::string_view text) { return parsed<OrderedJson>(text); }

const Json& field(const Json& value, std::string_view key) {
    static const Json absent;
    if (!value.is_object()) return absent;
    const auto found = value.find(key);
    return found == value.end() ? absent : *found;
}

std::string text_field(const Json& value, std::string_view key) {
    const Json& found = field(value, key);
    if (found.is_string()) return found.get<std::string>();
    if (found.is_number() || found.is_boolean()) return found.dump();
    return {};
}

std::int64_t number_field(const Json& value, std::string_view key) {
    const Json& found = field(value, key);
    if (found.is_number_integer()) return found.get<std::int64_t>();
    if (found.is_string()) return parse_int(found.get_ref<const std::string&>()).value_or(0);
    return 0;
}

bool flag_field(const Json& value, std::string_view key) {
    const Json& found = field(value, key);
    return found.is_boolean() && found.get<bool>();
}

const Json& list_field(const Json& value, std::string_view key) {
    static const Json none = Json::array();
    const Json& found = field(value, key);
    return found.is_array() ? found : none;
}

}  // namespace foyer::cli
