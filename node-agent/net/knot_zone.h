// ZoneServer by Knot DNS: one process in the host's network namespace, never root, which reads the
// zone's file and writes below the run folder only. It outlives the agent, is adopted after a
// restart, and started again when it died.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "node-agent/app/ports.h"
#include "node-agent/net/kept_process.h"
#include "node-agent/net/knot_config.h"

namespace foyer::agent {

struct KnotZoneConfig {
    std::string data_dir;     // configuration and zone
    std::string serial_file;  // outlives them
    std::string run_dir;      // pid, log, socket
    std::string listen = "::";
    int port = 53;
};

class KnotZone final : public ZoneServer {
public:
    KnotZone(KnotZoneConfig config, Clock& clock);

    Status apply(const ZoneWish& wish) override;
    Status check() override;
    Status stop() override;
    std::uint32_t serial() const override;

private:
    KnotSettings settings() const;
    std::string config_file() const { return config_.data_dir + "/knot.conf"; }
    Status load();
    Status make_folders() const;
    Status write_zone(const ZoneWish& wish);
    Status configure();
    Status ensure_running();
    Status launch();
    Status reload() const;
    Status answers() const;
    Status is_up() const;

    const KnotZoneConfig config_;
    Clock& clock_;
    const ServiceUser user_;
    mutable std::mutex turn_;  // held while knot is told something: its callers must take turns
    KeptProcess process_;
    bool loaded_ = false;
    std::string zone_;  // empty: not told yet
    std::uint32_t serial_ = 0;
};

}  // namespace foyer::agent
