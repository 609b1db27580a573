// foyer.agent.v1 for boxes: first contact, renewal, Sync, blobs. Callback API: a held call costs
// memory, no thread.
//
// A box is known by its certificate: signed by our CA (checked in the handshake), naming the node,
// carrying the key the catalogue holds. A deleted box, and one that enrolled again with another
// key, is refused with the reason.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/agent_sync.h"
#include "master/app/asn_database.h"
#include "master/app/blob_store.h"
#include "master/app/certificate_authority.h"
#include "master/app/planner.h"

namespace grpc {
class Service;
}

namespace foyer::master {

struct AgentServiceConfig {
    std::vector<std::string> master_addresses;  // told at enrolment
    std::string zone;
    int blob_streams_per_node = 4;
    int blob_streams_max = 64;
};

struct AgentServiceParts {
    Planner& planner;
    AgentSync& sync;
    ErrandDesk& errands;
    const CertificateAuthority& authority;
    const BlobStore& blobs;
    const AsnDatabase& networks;
    const Clock& clock;
    Log& log;
};

std::unique_ptr<grpc::Service> make_agent_service(AgentServiceParts parts,
                                                  AgentServiceConfig config);

}  // namespace foyer::master
