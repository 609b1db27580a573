// "host:port" and "[v6]:port", taken apart.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::tls {

struct HostPort {
    std::string host;  // without brackets
    int port = 0;      // 1 to 65535
    friend bool operator==(const HostPort&, const HostPort&) = default;
};

// InvalidArgument: no host, no port, or not a port.
Result<HostPort> split_address(std::string_view address);

}  // namespace foyer::tls
