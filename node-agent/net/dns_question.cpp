#include "node-agent/net/dns_question.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/os/sys.h"
#include "node-agent/net/ipv6.h"

namespace foyer::agent {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr std::size_t answer_bytes_max = 1'500;
constexpr std::uint16_t type_soa = 6;
constexpr std::uint16_t class_internet = 1;

void put16(std::string& text, std::uint16_t number) {
    text.push_back(static_cast<char>(number >> 8U));
    text.push_back(static_cast<char>(number & 0xffU));
}

// Reads forward, and remembers that it ran over the end.
class Reader {
public:
    Reader(const std::string& text, std::size_t at) : text_(text), at_(at) {}
    bool ok() const { return ok_; }
    std::size_t at() const { return at_; }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = (value << 8U) | byte();
        return value;
    }
    // Labels up to the end of a name; a pointer ends it too. Where it leads is not looked at.
    void skip_name() {
        while (ok_) {
            const std::uint8_t length = byte();
            if (length == 0) return;
            if ((length & 0xc0U) == 0xc0) {
                byte();
                return;
            }
            at_ += length;
        }
    }

private:
    std::uint8_t byte() {
        ok_ = ok_ && at_ < text_.size();
        return ok_ ? static_cast<std::uint8_t>(text_[at_++]) : std::uint8_t{0};
    }
    const std::string& text_;
    std::size_t at_;
    bool ok_ = true;
};

Error no_answer(const std::string& why) {
    return error(ErrorCode::InvalidArgument, "the name server's answer " + why);
}

Result<os::UniqueFd> connected_to(const std::string& address, int port) {
    const bool six = is_ipv6(address);
    os::UniqueFd fd(::socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 to6 = {};
    to6.sin6_family = AF_INET6;
    to6.sin6_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET6, address.c_str(), &to6.sin6_addr);
    sockaddr_in to4 = {};
    to4.sin_family = AF_INET;
    to4.sin_port = to6.sin6_port;
    ::inet_pton(AF_INET, address.c_str(), &to4.sin_addr);
    const auto* to =
        six ? reinterpret_cast<const sockaddr*>(&to6) : reinterpret_cast<const sockaddr*>(&to4);
    const socklen_t size = six ? sizeof to6 : sizeof to4;
    if (!fd.valid() || ::connect(fd.get(), to, size) != 0)
        return error(ErrorCode::Unavailable, os::errno_error("cannot ask the name server").message);
    return fd;
}

}  // namespace

std::string soa_question(const std::string& zone, std::uint16_t id) {
    std::string text;
    put16(text, id);
    put16(text, 0);  // a plain question, no recursion wanted
    put16(text, 1);
    for (int section = 0; section < 3; ++section) put16(text, 0);
    for (const std::string& label : split(zone, '.')) {
        text.push_back(static_cast<char>(label.size()));
        text += label;
    }
    text.push_back('\0');
    put16(text, type_soa);
    put16(text, class_internet);
    return text;
}

Result<std::uint32_t> soa_serial(const std::string& answer, const std::string& question) {
    const bool repeats = answer.size() >= question.size() && answer.size() >= header_bytes &&
                         answer.substr(0, 2) == question.substr(0, 2) &&
                         answer.substr(header_bytes, question.size() - header_bytes) ==
                             question.substr(header_bytes);
    if (!repeats) return no_answer("is to another question");
    Reader header(answer, 2);
    const std::uint64_t flags = header.number(2);
    header.number(2);
    const std::uint64_t answers = header.number(2);
    if ((flags & 0x8000U) == 0 || (flags & 0x000fU) != 0)
        return no_answer("is a refusal, code " + std::to_string(flags & 0x000fU));
    if ((flags & 0x0400U) == 0) return no_answer("is not authoritative");
    Reader record(answer, question.size());
    record.skip_name();
    const std::uint64_t type = record.number(2);
    record.number(2 + 4 + 2);  // class, time to live, length
    record.skip_name();
    record.skip_name();
    const std::uint64_t serial = record.number(4);
    if (answers == 0 || !record.ok() || type != type_soa) return no_answer("holds no SOA");
    return static_cast<std::uint32_t>(serial);
}

Result<std::uint32_t> ask_serial(const std::string& address, int port, const std::string& zone,
                                 std::uint16_t id, Duration timeout) {
    const os::UniqueFd fd = TRY(connected_to(address, port));
    const std::string question = soa_question(zone, id);
    const auto silent = [] {
        return error(ErrorCode::Unavailable, "the name server does not answer");
    };
    if (::send(fd.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return silent();
    pollfd wait = {fd.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(timeout.count())) <= 0) return silent();
    std::string answer(answer_bytes_max, '\0');
    const ssize_t count = ::recv(fd.get(), answer.data(), answer.size(), 0);
    if (count < 0) return silent();
    answer.resize(static_cast<std::size_t>(count));
    return soa_serial(answer, question);
}

}  // namespace foyer::agent
