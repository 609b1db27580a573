// Integers with a meaning. Arithmetic stays inside one unit; a bare number enters only through the
// constructor.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>

namespace foyer {

template <class Tag>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(std::int64_t count) : count_(count) {}
    constexpr std::int64_t count() const { return count_; }
    friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
    constexpr Quantity& operator+=(Quantity other) { return count_ += other.count_, *this; }
    constexpr Quantity& operator-=(Quantity other) { return count_ -= other.count_, *this; }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
    friend std::ostream& operator<<(std::ostream& out, const Quantity& quantity) {
        return out << quantity.count_;
    }

private:
    std::int64_t count_ = 0;
};

using Bytes = Quantity<struct BytesTag>;
using Millicores = Quantity<struct MillicoresTag>;        // 1000 = one core
using KbitPerSecond = Quantity<struct KbitPerSecondTag>;  // 1000 bits a second
using Pids = Quantity<struct PidsTag>;

using Cents = Quantity<struct CentsTag>;  // of a currency that stands beside it

constexpr Bytes mebibytes(std::int64_t count) { return Bytes(count * 1024 * 1024); }
constexpr Bytes gibibytes(std::int64_t count) { return Bytes(count * 1024 * 1024 * 1024); }

}  // namespace foyer
