// CertificateShelf in a folder: <name>.pem with chain and key, for root alone, and orders.json with
// what became of orders.
#pragma once

#include <string>

#include "common/log/log.h"
#include "node-agent/app/ports.h"

namespace foyer::agent {

class FileShelf final : public CertificateShelf {
public:
    FileShelf(std::string folder, Log& log) : folder_(std::move(folder)), log_(log) {}

    NameRecords load() override;
    std::string file(const std::string& name) const override;
    Status put(const std::string& name, const AcmeClient::Issued& issued) override;
    Status erase(const std::string& name) override;
    Status note(const NameRecords& records) override;

private:
    std::string path_of(const std::string& name) const { return folder_ + "/" + name + ".pem"; }
    std::string orders_file() const { return folder_ + "/orders.json"; }
    void load_orders(NameRecords& records);

    const std::string folder_;
    Log& log_;
};

}  // namespace foyer::agent
