// An optional value that most rows do not have: eight bytes without it, and copies share it.
//
// It reads like std::optional; what is inside is changed through edit(), on a copy that the others
// do not see.
#pragma once

#include <optional>
#include <utility>

#include "common/base/shared.h"

namespace foyer {

template <class T>
class Rare {
public:
    Rare() = default;
    Rare(std::nullopt_t) {}  // NOLINT(google-explicit-constructor): as std::optional
    Rare(T value)            // NOLINT(google-explicit-constructor): as std::optional
        : value_(Shared<T>::make(std::move(value))) {}
    Rare(std::optional<T> value) {  // NOLINT(google-explicit-constructor): the same, unpacked
        if (value) value_ = Shared<T>::make(*std::move(value));
    }

    explicit operator bool() const { return has_value(); }
    bool has_value() const { return static_cast<bool>(value_); }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    T& edit() { return value_.own(); }
    void reset() { value_ = Shared<T>(); }
    std::optional<T> optional() const { return value_ ? std::optional<T>(*value_) : std::nullopt; }

    friend bool operator==(const Rare& a, const Rare& b) {
        if (a.value_.get() == b.value_.get()) return true;
        return a.has_value() && b.has_value() && *a == *b;
    }

private:
    Shared<T> value_;  // none: absent
};

}  // namespace foyer
