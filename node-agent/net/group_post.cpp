#include "node-agent/net/group_post.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/os/sys.h"
#include "common/wire/group_convert.h"
#include "node-agent/net/ipv6.h"

namespace foyer::agent {
namespace {

constexpr int mails_max = 256;  // of one call: the next one takes the rest

std::string text_of(const in6_addr& address) {
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &address, text, sizeof text);
    return text;
}

std::optional<GroupMail> read_mail(std::string_view bytes, const in6_addr& from) {
    const auto datagram = wire::parse_datagram(bytes);
    if (!datagram.ok()) return std::nullopt;
    const auto& [batch, public_key, signature] = datagram.value();
    if (!tls::verify_node_signature(public_key, wire::signed_part(batch), signature).ok())
        return std::nullopt;
    auto read = wire::parse_batch(batch);
    if (!read.ok()) return std::nullopt;
    auto& [letters, questions, answers] = read.value();
    return GroupMail{text_of(from), tls::key_fingerprint_of(public_key), std::move(letters),
                     std::move(questions), std::move(answers)};
}

}  // namespace

Result<std::string> box_address_of(const std::string& partition_address) {
    in6_addr address = {};
    if (!is_ipv6(partition_address) ||
        ::inet_pton(AF_INET6, partition_address.c_str(), &address) != 1)
        return error(ErrorCode::InvalidArgument,
                     "'" + partition_address + "' is not an IPv6 address");
    std::fill(std::begin(address.s6_addr) + 8, std::end(address.s6_addr), std::uint8_t{0});
    return text_of(address);
}

Result<std::unique_ptr<UdpPost>> UdpPost::open(const std::string& netns_file,
                                               tls::NodeSigner signer) {
    os::UniqueFd socket =
        TRY(os::socket_in(netns_file, AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in6 own = {};
    own.sin6_family = AF_INET6;
    own.sin6_port = htons(group_port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
        return os::errno_error("cannot listen for the mail of groups");
    os::UniqueFd wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!wake.valid()) return os::errno_error("cannot make an event");
    return std::unique_ptr<UdpPost>(
        new UdpPost(std::move(socket), std::move(wake), std::move(signer)));
}

void UdpPost::send(const std::string& to, const std::vector<leadership::Letter>& letters) {
    for (const std::string& batch : wire::batches_of(letters)) send_batch(to, batch);
}

void UdpPost::send(const std::string& to, const SecretQuestion& question) {
    send_batch(to, wire::batch_bytes(question));
}

void UdpPost::send(const std::string& to, const SecretAnswer& answer) {
    send_batch(to, wire::batch_bytes(answer));
}

void UdpPost::send_batch(const std::string& to, const std::string& batch) {
    const auto box = box_address_of(to);
    if (!box.ok()) return;
    const auto signature = signer_.sign(wire::signed_part(batch));
    if (!signature.ok()) return;
    const std::string bytes =
        wire::datagram_bytes({batch, signer_.public_key(), signature.value()});
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(group_port);
    if (::inet_pton(AF_INET6, box.value().c_str(), &address.sin6_addr) != 1) return;
    const ssize_t sent = ::sendto(socket_.get(), bytes.data(), bytes.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&address), sizeof address);
    static_cast<void>(sent);  // lost like any other: what matters is asked again
}

std::vector<GroupMail> UdpPost::wait(Duration at_most) {
    std::array<pollfd, 2> watched{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    std::vector<GroupMail> mails;
    if (::poll(watched.data(), watched.size(), static_cast<int>(at_most.count())) <= 0)
        return mails;
    std::uint64_t pokes = 0;
    const ssize_t read = ::read(wake_.get(), &pokes, sizeof pokes);
    static_cast<void>(read);  // nothing there: it was mail
    bool more = true;
    for (int i = 0; i < mails_max && more; ++i) {
        if (auto mail = read_one(more)) mails.push_back(std::move(*mail));
    }
    return mails;
}

std::optional<GroupMail> UdpPost::read_one(bool& more) {
    std::array<char, wire::datagram_bytes_max> buffer{};
    sockaddr_in6 from = {};
    socklen_t size = sizeof from;
    const ssize_t count = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), MSG_TRUNC,
                                     reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) {
        more = errno == EINTR;
        return std::nullopt;
    }
    if (count > static_cast<ssize_t>(buffer.size())) return std::nullopt;
    return read_mail({buffer.data(), static_cast<std::size_t>(count)}, from.sin6_addr);
}

void UdpPost::poke() {
    const std::uint64_t one = 1;
    const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    static_cast<void>(written);  // full: it will wake anyway
}

}  // namespace foyer::agent
