// Which transitions of the states of master and agent a run went through.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace foyer::sim {

class Coverage {
public:
    // Kind: "instance", "replica", "node", "operation", "step", "fault"…
    void saw(const std::string& kind, const std::string& what) { ++seen_[{kind, what}]; }
    void moved(const std::string& kind, std::string_view from, std::string_view to) {
        if (from == to) return;
        ++seen_[{kind, std::string(from) + " -> " + std::string(to)}];
    }
    void add(const Coverage& other) {
        for (const auto& [key, count] : other.seen_) seen_[key] += count;
    }
    const std::map<std::pair<std::string, std::string>, std::uint64_t>& seen() const {
        return seen_;
    }
    std::map<std::string, int> distinct() const {
        std::map<std::string, int> kinds;
        for (const auto& [key, count] : seen_) ++kinds[key.first];
        return kinds;
    }

private:
    std::map<std::pair<std::string, std::string>, std::uint64_t> seen_;
};

}  // namespace foyer::sim
