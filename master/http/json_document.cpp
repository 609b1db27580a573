#include "master/http/json_document.h"

#include <optional>
#include <utility>
#include <vector>

namespace foyer::master {
namespace {

using Json = nlohmann::json;

// Builds the tree from the parser's events and stops at the first thing that is not allowed.
class Builder {
public:
    explicit Builder(const JsonLimits& limits) : limits_(limits) {}

    // The events' names are dictated by nlohmann's SAX interface; false stops the parser.
    bool null() { return add(Json(nullptr)); }
    bool boolean(bool value) { return add(Json(value)); }
    bool number_integer(Json::number_integer_t value) { return add(Json(value)); }
    bool number_unsigned(Json::number_unsigned_t value) { return add(Json(value)); }
    bool number_float(Json::number_float_t value, const std::string& /*text*/) {
        return add(Json(value));
    }
    bool string(std::string& value) { return add(Json(std::move(value))); }
    bool binary(Json::binary_t& /*value*/) { return refuse("holds binary data"); }
    bool start_object(std::size_t /*members*/) { return open(Json::object()); }
    bool start_array(std::size_t /*members*/) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& text) {
        Level& level = levels_.back();
        level.key = text;
        if (level.value->contains(text)) return refuse("is given twice");
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const Json::exception& /*why*/) {
        failure_ = error(ErrorCode::InvalidArgument,
                         "the body is not JSON: stopped at byte " + std::to_string(position),
                         {{"path", pointer()}, {"byte", std::to_string(position)}});
        return false;
    }

    Result<Json> finish(bool complete) && {
        if (failure_) return *std::move(failure_);
        if (!complete)
            return error(ErrorCode::InvalidArgument, "the body is not JSON", {{"path", ""}});
        return std::move(root_);
    }

private:
    struct Level {
        Json* value = nullptr;
        std::string key;
    };

    bool open(Json container) {
        if (levels_.size() >= limits_.depth_max)
            return refuse("is nested deeper than " + std::to_string(limits_.depth_max) + " levels");
        Json* placed = place(std::move(container));
        if (placed == nullptr) return false;
        levels_.push_back({placed, {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }
    bool add(Json value) { return place(std::move(value)) != nullptr; }

    Json* place(Json value) {
        if (++values_ > limits_.values_max) {
            refuse("is beyond the limit of " + std::to_string(limits_.values_max) + " values");
            return nullptr;
        }
        if (levels_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        Level& level = levels_.back();
        if (level.value->is_array()) {
            level.value->push_back(std::move(value));
            return &level.value->back();
        }
        Json& member = (*level.value)[level.key];
        member = std::move(value);
        return &member;
    }

    bool refuse(const std::string& what) {
        failure_ =
            error(ErrorCode::InvalidArgument, "'" + pointer() + "' " + what, {{"path", pointer()}});
        return false;
    }

    std::string pointer() const {
        std::string text;
        for (const Level& level : levels_) {
            text += '/';
            text += level.value->is_array() ? std::to_string(level.value->size())
                                            : escape_pointer(level.key);
        }
        return text;
    }

    const JsonLimits& limits_;
    Json root_;
    std::vector<Level>
        levels_;  // a level's container does not move while it is open: only its last member grows
    std::size_t values_ = 0;
    std::optional<Error> failure_;
};

}  // namespace

Result<Json> parse_document(std::string_view text, const JsonLimits& limits) {
    // The library would pass over it; RFC 8259 forbids to send one.
    if (text.starts_with("\xef\xbb\xbf"))
        return error(ErrorCode::InvalidArgument,
                     "not JSON: it begins with a byte order mark; send plain UTF-8",
                     {{"path", ""}});
    Builder builder(limits);
    const bool complete = Json::sax_parse(text.begin(), text.end(), &builder);
    return std::move(builder).finish(complete);
}

std::string escape_pointer(std::string_view key) {
    constexpr std::size_t shown_max = 64;
    std::string text;
    for (const char letter : key.substr(0, shown_max)) {
        if (letter == '~') {
            text += "~0";
        } else if (letter == '/') {
            text += "~1";
        } else {
            text += letter;
        }
    }
    if (key.size() > shown_max) text += "…";
    return text;
}

}  // namespace foyer::master
