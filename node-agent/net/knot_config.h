// The configuration of the name server (Knot DNS). Pure text.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace foyer::agent {

struct KnotSettings {
    std::string folder;   // the zone's file: the server only reads there
    std::string run_dir;  // socket and what the server writes: gone with the machine
    std::vector<std::string> addresses;
    int port = 53;
    std::string zone;
    int answers_per_second_max = 100;  // to one network (/24, /56)
    int tcp_clients_max = 100;

    std::string zone_file() const { return folder + "/zone.txt"; }
    std::string socket() const { return run_dir + "/knot.sock"; }
};

// Authoritative for one zone; no recursion, no transfer, no update, no notify: knot does none of
// these unless it is told to. InvalidArgument for what could say something else to it.
Result<std::string> knot_config(const KnotSettings& settings);

// Where it listens: "::" is every address, of both kinds.
std::vector<std::string> knot_addresses(const std::string& listen);
// Where the box itself asks it, or the edge's proxy.
std::string own_listener(const std::string& listen);

}  // namespace foyer::agent
