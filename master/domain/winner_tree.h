// The least of many keys, kept while single keys change: a tournament in one flat array.
//
// Setting a key costs log2(size) comparisons in neighbouring memory, 16 bytes a leaf. Keys in order
// come from InOrder, each for another log2(size). Equal keys count as one and the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace foyer::master {

class WinnerTree {
public:
    using Key = std::uint64_t;
    static constexpr Key none = std::numeric_limits<Key>::max();

    // Grows as needed.
    void set(std::size_t leaf, Key key);
    Key best() const { return nodes_.empty() ? none : nodes_[1]; }

    // Visits (key, leaf) from the least key on; nothing once all keys were shown. The tree must
    // not change meanwhile.
    class InOrder {
    public:
        explicit InOrder(const WinnerTree& tree);
        std::optional<std::pair<Key, std::size_t>> next();

    private:
        void push(std::size_t node);

        const WinnerTree& tree_;
        std::vector<std::pair<Key, std::size_t>> open_;  // a heap, least first
    };

private:
    void grow(std::size_t leaves);

    std::size_t leaves_ = 0;  // a power of two, or 0
    std::vector<Key> nodes_;  // 1 is the root, leaves_ + i is leaf i
};

}  // namespace foyer::master
