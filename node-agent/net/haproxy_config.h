// The files and the runtime commands of haproxy for a table of names. Pure text.
#pragma once

#include <cstdint>
#include <optional>
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
    Bytes body_max;  // of one request; 413 beyond it
    int slots = 500;
    bool http = false;  // descriptor 4 listens for plain HTTP

    std::string certificate() const { return folder + "/edge.pem"; }
    std::string hosts_map() const { return folder + "/hosts.map"; }
    std::string fences_map() const { return folder + "/fences.map"; }
    std::string domains_map() const { return folder + "/domains.map"; }
    std::string turns_map() const { return folder + "/turns.map"; }
    std::string domains_list() const { return folder + "/domains.list"; }
    std::string unknown_page() const { return folder + "/404.http"; }
    std::string waiting_page() const { return folder + "/503.http"; }
    std::string refused_page() const { return folder + "/400.http"; }
    std::string too_long_page() const { return folder + "/413.http"; }
    std::string lost_page() const { return folder + "/502.http"; }
    std::string late_page() const { return folder + "/504.http"; }
    std::string body_limit() const { return folder + "/body_limit.lua"; }
};

// The whole configuration, with the table's addresses: what a restarted haproxy comes up with.
// Listens on descriptor 3, and on 4 where it serves plain HTTP (haproxy_domains.h).
std::string haproxy_config(const HaproxySettings& settings, const EdgeTable& table);
std::string haproxy_hosts(const EdgeTable& table);
std::string haproxy_fences(const EdgeTable& table);

// One thing to do with a running haproxy: a command, or the end of the requests that a slot's
// former member still has.
struct HaproxyStep {
    std::string command;
    std::optional<int> cut_slot = {};
    friend bool operator==(const HaproxyStep&, const HaproxyStep&) = default;
};

// Steps that bring a running haproxy from one table to the other, in an order that never labels
// an answer with a newer fence than that of the member that gave it.
Result<std::vector<HaproxyStep>> haproxy_changes(const HaproxySettings& settings,
                                                 const EdgeTable& from, const EdgeTable& to);

// What brings a haproxy in any state to the table, while it serves: first each slot's address, then
// the maps, each of them exchanged whole.
Result<std::string> haproxy_address(const EdgeSlot& slot);
// From haproxy's answer to haproxy_address(): did that change where requests go?
bool haproxy_address_changed(const std::string& answer);
// Ends all requests of the slot.
std::string haproxy_cut(const EdgeSlot& slot);
// Ends those that reached a member: from haproxy's answer to `show sess`. A request of which
// nothing was sent yet is held, and goes to the slot's new address.
std::vector<std::string> haproxy_cut_reached(const std::string& sessions, int slot);
// What the server of a slot has done; and from haproxy's answer: how many of its answers were no
// 5xx.
std::string haproxy_statistics(int slot);
Result<std::uint64_t> haproxy_answers(const std::string& statistics);
std::string haproxy_prepare(const std::string& map);
// From haproxy's answer to haproxy_prepare().
Result<std::int64_t> haproxy_prepared_version(const std::string& answer);
// Fills the prepared version with `lines` (haproxy_hosts(), haproxy_fences()); with the last
// command it is in force, and the old one until then: no name is unknown in between.
std::vector<std::string> haproxy_exchange(const std::string& map, std::int64_t version,
                                          const std::string& lines);

// Complete HTTP answers. Waiting: nothing of the request was sent to anybody. Lost and late: it
// was, the member ended or took too long, and whether the request was done is not known.
std::string page_unknown();
std::string page_waiting();
std::string page_lost();
std::string page_late();
std::string page_refused(Bytes body_max);
std::string page_too_long(Bytes body_max);

// A filter of haproxy that counts the bytes of bodies whose length nobody told beforehand (chunked,
// or HTTP/2 without a content-length), and ends the request with 413 at the first that is too many.
// Up to there they pass as they come: nothing is held back. A client that goes on sending without
// listening sees the line cut instead of the 413.
std::string body_limit_script();

}  // namespace foyer::agent
