// A sorted map whose copies share everything that is equal: a copy costs one pointer, and a change
// to one copy clones the path to the changed row (some hundred bytes), never the map.
//
// It reads like std::map: find, lower_bound, at, iteration in the order of keys. Rows are changed
// only through put() and edit(); references to a row last until that row is changed in this map, or
// as long as any copy that still holds it.
//
//   root ──► inner nodes (up to fan_out children) ──► leaves (up to fan_out rows, each shared)
//
// A B+ tree; nodes that are less than a quarter full join a neighbour. Copies may be read in
// several threads; one copy is changed by one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include "common/base/shared.h"

namespace foyer {

template <class Key, class Row>
class SnapshotMap {
public:
    using key_type = Key;
    using mapped_type = Row;
    using value_type = std::pair<const Key, Row>;
    static constexpr std::size_t fan_out = 32;

    class const_iterator;
    using iterator = const_iterator;
    using const_reverse_iterator = std::reverse_iterator<const_iterator>;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool contains(const Key& key) const { return get(key) != nullptr; }
    // nullptr: there is none.
    const Row* get(const Key& key) const {
        const const_iterator found = find(key);
        return found == end() ? nullptr : &found->second;
    }
    // Throws std::out_of_range, as std::map does.
    const Row& at(const Key& key) const {
        const Row* row = get(key);
        if (row == nullptr) throw std::out_of_range("no row has this key");
        return *row;
    }
    const_iterator begin() const;
    const_iterator end() const { return const_iterator(root_.get()); }
    const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
    const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }
    const_iterator find(const Key& key) const {
        const const_iterator found = lower_bound(key);
        return found != end() && found->first == key ? found : end();
    }
    // The first row whose key is not less, or greater.
    const_iterator lower_bound(const Key& key) const;
    const_iterator upper_bound(const Key& key) const {
        const_iterator found = lower_bound(key);
        if (found != end() && found->first == key) ++found;
        return found;
    }

    // The row as it is kept now.
    const Row& put(const Key& key, Row row) {
        const Row* kept = nullptr;
        change(key, [&](Item& item) {
            item = Item::make(key, std::move(row));
            kept = &item->second;
        });
        return *kept;
    }
    // The row to change; a new one is made where there was none.
    Row& edit(const Key& key) {
        Row* row = nullptr;
        change(key, [&](Item& item) {
            if (!item) item = Item::make(key, Row());
            row = &item.own().second;
        });
        return *row;
    }
    bool erase(const Key& key);
    void clear() { *this = SnapshotMap(); }

    // What differs between two maps: calls each(before, after) with pointers to (key, row), nullptr
    // where there is none. Between copies of one map it costs little more than the rows that
    // differ; a row that was put again as it was may be shown too.
    template <class Each>
    static void differences(const SnapshotMap& before, const SnapshotMap& after, const Each& each) {
        compare(before.root_.get(), after.root_.get(), each);
    }

    friend bool operator==(const SnapshotMap& a, const SnapshotMap& b) {
        if (a.root_.get() == b.root_.get()) return true;
        return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin(),
                                                [](const value_type& one, const value_type& other) {
                                                    return &one == &other || one == other;
                                                });
    }

private:
    using Item = Shared<value_type>;

    // A leaf has items, an inner node has children, each with its least row.
    struct Node {
        std::vector<Item> items;
        std::vector<Shared<Node>> children;
        std::vector<const value_type*> least;

        bool is_leaf() const { return children.empty(); }
        std::size_t size() const { return is_leaf() ? items.size() : children.size(); }
        const value_type* first() const { return is_leaf() ? items.front().get() : least.front(); }
        // The place of the first row that is not less (leaf), of the child to go into (inner).
        std::size_t place_of(const Key& key) const {
            if (is_leaf()) {
                const auto at = std::partition_point(
                    items.begin(), items.end(), [&](const Item& one) { return one->first < key; });
                return static_cast<std::size_t>(at - items.begin());
            }
            const auto at =
                std::partition_point(least.begin() + 1, least.end(),
                                     [&](const value_type* one) { return !(key < one->first); });
            return static_cast<std::size_t>(at - least.begin()) - 1;
        }
    };

    template <class Change>
    void change(const Key& key, const Change& how) {
        if (!root_) root_ = Shared<Node>::make();
        Shared<Node> right = change_in(root_, key, how);
        if (!right) return;
        Node above;
        above.least = {root_->first(), right->first()};
        above.children.push_back(std::move(root_));
        above.children.push_back(std::move(right));
        root_ = Shared<Node>::make(std::move(above));
    }
    template <class Change>
    Shared<Node> change_in(Shared<Node>& at, const Key& key, const Change& how);
    static Shared<Node> split(Node& node, std::size_t place);
    template <class Each>
    static void compare(const Node* before, const Node* after, const Each& each);
    static void collect(const Node* node, std::vector<const value_type*>& rows);
    void erase_in(Shared<Node>& at, const Key& key);
    static void tidy_child(Node& node, std::size_t place);

    Shared<Node> root_;
    std::size_t size_ = 0;
};

template <class Key, class Row>
class SnapshotMap<Key, Row>::const_iterator {
public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = SnapshotMap::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    const_iterator() = default;
    reference operator*() const { return *here(); }
    pointer operator->() const { return here(); }
    const_iterator& operator++() {
        ++path_[depth_ - 1].place;
        climb();
        return *this;
    }
    const_iterator operator++(int) {
        const const_iterator before = *this;
        ++*this;
        return before;
    }
    const_iterator& operator--() {
        if (depth_ == 0) {
            descend_last(root_);
            return *this;
        }
        while (depth_ > 0 && path_[depth_ - 1].place == 0) --depth_;
        Step& step = path_[depth_ - 1];
        --step.place;
        if (!step.node->is_leaf()) descend_last(step.node->children[step.place].get());
        return *this;
    }
    const_iterator operator--(int) {
        const const_iterator before = *this;
        --*this;
        return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
        return a.here() == b.here();
    }

private:
    friend class SnapshotMap;
    // Eight levels of at least eight children hold more rows than memory does.
    static constexpr std::size_t depth_max = 12;
    struct Step {
        const Node* node;
        std::size_t place;
    };

    explicit const_iterator(const Node* root) : root_(root) {}  // the end
    pointer here() const {
        return depth_ == 0 ? nullptr : path_[depth_ - 1].node->items[path_[depth_ - 1].place].get();
    }
    void push(const Node* node, std::size_t place) { path_[depth_++] = {node, place}; }
    // From a place behind a node's last one to the next row there is.
    void climb() {
        while (depth_ > 0 && path_[depth_ - 1].place >= path_[depth_ - 1].node->size()) {
            if (--depth_ > 0) ++path_[depth_ - 1].place;
        }
        if (depth_ == 0) return;
        while (!path_[depth_ - 1].node->is_leaf())
            push(path_[depth_ - 1].node->children[path_[depth_ - 1].place].get(), 0);
    }
    void descend_last(const Node* node) {
        while (!node->is_leaf()) {
            push(node, node->size() - 1);
            node = node->children.back().get();
        }
        push(node, node->size() - 1);
    }

    const Node* root_ = nullptr;
    std::size_t depth_ = 0;  // 0: the end
    std::array<Step, depth_max> path_{};
};

template <class Key, class Row>
auto SnapshotMap<Key, Row>::begin() const -> const_iterator {
    const_iterator first = end();
    if (empty()) return first;
    first.push(root_.get(), 0);
    first.climb();
    return first;
}

template <class Key, class Row>
auto SnapshotMap<Key, Row>::lower_bound(const Key& key) const -> const_iterator {
    const_iterator found = end();
    if (empty()) return found;
    const Node* node = root_.get();
    while (!node->is_leaf()) {
        const std::size_t place = node->place_of(key);
        found.push(node, place);
        node = node->children[place].get();
    }
    found.push(node, node->place_of(key));
    found.climb();
    return found;
}

// Gives the right half when the node had to be split.
template <class Key, class Row>
template <class Change>
auto SnapshotMap<Key, Row>::change_in(Shared<Node>& at, const Key& key, const Change& how)
    -> Shared<Node> {
    Node& node = at.own();
    const std::size_t place = node.place_of(key);
    const auto offset = static_cast<std::ptrdiff_t>(place);
    if (!node.is_leaf()) {
        Shared<Node> right = change_in(node.children[place], key, how);
        node.least[place] = node.children[place]->first();
        if (!right) return {};
        node.least.insert(node.least.begin() + offset + 1, right->first());
        node.children.insert(node.children.begin() + offset + 1, std::move(right));
        return node.size() > fan_out ? split(node, place + 1) : Shared<Node>();
    }
    const bool is_new = place == node.items.size() || key < node.items[place]->first;
    if (is_new) {
        node.items.insert(node.items.begin() + offset, Item());
        ++size_;
    }
    how(node.items[place]);
    return node.size() > fan_out ? split(node, place) : Shared<Node>();
}

// Rows that come in the order of their keys leave full nodes behind.
template <class Key, class Row>
auto SnapshotMap<Key, Row>::split(Node& node, std::size_t place) -> Shared<Node> {
    const bool at_end = place + 1 == node.size();
    const auto cut = static_cast<std::ptrdiff_t>(at_end ? node.size() - 1 : node.size() / 2);
    Node right;
    const auto move_tail = [cut](auto& from, auto& to) {
        if (from.empty()) return;
        to.assign(std::make_move_iterator(from.begin() + cut), std::make_move_iterator(from.end()));
        from.resize(static_cast<std::size_t>(cut));
        from.shrink_to_fit();
    };
    move_tail(node.items, right.items);
    move_tail(node.children, right.children);
    move_tail(node.least, right.least);
    return Shared<Node>::make(std::move(right));
}

template <class Key, class Row>
bool SnapshotMap<Key, Row>::erase(const Key& key) {
    if (!contains(key)) return false;
    erase_in(root_, key);
    --size_;
    while (root_ && root_->children.size() == 1) root_ = Shared<Node>(root_->children.front());
    if (size_ == 0) root_ = Shared<Node>();
    return true;
}

template <class Key, class Row>
void SnapshotMap<Key, Row>::erase_in(Shared<Node>& at, const Key& key) {
    Node& node = at.own();
    const std::size_t place = node.place_of(key);
    if (node.is_leaf()) {
        node.items.erase(node.items.begin() + static_cast<std::ptrdiff_t>(place));
        return;
    }
    erase_in(node.children[place], key);
    tidy_child(node, place);
}

// After a row left the child: an empty one goes, a small one joins a neighbour that has room.
template <class Key, class Row>
void SnapshotMap<Key, Row>::tidy_child(Node& node, std::size_t place) {
    const auto remove = [&node](std::size_t which) {
        node.children.erase(node.children.begin() + static_cast<std::ptrdiff_t>(which));
        node.least.erase(node.least.begin() + static_cast<std::ptrdiff_t>(which));
    };
    const Node& child = *node.children[place];
    if (child.items.empty() && child.children.empty()) return remove(place);
    node.least[place] = child.first();
    if (child.size() >= fan_out / 4 || node.size() == 1) return;
    const std::size_t left = place > 0 ? place - 1 : place;
    if (node.children[left]->size() + node.children[left + 1]->size() > fan_out * 3 / 4) return;
    Node& into = node.children[left].own();
    const Node& from = *node.children[left + 1];
    into.items.insert(into.items.end(), from.items.begin(), from.items.end());
    into.children.insert(into.children.end(), from.children.begin(), from.children.end());
    into.least.insert(into.least.end(), from.least.begin(), from.least.end());
    remove(left + 1);
}

template <class Key, class Row>
void SnapshotMap<Key, Row>::collect(const Node* node, std::vector<const value_type*>& rows) {
    if (node == nullptr) return;
    for (const Item& item : node->items) rows.push_back(item.get());
    for (const Shared<Node>& child : node->children) collect(child.get(), rows);
}

// Inner nodes with the same division of keys are compared child by child, shared ones not at all.
template <class Key, class Row>
template <class Each>
void SnapshotMap<Key, Row>::compare(const Node* before, const Node* after, const Each& each) {
    if (before == after) return;
    const bool same_division =
        before != nullptr && after != nullptr && !before->is_leaf() && !after->is_leaf() &&
        std::equal(before->least.begin() + 1, before->least.end(), after->least.begin() + 1,
                   after->least.end(), [](const value_type* one, const value_type* other) {
                       return one == other || one->first == other->first;
                   });
    if (same_division) {
        for (std::size_t i = 0; i < before->size(); ++i)
            compare(before->children[i].get(), after->children[i].get(), each);
        return;
    }
    std::vector<const value_type*> old_rows, new_rows;
    collect(before, old_rows);
    collect(after, new_rows);
    const value_type* const none = nullptr;
    auto left = old_rows.begin();
    auto right = new_rows.begin();
    while (left != old_rows.end() || right != new_rows.end()) {
        const bool only_left =
            right == new_rows.end() || (left != old_rows.end() && (*left)->first < (*right)->first);
        const bool only_right =
            !only_left && (left == old_rows.end() || (*right)->first < (*left)->first);
        if (only_left) {
            each(*left++, none);
        } else if (only_right) {
            each(none, *right++);
        } else {
            if (*left != *right) each(*left, *right);
            ++left, ++right;
        }
    }
}

}  // namespace foyer
