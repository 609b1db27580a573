// The files and the runtime commands of haproxy for a table of names. Pure text.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"
#include "node-agent/net/edge_table.h"

namespace foyer::agent {

struct HaproxySettings {
    std::string folder;  // certificate, maps and pages
    std::string socket;
    std::string run_as = "nobody";
    std::string run_as_group = "nogroup";
    int connections_max = 2000;
    Bytes body_max;
    int slots = 500;

    std::string certificate() const { return folder + "/edge.pem"; }
    std::string hosts_map() const { return folder + "/hosts.map"; }
    std::string fences_map() const { return folder + "/fences.map"; }
    std::string unknown_page() const { return folder + "/404.http"; }
    std::string waiting_page() const { return folder + "/503.http"; }
};

// The whole configuration, with the table's addresses: what a restarted haproxy comes up with.
// Listens on descriptor 3.
std::string haproxy_config(const HaproxySettings& settings, const EdgeTable& table);
std::string haproxy_hosts(const EdgeTable& table);
std::string haproxy_fences(const EdgeTable& table);

// Commands that bring a running haproxy from one table to the other, in an order that never labels
// an answer with a newer fence than that of the member that gave it.
Result<std::vector<std::string>> haproxy_changes(const HaproxySettings& settings,
                                                 const EdgeTable& from, const EdgeTable& to);
// Commands that bring a haproxy in any state to the table.
Result<std::vector<std::string>> haproxy_everything(const HaproxySettings& settings,
                                                    const EdgeTable& table);

// Complete HTTP answers.
std::string page_unknown();
std::string page_waiting();

}  // namespace foyer::agent
