#include "node-agent/net/nft_elements.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/if.h>

#include "common/base/check.h"

namespace foyer::agent {

namespace {

constexpr const char* table = "foyer";

template <class T>
void append(std::string& bytes, const T& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Length fields are known when what they measure is there: `at` is where the header begins.
std::size_t begin_attribute(std::string& bytes, int type) {
    const std::size_t at = bytes.size();
    append(bytes, nlattr{.nla_len = 0, .nla_type = static_cast<std::uint16_t>(type)});
    return at;
}

void end_attribute(std::string& bytes, std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes.size() - at);
    std::memcpy(&bytes[at], &length, sizeof length);
    bytes.resize((bytes.size() + 3) / 4 * 4);  // every message begins aligned, so this is enough
}

void attribute(std::string& bytes, int type, std::string_view value) {
    const std::size_t at = begin_attribute(bytes, type);
    bytes += value;
    end_attribute(bytes, at);
}

std::size_t begin_message(std::string& bytes, int type, int flags, std::uint32_t number,
                          const nfgenmsg& family) {
    const std::size_t at = bytes.size();
    append(bytes, nlmsghdr{.nlmsg_len = 0,
                           .nlmsg_type = static_cast<std::uint16_t>(type),
                           .nlmsg_flags = static_cast<std::uint16_t>(flags),
                           .nlmsg_seq = number,
                           .nlmsg_pid = 0});
    append(bytes, family);
    return at;
}

void end_message(std::string& bytes, std::size_t at) {
    const auto length = static_cast<std::uint32_t>(bytes.size() - at);
    std::memcpy(&bytes[at], &length, sizeof length);
}

void mark(std::string& bytes, int type, std::uint32_t number) {
    const nfgenmsg all{
        .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)};
    end_message(bytes, begin_message(bytes, type, NLM_F_REQUEST, number, all));
}

}  // namespace

NftElements::NftElements() { mark(bytes_, NFNL_MSG_BATCH_BEGIN, number_); }

void NftElements::element(int message, std::string_view set, std::string_view link,
                          std::optional<Duration> timeout) {
    CHECK(!link.empty() && link.size() < IFNAMSIZ);
    const nfgenmsg inet{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0};
    const int create = message == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0;
    const std::size_t start = begin_message(bytes_, (NFNL_SUBSYS_NFTABLES << 8) | message,
                                            NLM_F_REQUEST | NLM_F_ACK | create, ++number_, inet);
    attribute(bytes_, NFTA_SET_ELEM_LIST_TABLE, std::string_view(table, std::strlen(table) + 1));
    attribute(bytes_, NFTA_SET_ELEM_LIST_SET, std::string(set) + '\0');
    const std::size_t list = begin_attribute(bytes_, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);
    const std::size_t one = begin_attribute(bytes_, NFTA_LIST_ELEM | NLA_F_NESTED);
    const std::size_t key = begin_attribute(bytes_, NFTA_SET_ELEM_KEY | NLA_F_NESTED);
    std::string name(link);
    name.resize(IFNAMSIZ);  // as the kernel compares names: filled up with zeros
    attribute(bytes_, NFTA_DATA_VALUE, name);
    end_attribute(bytes_, key);
    if (timeout) {
        const std::uint64_t ms = htobe64(static_cast<std::uint64_t>(timeout->count()));
        attribute(bytes_, NFTA_SET_ELEM_TIMEOUT,
                  std::string_view(reinterpret_cast<const char*>(&ms), sizeof ms));
    }
    end_attribute(bytes_, one);
    end_attribute(bytes_, list);
    end_message(bytes_, start);
}

void NftElements::put(std::string_view set, std::string_view link,
                      std::optional<Duration> timeout) {
    CHECK(!timeout || timeout->count() > 0);  // 0 would be for good
    if (timeout) remove(set, link);
    element(NFT_MSG_NEWSETELEM, set, link, timeout);
}

// Added first: deleting what is not there would refuse the whole transaction.
void NftElements::remove(std::string_view set, std::string_view link) {
    element(NFT_MSG_NEWSETELEM, set, link, {});
    element(NFT_MSG_DELSETELEM, set, link, {});
}

const std::string& NftElements::finish() {
    mark(bytes_, NFNL_MSG_BATCH_END, number_ + 1);
    return bytes_;
}

Status nft_answer(std::string_view answers, std::uint32_t last_number) {
    bool taken = false;
    while (answers.size() >= sizeof(nlmsghdr)) {
        nlmsghdr head = {};
        std::memcpy(&head, answers.data(), sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > answers.size()) break;
        if (head.nlmsg_type == NLMSG_ERROR && head.nlmsg_len >= sizeof head + sizeof(int)) {
            int failure = 0;
            std::memcpy(&failure, answers.data() + sizeof head, sizeof failure);
            if (failure == -ENOENT)
                return error(ErrorCode::NotFound, "the firewall has no such table or set");
            if (failure != 0)
                return error(ErrorCode::Internal,
                             "the firewall refused an element: error " + std::to_string(-failure));
            taken = taken || head.nlmsg_seq == last_number;
        }
        answers.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), answers.size()));
    }
    if (!taken) return error(ErrorCode::Unavailable, "the firewall did not acknowledge");
    return ok_status();
}

}  // namespace foyer::agent
