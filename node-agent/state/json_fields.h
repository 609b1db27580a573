// Strict reading of a journal's JSON object: a missing or mistyped field makes the whole reading
// fail, once, at the end.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace foyer::agent {

class JsonFields {
public:
    explicit JsonFields(const nlohmann::json& body) : body_(body), ok_(body.is_object()) {}
    bool ok() const { return ok_; }

    std::string text(const char* key) {
        const auto* value = find(key);
        return value != nullptr && is(value->is_string()) ? value->get<std::string>()
                                                          : std::string();
    }
    std::int64_t number(const char* key) {
        const auto* value = find(key);
        if (value == nullptr || !is(value->is_number_integer())) return 0;
        const bool fits = !value->is_number_unsigned() ||
                          value->get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
        return is(fits) ? value->get<std::int64_t>() : 0;
    }
    // 0 where it is absent: what an older agent or master did not tell.
    std::int64_t number_or_zero(const char* key) { return has(key) ? number(key) : 0; }
    int whole(const char* key) {
        const std::int64_t value = number(key);
        const bool fits =
            value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
        return is(fits) ? static_cast<int>(value) : 0;
    }
    std::uint64_t count(const char* key) {
        const auto* value = find(key);
        return value != nullptr && is(value->is_number_unsigned()) ? value->get<std::uint64_t>()
                                                                   : 0;
    }
    bool truth(const char* key) {
        const auto* value = find(key);
        return value != nullptr && is(value->is_boolean()) && value->get<bool>();
    }
    // Absent is allowed: whether it is there.
    bool has(const char* key) const { return ok_ && body_.contains(key); }
    const nlohmann::json& list(const char* key) {
        static const nlohmann::json none = nlohmann::json::array();
        const auto* value = find(key);
        return value != nullptr && is(value->is_array()) ? *value : none;
    }
    std::vector<std::string> texts(const char* key) {
        std::vector<std::string> found;
        for (const auto& item : list(key)) {
            if (is(item.is_string())) found.push_back(item.get<std::string>());
        }
        return found;
    }
    bool is(bool condition) {
        ok_ = ok_ && condition;
        return condition;
    }

private:
    const nlohmann::json* find(const char* key) {
        if (!ok_) return nullptr;
        const auto at = body_.find(key);
        if (!is(at != body_.end())) return nullptr;
        return &*at;
    }

    const nlohmann::json& body_;
    bool ok_;
};

}  // namespace foyer::agent
