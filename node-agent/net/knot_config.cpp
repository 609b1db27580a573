#include "node-agent/net/knot_config.h"

#include "common/base/text.h"
#include "node-agent/net/zone_file.h"

namespace foyer::agent {
namespace {

// Within double quotes of YAML.
bool is_quotable(const std::string& text) {
    for (const char letter : text)
        if (static_cast<unsigned char>(letter) < 0x20 || letter == '"' || letter == '\\')
            return false;
    return !text.empty();
}

bool is_listener(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos;
}

}  // namespace

Result<std::string> knot_config(const KnotSettings& settings) {
    if (!is_quotable(settings.folder) || !is_quotable(settings.run_dir))
        return error(ErrorCode::InvalidArgument, "a folder of this box cannot be written for knot");
    if (!is_zone_name(settings.zone))
        return error(ErrorCode::InvalidArgument, "'" + settings.zone + "' is not a DNS zone");
    std::vector<std::string> listeners;
    for (const std::string& address : settings.addresses) {
        if (!is_listener(address))
            return error(ErrorCode::InvalidArgument,
                         "'" + address + "' is not an address to listen on");
        listeners.push_back("\"" + address + "@" + std::to_string(settings.port) + "\"");
    }
    return "server:\n"
           "    rundir: \"" +
           settings.run_dir +
           "\"\n"
           "    listen: [ " +
           join(listeners, ", ") +
           " ]\n"
           "    identity: \"\"\n"
           "    version: \"\"\n"
           "    udp-workers: 1\n"
           "    tcp-workers: 1\n"
           "    background-workers: 1\n"
           "    tcp-max-clients: " +
           std::to_string(settings.tcp_clients_max) +
           "\n"
           "    tcp-idle-timeout: 5\n"
           "    udp-max-payload: 1232\n"
           "    answer-rotation: on\n"
           "control:\n"
           "    listen: \"" +
           settings.socket() +
           "\"\n"
           "    timeout: 5\n"
           "log:\n"
           "  - target: stderr\n"
           "    server: error\n"
           "    control: error\n"
           "    zone: error\n"
           "database:\n"
           "    storage: \"" +
           settings.run_dir +
           "\"\n"
           "    journal-db-max-size: 1M\n"
           "    kasp-db-max-size: 5M\n"
           "    timer-db-max-size: 1M\n"
           "mod-rrl:\n"
           "  - id: limit\n"
           "    rate-limit: " +
           std::to_string(settings.answers_per_second_max) +
           "\n"
           "    slip: 2\n"
           "template:\n"
           "  - id: default\n"
           "    global-module: mod-rrl/limit\n"
           "    zonefile-sync: -1\n"
           "    zonefile-load: whole\n"
           "    journal-content: none\n"
           "zone:\n"
           "  - domain: \"" +
           settings.zone +
           "\"\n"
           "    file: \"" +
           settings.zone_file() + "\"\n";
}

std::vector<std::string> knot_addresses(const std::string& listen) {
    if (listen == "::") return {"0.0.0.0", "::"};
    return {listen};
}

std::string own_listener(const std::string& listen) {
    if (listen == "::" || listen == "0.0.0.0") return "127.0.0.1";
    return listen;
}

}  // namespace foyer::agent
