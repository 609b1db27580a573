// AcmeClient by lego, Debian's ACME client: one process an order, never root. It gets a request to
// sign and the account's key, never the key of a certificate. HTTP challenges are answered by every
// edge's proxy, so what lego writes for them goes into a folder that nobody looks at.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "node-agent/app/ports.h"

namespace foyer::agent {

struct LegoConfig {
    std::string data_dir;   // account key; below it what lego may write
    std::string directory;  // the authority's URL; empty: ACME is off here
    std::string email;      // the account's
    std::string ca_file;    // whom to believe that it is the authority; empty: this machine's roots
};

class LegoClient final : public AcmeClient {
public:
    LegoClient(LegoConfig config, Clock& clock);

    Result<std::string> thumbprint() override;
    Result<Issued> order(const std::string& name, Duration limit, std::stop_token stop) override;

private:
    std::string account_file() const { return config_.data_dir + "/account.pem"; }
    std::string folder() const { return config_.data_dir + "/lego"; }
    std::string registration() const;
    Result<Secret<std::string>> account_key() const;
    Status make_folders(const std::string& csr) const;
    Result<std::string> run(const std::string& name, Duration limit, std::stop_token stop) const;
    std::vector<std::string> command(Duration limit) const;

    const LegoConfig config_;
    Clock& clock_;
};

}  // namespace foyer::agent
