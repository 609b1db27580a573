// MailRelay by Exim: one process in the host's network namespace, as the user of its Debian package
// and without any right of root's, on a listener made in the box's; and once in a while another one
// that tries what waits. It outlives the agent, is adopted after a restart, and started again when
// it died.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "common/os/unique_fd.h"
#include "node-agent/app/ports.h"
#include "node-agent/net/exim_config.h"
#include "node-agent/net/kept_process.h"

namespace foyer::agent {

struct EximRelayConfig {
    std::string node;
    std::string data_dir;   // what waits: survives a reboot
    std::string run_dir;    // configuration, keys, log: in memory
    std::string box_netns;  // where copies reach it; empty: the agent's own (tests)
    int port = mail_port;
    MailDelivery delivery = MailDelivery::Off;
    std::string smarthost;   // "mail.isp.example:587"
    std::string login_file;  // root's; empty: none
    bool plain = false;
    Bytes message_max = mebibytes(20);
    int recipients_max = 50;
    int queue_max = 1'000;  // messages; more are refused
    Bytes queue_size_max = gibibytes(1);
    Duration retry_period{60'000};  // what waits is looked at
};

class EximRelay final : public MailRelay {
public:
    EximRelay(EximRelayConfig config, Clock& clock);

    Status apply(const MailPlan& plan) override;
    Status check() override;
    void answer(Duration at_most,
                const std::function<std::string(const std::string&)>& answer) override;
    Queue queue() override;
    Status stop() override;

private:
    Result<EximSettings> settings(const MailPlan& plan) const;
    Status make_folders() const;
    Status make_logs() const;
    Status write_login() const;
    Status write_keys(const MailPlan& plan, const EximSettings& settings) const;
    Status open_door();
    Status listen(const std::string& address);
    Status ensure_running();
    Status launch();
    Status look_at_queue();
    std::string spool() const { return config_.data_dir + "/spool"; }
    std::string log_file() const { return config_.run_dir + "/exim.log"; }
    std::string place_file() const { return config_.run_dir + "/listens-at"; }
    std::string door_file() const { return config_.run_dir + "/ask.sock"; }

    const EximRelayConfig config_;
    Clock& clock_;
    const ServiceUser user_;
    KeptProcess process_;
    KeptProcess queue_runner_;
    os::UniqueFd door_;
    os::UniqueFd listener_;
    std::string listens_at_;
    std::string relay_;  // where it should listen
    std::optional<EximSettings> applied_;
    MonoTime next_queue_run_;
};

}  // namespace foyer::agent
