#include "node-agent/net/edge_probe.h"

#include <algorithm>

#include "common/os/files.h"
#include "common/tls/certificate.h"
#include "common/tls/presented_chain.h"

namespace foyer::agent {

Status probe_edge(const std::string& address, int port, const std::string& zone,
                  const std::string& ca_file, Duration timeout, const Clock& clock) {
    const bool six = address.find(':') != std::string::npos;
    const std::string at = (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
    const auto chain = TRY(tls::presented_chain(at, "edge." + zone, timeout, clock));
    const std::string roots = TRY(os::read_file(ca_file));
    TRY(tls::verify_certificate(chain.front(), roots, clock.wall()));
    const tls::CertificateFacts facts = TRY(tls::read_certificate(chain.front()));
    if (std::ranges::find(facts.dns_names, "*." + zone) == facts.dns_names.end())
        return error(ErrorCode::PermissionDenied,
                     "'" + at + "' has no certificate for the names of zone '" + zone + "'");
    return ok_status();
}

}  // namespace foyer::agent
