// A sorted set whose copies share everything that is equal: SnapshotMap without rows.
#pragma once

#include <cstddef>
#include <iterator>

#include "common/base/snapshot_map.h"

namespace foyer {

template <class Key>
class SnapshotSet {
    struct Nothing {
        friend bool operator==(const Nothing&, const Nothing&) = default;
    };
    using Keys = SnapshotMap<Key, Nothing>;

public:
    class const_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Key;
        using difference_type = std::ptrdiff_t;
        using pointer = const Key*;
        using reference = const Key&;

        const_iterator() = default;
        explicit const_iterator(typename Keys::const_iterator at) : at_(at) {}
        reference operator*() const { return at_->first; }
        pointer operator->() const { return &at_->first; }
        const_iterator& operator++() {
            ++at_;
            return *this;
        }
        const_iterator operator++(int) {
            const const_iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const const_iterator&, const const_iterator&) = default;

    private:
        typename Keys::const_iterator at_;
    };

    std::size_t size() const { return keys_.size(); }
    bool empty() const { return keys_.empty(); }
    bool contains(const Key& key) const { return keys_.contains(key); }
    const_iterator begin() const { return const_iterator(keys_.begin()); }
    const_iterator end() const { return const_iterator(keys_.end()); }
    // The first key that is not less.
    const_iterator lower_bound(const Key& key) const {
        return const_iterator(keys_.lower_bound(key));
    }
    void insert(const Key& key) { keys_.put(key, {}); }
    bool erase(const Key& key) { return keys_.erase(key); }

    friend bool operator==(const SnapshotSet&, const SnapshotSet&) = default;

private:
    Keys keys_;
};

}  // namespace foyer
