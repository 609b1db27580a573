// Secret<T>: a value that cannot slip into a log or a message. Printing it gives ***; its content
// needs an explicit reveal().
#pragma once

#include <ostream>
#include <utility>

namespace foyer {

template <class T>
class Secret {
public:
    Secret() = default;
    explicit Secret(T value) : value_(std::move(value)) {}
    const T& reveal() const { return value_; }
    friend bool operator==(const Secret&, const Secret&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

private:
    T value_{};
};

}  // namespace foyer
