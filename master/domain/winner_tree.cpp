#include "master/domain/winner_tree.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace foyer::master {

void WinnerTree::set(std::size_t leaf, Key key) {
    if (leaf >= leaves_) {
        if (key == none) return;
        grow(leaf + 1);
    }
    std::size_t node = leaves_ + leaf;
    nodes_[node] = key;
    while (node > 1) {
        const Key winner = std::min(nodes_[node], nodes_[node ^ 1]);
        node /= 2;
        if (nodes_[node] == winner) return;
        nodes_[node] = winner;
    }
}

void WinnerTree::grow(std::size_t leaves) {
    const std::size_t wider = std::bit_ceil(leaves);
    std::vector<Key> nodes(2 * wider, none);
    for (std::size_t i = 0; i < leaves_; ++i) nodes[wider + i] = nodes_[leaves_ + i];
    for (std::size_t node = wider; node-- > 1;)
        nodes[node] = std::min(nodes[2 * node], nodes[2 * node + 1]);
    nodes_ = std::move(nodes);
    leaves_ = wider;
}

WinnerTree::InOrder::InOrder(const WinnerTree& tree) : tree_(tree) {
    if (tree.best() != none) push(1);
}

void WinnerTree::InOrder::push(std::size_t node) {
    if (tree_.nodes_[node] == none) return;
    open_.emplace_back(tree_.nodes_[node], node);
    std::ranges::push_heap(open_, std::greater());
}

std::optional<std::pair<WinnerTree::Key, std::size_t>> WinnerTree::InOrder::next() {
    if (open_.empty()) return std::nullopt;
    std::ranges::pop_heap(open_, std::greater());
    auto [key, node] = open_.back();
    open_.pop_back();
    while (node < tree_.leaves_) {
        const bool left = tree_.nodes_[2 * node] == key;
        node = 2 * node + (left ? 0 : 1);
        push(node ^ 1);
    }
    return std::pair(key, node - tree_.leaves_);
}

}  // namespace foyer::master
