// A value that is one of a closed list of kinds, as std::variant is, but shared until it is
// changed: a copy is cheap, and a file that only carries such a value compiles nothing for each of
// the kinds (std::variant makes copies, moves and ends of all of them in every file that names it;
// with sixty commands that was a third of the build).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "common/base/check.h"

namespace foyer {

// One that was given nothing yet, or was moved from, is of no kind. Derive from it
// (`struct Command : OneOf<…>`), so that symbols do not spell the list.
template <class... Kinds>
class OneOf {
    template <class Kind>
    static constexpr bool is_kind = (std::same_as<Kind, Kinds> || ...);

public:
    OneOf() = default;
    template <class Kind>
        requires is_kind<Kind>
    OneOf(Kind value)  // NOLINT: meant to be implicit
        : place_(place_of<Kind>()), value_(std::make_shared<Kind>(std::move(value))) {}

    template <class Kind>
    bool is() const {
        return place_ == place_of<Kind>();
    }

    // Null if it is of another kind. Lives as long as any copy of this value.
    template <class Kind>
    const Kind* get_if() const {
        return is<Kind>() ? static_cast<const Kind*>(value_.get()) : nullptr;
    }

    template <class Kind>
    const Kind& get() const {
        CHECK(is<Kind>());
        return *static_cast<const Kind*>(value_.get());
    }

    // The same to be changed: this value alone, other copies of it keep what they hold.
    template <class Kind>
    Kind* edit_if() {
        if (!is<Kind>()) return nullptr;
        if (value_.use_count() != 1) value_ = std::make_shared<Kind>(get<Kind>());
        return static_cast<Kind*>(value_.get());
    }

    template <class Kind>
    Kind& edit() {
        CHECK(is<Kind>());
        return *edit_if<Kind>();
    }

    // Calls the visitor with what this is. It must answer all kinds, with one type: a forgotten
    // kind does not compile.
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor) const {
        CHECK(place_ < sizeof...(Kinds) && value_ != nullptr);
        using Asked = std::remove_reference_t<Visitor>;
        using Answer = std::common_type_t<std::invoke_result_t<Asked&, const Kinds&>...>;
        static constexpr std::array<Answer (*)(Asked&, const void*), sizeof...(Kinds)> calls = {
            &call<Answer, Asked, Kinds>...};
        return calls[place_](visitor, value_.get());
    }

private:
    template <class Kind>
    static constexpr std::size_t place_of() {
        static_assert(is_kind<Kind>, "not among the kinds");
        std::size_t place = 0;
        (void)((!std::same_as<Kind, Kinds> && (++place, true)) && ...);
        return place;
    }

    template <class Answer, class Visitor, class Kind>
    static Answer call(Visitor& visitor, const void* value) {
        return std::invoke(visitor, *static_cast<const Kind*>(value));
    }

    std::size_t place_ = sizeof...(Kinds);
    std::shared_ptr<void> value_;
};

// Whether two are of one kind and equal.
template <class... Kinds>
bool same(const OneOf<Kinds...>& a, const OneOf<Kinds...>& b) {
    return a.visit([&]<class Kind>(const Kind& one) {
        return b.template is<Kind>() && one == b.template get<Kind>();
    });
}

}  // namespace foyer
