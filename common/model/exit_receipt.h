// What a box that left the cloud can show (common/tls/exit_receipt.h signs it).
#pragma once

#include <string>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer {

struct ExitReceipt {
    std::string cloud;  // its zone
    NodeId node;
    SiteId site;
    HostId host;
    IspId isp;
    CountryCode country;
    std::string key_fingerprint;  // of the box, hex
    WallTime left_at;
    friend bool operator==(const ExitReceipt&, const ExitReceipt&) = default;
};

}  // namespace foyer
