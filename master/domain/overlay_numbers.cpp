// Addresses and names that follow from numbers: nothing of them is stored.
#include <array>
#include <charconv>

#include "common/base/check.h"
#include "master/domain/state.h"

namespace foyer::master {
namespace {

// "fd50:f0e:1::/48" -> "fd50:f0e:1"
std::string cluster_stem(const ClusterSettings& settings) {
    const std::size_t end = settings.overlay_prefix.find("::/48");
    CHECK(end != std::string::npos);  // the configuration is checked where it is read
    return settings.overlay_prefix.substr(0, end);
}

std::string hex(int number) {
    std::array<char, 16> text{};
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), number, 16);
    CHECK(failure == std::errc());
    return {text.data(), end};
}

}  // namespace

PartitionId partition_id(const ReplicaKey& key) {
    return PartitionId(key.instance.str() + "-" + std::to_string(key.index.number));
}

std::string overlay_prefix_of(const State& state, int node_number) {
    return cluster_stem(state.settings()) + ":" + hex(node_number) + "::/64";
}

std::string overlay_address(const State& state, int node_number, int host_number) {
    return cluster_stem(state.settings()) + ":" + hex(node_number) + "::" + hex(host_number);
}

std::string overlay_box_address(const State& state, int node_number) {
    return cluster_stem(state.settings()) + ":" + hex(node_number) + "::";
}

// No box has number 0.
std::string mail_relay_address(const State& state) {
    return cluster_stem(state.settings()) + "::" + hex(mail_port);
}

std::string hostname_of(const State& state, const InstanceName& name) {
    return name.str() + "." + state.settings().zone;
}

std::string url_of(const State& state, const InstanceName& name) {
    const int port = state.settings().public_port;
    return "https://" + hostname_of(state, name) +
           (port == 443 ? std::string() : ":" + std::to_string(port)) + "/";
}

}  // namespace foyer::master
