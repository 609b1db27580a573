// Which addresses a call to the outside may go to. Who names the address of a webhook is not
// trusted: through us he would reach what only we can, on this machine, in our networks, at the
// overlay. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

struct sockaddr;

namespace foyer::master {

// IPv4 as IPv6 has it (::ffff:0:0/96), so that it is judged the same however it is written.
using AddressBytes = std::array<std::uint8_t, 16>;

struct Network {
    AddressBytes address{};
    int bits = 0;  // 0…128
};

Result<Network> parse_network(std::string_view text);  // "127.0.0.0/8", "fd00::/8"

class AddressRules {
public:
    // InvalidArgument: one of them is no network. What is in `allow` is allowed although it is not
    // public; `refuse` are ours beside those that are nobody's.
    static Result<AddressRules> make(const std::vector<std::string>& allow,
                                     const std::vector<std::string>& refuse);

    bool may_call(const AddressBytes& address) const;
    bool may_call(const sockaddr& address) const;  // neither IPv4 nor IPv6: no

private:
    std::vector<Network> allowed_;
    std::vector<Network> refused_;
};

}  // namespace foyer::master
