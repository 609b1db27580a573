// Who this box is: key, certificate, the CA it trusts, where its masters are. Files of
// <data>/identity/, made by enrolment.
//
//   node.key 0600   node.crt   ca.crt   wg.key 0600   node.json   (edges: serving.key 0600,
//   serving.crt)   (boxes that applied, until they enrol: application.json 0600)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct Identity {
    NodeId node;
    std::vector<std::string> addresses;  // of masters, "host:port", best first
    bool edge = false;
    Resources capacity;  // as offered at enrolment
    Secret<std::string> key_pem;
    std::string certificate_pem;
    std::string ca_pem;
};

struct ServingCertificate {
    Secret<std::string> key_pem;
    std::string certificate_pem;
};

class IdentityFolder {
public:
    explicit IdentityFolder(std::string folder) : folder_(std::move(folder)) {}

    // NotFound: this box is not enrolled. FailedPrecondition: files are missing, do not fit each
    // other, or are readable by others.
    Result<Identity> load() const;
    bool is_enrolled() const;

    // The key of the first attempt is kept, so that a repeated enrolment presents the same one.
    Result<Secret<std::string>> node_key() const;
    // Public half; the private one stays in wg.key.
    Result<std::string> wireguard_public_key(Rng& rng) const;
    std::string wireguard_key_file() const { return folder_ + "/wg.key"; }
    std::string ca_file() const { return folder_ + "/ca.crt"; }
    std::string application_file() const { return folder_ + "/application.json"; }

    // node.json is written last: what it names is there.
    Status store(const Identity& identity) const;
    Status store_certificate(const std::string& certificate_pem, const std::string& ca_pem) const;

    Result<Secret<std::string>> serving_key() const;
    std::optional<ServingCertificate> serving() const;
    Status store_serving(const std::string& certificate_pem) const;
    // Key and certificate; missing is fine.
    Status forget_serving() const;

private:
    std::string folder_;
};

}  // namespace foyer::agent
