// What a tenant must not reach from a partition, as lines for foyer-probe. Pure: from what the box
// knows of the home's network and of itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace foyer::agent {

struct HomeFacts {
    std::vector<std::string> gateways;    // IPv4 and IPv6, without %link
    std::vector<std::string> neighbours;  // other devices of the home that were seen lately
    std::vector<std::string> own;         // this machine's addresses in the home
    std::vector<std::string> resolvers;   // that it asks
    std::vector<std::string> masters;     // "host:port", as enrolled
    std::string box_address;              // in the overlay
    std::vector<std::string> partitions;  // addresses of the others here
    std::string data_dir;
    std::vector<std::string> volumes;  // of the others here
};

struct Target {
    std::string what;  // "the home's gateway 192.168.1.1, tcp 80"
    std::string line;  // for foyer-probe
    friend bool operator==(const Target&, const Target&) = default;
};

// At most 200, the same for the same facts.
std::vector<Target> targets_of(const HomeFacts& facts);

enum class Outcome { Blocked, Reached, Unknown };

struct Attempt {
    Target target;
    Outcome outcome = Outcome::Unknown;  // the try itself failed, or the probe ended before it
    std::string how;
};

// Text that may be a tenant's, for a terminal: plain letters, at most 200.
std::string printable(std::string_view text);

// What the probe reads: `nonce` is a word that nobody can guess.
std::string plan_text(const std::vector<Target>& targets, const std::string& nonce);

// The probe's answers, a line for each target. Lines without the nonce are not its own; what was
// answered twice is not known.
std::vector<Attempt> read_answers(const std::vector<Target>& targets, const std::string& nonce,
                                  const std::string& output);

// All of them were tried, and none was reached.
bool holds(const std::vector<Attempt>& attempts);

std::string selftest_page(const std::string& partition, const std::vector<Attempt>& attempts);
// {"partition", "holds", "attempts": [{"target", "outcome", "how"}]}
std::string selftest_json(const std::string& partition, const std::vector<Attempt>& attempts);

}  // namespace foyer::agent
