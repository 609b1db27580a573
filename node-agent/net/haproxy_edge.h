// EdgeProxy by haproxy: one process in the box's network namespace, on a listener made in the
// host's. It outlives the agent, is adopted after a restart, and started again when it died.
#pragma once

#include <mutex>
#include <string>

#include "common/os/unique_fd.h"
#include "node-agent/app/ports.h"
#include "node-agent/net/edge_table.h"
#include "node-agent/net/haproxy_config.h"
#include "node-agent/net/kept_process.h"

namespace foyer::agent {

struct HaproxyEdgeConfig {
    std::string data_dir;  // certificate, table, maps
    std::string run_dir;   // socket, pid
    std::string box_netns;
    std::string listen_address = "::";
    int https_port = 443;
    int http_port = 0;  // 0: no plain HTTP
    int connections_max = 2000;
    Bytes body_max;
    int names_max = 500;
};

class HaproxyEdge final : public EdgeProxy {
public:
    HaproxyEdge(HaproxyEdgeConfig config, Clock& clock);

    Status set_certificate(const std::string& chain_pem, const std::string& key_pem) override;
    Status apply(const std::map<std::string, EdgeRoute>& routes) override;
    Status check() override;
    Result<std::uint64_t> answers(const std::string& hostname) override;
    Status serve_domains(const EdgeDomains& domains) override;
    Status stop() override;

private:
    HaproxySettings settings() const;
    std::string pid_file() const { return config_.run_dir + "/haproxy.pid"; }
    std::string shape_file() const { return config_.data_dir + "/haproxy.shape"; }
    Status load();
    Status write_files(const EdgeTable& table) const;
    Status ensure_running();
    Status listen();
    Status launch();
    Status answers() const;
    Result<std::string> tell_one(const std::string& command) const;
    Status tell(const std::vector<std::string>& commands) const;
    Status take(const std::vector<HaproxyStep>& steps) const;
    Status cut_reached(int slot) const;
    Status tell_everything(const EdgeTable& table) const;
    Status tell_certificate();
    Status exchange_map(const std::string& map, const std::string& lines) const;
    // haproxy_domain_table.cpp
    Status write_domains() const;
    Status tell_domains();
    Status tell_file(const std::string& name, const EdgeDomains::Certificate& one) const;
    Status tell_gone(const std::string& file) const;
    Status plain_http() const;

    const HaproxyEdgeConfig config_;
    Clock& clock_;
    std::mutex turn_;  // held while haproxy is told something: its callers must take turns
    KeptProcess process_;
    bool loaded_ = false;
    bool in_step_ = false;    // haproxy is known to hold `table_`
    bool certified_ = false;  // … and to serve with the certificate of its file
    EdgeTable table_;
    EdgeDomains domains_;
    bool domains_told_ = false;     // by who keeps them, in the life of this agent
    bool domains_in_step_ = false;  // haproxy is known to hold them
    os::UniqueFd listener_;
    os::UniqueFd http_listener_;
    std::string http_problem_;  // why there is no plain HTTP though it was wished
};

}  // namespace foyer::agent
