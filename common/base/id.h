// Id<Tag>: a name or number of one kind of thing. Two kinds cannot be swapped: the compiler says
// so.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

#include "common/base/shared.h"

namespace foyer {

// An opaque text id: names chosen by people (instance "acme") and ids made by us ("n-4k2f…"). Eight
// bytes; copies share the text, so that a name costs its length once however many rows say it.
template <class Tag>
class Id {
public:
    Id() = default;
    explicit Id(std::string text)
        : text_(text.empty() ? Shared<std::string>() : Shared<std::string>::make(std::move(text))) {
    }
    const std::string& str() const {
        static const std::string none;
        return text_ ? *text_ : none;
    }
    bool empty() const { return !text_; }
    friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
        if (a.text_.get() == b.text_.get()) return std::strong_ordering::equal;
        return a.str() <=> b.str();
    }
    friend bool operator==(const Id& a, const Id& b) {
        return a.text_.get() == b.text_.get() || a.str() == b.str();
    }
    friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.str(); }

private:
    Shared<std::string> text_;  // none: empty
};

// A counter with a meaning: revision, epoch, generation. Starts at 0, which means "none yet".
template <class Tag>
class Counter {
public:
    constexpr Counter() = default;
    constexpr explicit Counter(std::uint64_t number) : number_(number) {}
    constexpr std::uint64_t number() const { return number_; }
    constexpr Counter next() const { return Counter(number_ + 1); }
    friend constexpr auto operator<=>(const Counter&, const Counter&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Counter& counter) {
        return out << counter.number_;
    }

private:
    std::uint64_t number_ = 0;
};

}  // namespace foyer

template <class Tag>
struct std::hash<foyer::Id<Tag>> {
    std::size_t operator()(const foyer::Id<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.str());
    }
};
