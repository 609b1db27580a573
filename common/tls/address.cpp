#include "common/tls/address.h"

#include "common/base/text.h"

namespace foyer::tls {

Result<HostPort> split_address(std::string_view address) {
    const auto refuse = [&](std::string_view why) {
        return error(ErrorCode::InvalidArgument, "address '" + std::string(address.substr(0, 80)) +
                                                     "' " + std::string(why) + "; write host:port");
    };
    if (address.size() > 261) return refuse("is too long");
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return refuse("has no port");
    std::string_view host = address.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return refuse("holds an IPv6 address without brackets");
    }
    if (host.empty() || host.find_first_of(" /\\@") != std::string_view::npos)
        return refuse("has no usable host");
    const auto port = parse_int(address.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return refuse("has no usable port");
    return HostPort{std::string(host), static_cast<int>(*port)};
}

}  // namespace foyer::tls
