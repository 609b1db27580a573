// What the master is told as a whole whenever it changed, again and again until it has committed
// it; and again when it wants everything.
#pragma once

#include <cstdint>
#include <optional>

namespace foyer::agent {

template <class What>
class ToldWhole {
public:
    // Whether that is news.
    bool set(const What& seen) {
        if (what_ == seen) return false;
        what_ = seen;
        unknown_ = true;
        sent_in_ = 0;
        return true;
    }
    // Not committed since it changed; and not even sent.
    bool is_unknown() const { return unknown_; }
    bool is_unsent() const { return unknown_ && sent_in_ == 0; }
    // For batch `number`; nothing where it is known already, or was never set.
    std::optional<What> take(std::uint64_t number, bool full) {
        if (!full && !unknown_) return std::nullopt;
        sent_in_ = number;
        return what_;
    }
    // Everything up to that batch is committed.
    void acknowledge(std::uint64_t number) {
        if (sent_in_ != 0 && sent_in_ <= number) unknown_ = false;
    }

private:
    std::optional<What> what_;
    bool unknown_ = false;
    std::uint64_t sent_in_ = 0;  // 0: not since it changed
};

}  // namespace foyer::agent
