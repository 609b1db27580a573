#include "node-agent/net/nft_elements.h"

#include <cstring>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <vector>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

struct Message {
    nlmsghdr head;
    std::string body;
};

// As the kernel walks them: every length must lead exactly to the next message.
std::vector<Message> messages_of(std::string bytes) {
    std::vector<Message> found;
    while (!bytes.empty()) {
        Message one{};
        REQUIRE(bytes.size() >= sizeof one.head);
        std::memcpy(&one.head, bytes.data(), sizeof one.head);
        REQUIRE(one.head.nlmsg_len % 4 == 0);
        REQUIRE(one.head.nlmsg_len <= bytes.size());
        one.body = bytes.substr(sizeof one.head, one.head.nlmsg_len - sizeof one.head);
        bytes.erase(0, one.head.nlmsg_len);
        found.push_back(one);
    }
    return found;
}

int kind(const Message& message) { return message.head.nlmsg_type & 0xff; }

std::string answer(std::uint32_t number, int failure) {
    std::string bytes(sizeof(nlmsghdr) + sizeof(nlmsgerr), '\0');
    const nlmsghdr head{.nlmsg_len = static_cast<std::uint32_t>(bytes.size()),
                        .nlmsg_type = NLMSG_ERROR,
                        .nlmsg_flags = 0,
                        .nlmsg_seq = number,
                        .nlmsg_pid = 0};
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + sizeof head, &failure, sizeof failure);
    return bytes;
}

}  // namespace

TEST_CASE("all changes are one transaction, each acknowledged") {
    NftElements elements;
    elements.put("fenced", "p0123456789");
    elements.put("passing", "p0123456789", Duration(6000));
    const auto found = messages_of(elements.finish());
    REQUIRE(found.size() == 6);
    CHECK(found.front().head.nlmsg_type == NFNL_MSG_BATCH_BEGIN);
    CHECK(found.back().head.nlmsg_type == NFNL_MSG_BATCH_END);
    for (std::size_t i = 1; i + 1 < found.size(); ++i) {
        CHECK(found[i].head.nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES);
        CHECK((found[i].head.nlmsg_flags & NLM_F_ACK) != 0);
        CHECK(found[i].body.find(std::string("p0123456789\0\0\0\0\0", 16)) != std::string::npos);
    }
    CHECK(elements.last_number() == found[4].head.nlmsg_seq);
}

TEST_CASE("a time is renewed by deleting and adding, an element removed need not have been") {
    NftElements elements;
    elements.put("passing", "p0123456789", Duration(0x1234));
    elements.remove("serving", "p0123456789");
    const auto found = messages_of(elements.finish());
    REQUIRE(found.size() == 7);
    const int kinds[] = {NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_NEWSETELEM,
                         NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM};
    for (std::size_t i = 0; i < 5; ++i) CHECK(kind(found[i + 1]) == kinds[i]);
    const std::string ms("\0\0\0\0\0\0\x12\x34", 8);  // milliseconds, in the network's order
    CHECK(found[3].body.find(ms) != std::string::npos);
    CHECK(found[1].body.find(ms) == std::string::npos);
    CHECK(found[4].body.find(std::string("serving\0", 8)) != std::string::npos);
}

TEST_CASE("only an acknowledgement of the last message, without any refusal, is a yes") {
    CHECK(nft_answer(answer(1, 0) + answer(2, 0), 2).ok());
    CHECK(nft_answer(answer(1, 0), 2).failure().code == ErrorCode::Unavailable);
    CHECK(nft_answer("", 2).failure().code == ErrorCode::Unavailable);
    CHECK(nft_answer(answer(1, -ENOENT) + answer(2, 0), 2).failure().code == ErrorCode::NotFound);
    CHECK(nft_answer(answer(2, 0) + answer(0, -EPERM), 2).failure().code == ErrorCode::Internal);
    const std::string cut = answer(2, 0);
    for (std::size_t size = 0; size < sizeof(nlmsghdr) + 4; ++size)
        CHECK_FALSE(nft_answer(cut.substr(0, size), 2).ok());
}
