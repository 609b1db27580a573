#include "node-agent/selftest/read_home.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/os/child_process.h"
#include "common/os/files.h"
#include "node-agent/net/group_post.h"
#include "node-agent/net/netns.h"
#include "node-agent/volume/volume.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

constexpr std::size_t file_bytes_max = 65'536;

std::string text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    return at != body.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// What `read` finds in each object of a list.
template <class Read>
std::vector<std::string> gathered(const std::string& text, const Read& read) {
    std::vector<std::string> found;
    const Json body = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!body.is_array()) return found;
    for (const Json& item : body)
        if (item.is_object()) read(item, found);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::string asked(std::vector<std::string> argv) {
    return os::run_checked({.argv = std::move(argv)}).value_or("");
}

std::vector<std::string> addresses_of(const Netns& partition) {
    if (!partition.exists()) return {};
    return addresses_in(
        partition.run({"ip", "-j", "-6", "addr", "show", "dev", "eth0"}).value_or(""));
}

}  // namespace

std::vector<std::string> gateways_in(const std::string& routes) {
    return gathered(routes, [](const Json& route, std::vector<std::string>& found) {
        const std::string gateway = text_at(route, "gateway");
        if (text_at(route, "dst") == "default" && !gateway.empty()) found.push_back(gateway);
    });
}

std::vector<std::string> neighbours_in(const std::string& neighbours) {
    return gathered(neighbours, [](const Json& one, std::vector<std::string>& found) {
        const bool answered = !text_at(one, "lladdr").empty();
        const std::string address = text_at(one, "dst");
        if (answered && !address.empty() && !address.starts_with("fe80:")) found.push_back(address);
    });
}

std::vector<std::string> addresses_in(const std::string& links) {
    return gathered(links, [](const Json& link, std::vector<std::string>& found) {
        const auto addresses = link.find("addr_info");
        if (addresses == link.end() || !addresses->is_array()) return;
        for (const Json& one : *addresses) {
            if (!one.is_object() || text_at(one, "scope") != "global") continue;
            if (const std::string address = text_at(one, "local"); !address.empty())
                found.push_back(address);
        }
    });
}

std::vector<std::string> resolvers_in(const std::string& resolv_conf) {
    std::vector<std::string> found;
    std::istringstream lines(resolv_conf);
    for (std::string line; std::getline(lines, line);) {
        std::string word;
        std::string address;
        std::istringstream(line) >> word >> address;
        if (word == "nameserver" && !address.starts_with("127.") && address != "::1")
            found.push_back(address.substr(0, address.find('%')));
    }
    return found;
}

HomeFacts read_home(const BoxPaths& paths, const PartitionId& tried,
                    const std::vector<std::string>& masters) {
    HomeFacts facts;
    for (const char* family : {"-4", "-6"})
        for (std::string& gateway :
             gateways_in(asked({"ip", "-j", family, "route", "show", "default"})))
            facts.gateways.push_back(std::move(gateway));
    for (std::string& device : neighbours_in(asked({"ip", "-j", "neigh"})))
        if (std::ranges::find(facts.gateways, device) == facts.gateways.end())
            facts.neighbours.push_back(std::move(device));
    facts.own = addresses_in(asked({"ip", "-j", "addr"}));
    facts.resolvers = resolvers_in(os::read_file("/etc/resolv.conf", file_bytes_max).value_or(""));
    facts.masters = masters;
    facts.data_dir = paths.data;
    const auto mine = addresses_of(Netns(paths.netns(tried)));
    if (!mine.empty()) facts.box_address = box_address_of(mine.front()).value_or("");
    for (const std::string& name : os::list_dir(paths.partitions()).value_or({})) {
        const PartitionId other(name);
        if (other == tried) continue;
        const VolumePlaces places{.partition = paths.partition(other), .config = {}, .secrets = {}};
        facts.volumes.push_back(places.volume());
        for (std::string& address : addresses_of(Netns(paths.netns(other))))
            facts.partitions.push_back(std::move(address));
    }
    return facts;
}

}  // namespace foyer::agent
