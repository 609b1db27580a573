#include "node-agent/net/link_counts.h"

#include <cstring>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

template <class T>
std::string raw(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string padded(std::string bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    return bytes;
}

std::string attribute(int type, const std::string& value) {
    const rtattr head{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + value.size()),
                      .rta_type = static_cast<unsigned short>(type)};
    return padded(raw(head) + value);
}

std::string message(int type, const std::string& body) {
    nlmsghdr head = {};
    head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + body.size());
    head.nlmsg_type = static_cast<std::uint16_t>(type);
    return padded(raw(head) + body);
}

std::string link(int index, const char* name, const char* kind) {
    ifinfomsg info = {};
    info.ifi_index = index;
    rtnl_link_stats64 stats = {};
    stats.rx_packets = 3;
    stats.tx_packets = 5;
    stats.rx_bytes = 3000;
    stats.tx_bytes = 5000;
    return message(RTM_NEWLINK, raw(info) + attribute(IFLA_IFNAME, std::string(name) + '\0') +
                                    attribute(IFLA_STATS64, raw(stats)) +
                                    attribute(IFLA_LINKINFO | NLA_F_NESTED,
                                              attribute(IFLA_INFO_KIND, std::string(kind) + '\0')));
}

}  // namespace

TEST_CASE("links are read with what they moved, over several pieces") {
    std::map<std::string, LinkCount> links;
    CHECK_FALSE(parse_links(link(7, "wg1", "tun") + link(8, "lo", ""), links).value());
    CHECK(parse_links(link(9, "wg2", "wireguard") + message(NLMSG_DONE, "0000"), links).value());
    REQUIRE(links.size() == 3);
    CHECK(links["wg1"] == LinkCount{7, "tun", 5000, 5, 3000, 3});
    CHECK(links["wg2"].kind == "wireguard");
}

TEST_CASE("what packets grow by on the line is counted, once") {
    const LinkCount program{7, "tun", 5000, 5, 3000, 3};
    CHECK(line_count(program) == DeviceCount{7, {Bytes(5400), Bytes(3240)}});
    const LinkCount kernel{7, "wireguard", 5000, 5, 3000, 3};
    CHECK(line_count(kernel) == DeviceCount{7, {Bytes(5320), Bytes(3144)}});
}

TEST_CASE("a cut or refused answer is no link") {
    const std::string whole = link(7, "wg1", "tun");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::map<std::string, LinkCount> links;
        CHECK_FALSE(parse_links(whole.substr(0, size), links).value());
        CHECK(links.empty());
    }
    std::map<std::string, LinkCount> links;
    CHECK_FALSE(parse_links(message(NLMSG_ERROR, "0000"), links).ok());
}
