#include "master/notices/dns_look.h"

#include <algorithm>
#include <ares.h>
#include <arpa/inet.h>
#include <array>
#include <memory>
#include <netdb.h>
#include <poll.h>

#include "common/base/utf8.h"

namespace foyer::master {
namespace {

constexpr std::size_t texts_max = 32;
constexpr std::size_t text_bytes_max = 1'024;  // a key for mail has some 410
constexpr std::size_t addresses_max = 64;

// Once for the process; c-ares frees nothing that matters at the end.
bool is_ready() {
    static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
    return ready;
}

bool is_answer(int status) {
    return status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND;
}

struct Found {
    int status = ARES_ECANCELLED;
    std::vector<std::string> found;
};

void on_texts(void* into, int status, int, unsigned char* bytes, int length) {
    Found& texts = *static_cast<Found*>(into);
    texts.status = status;
    if (status != ARES_SUCCESS) return;
    ares_txt_ext* list = nullptr;
    texts.status = ares_parse_txt_reply_ext(bytes, length, &list);
    for (const ares_txt_ext* part = list; part != nullptr; part = part->next) {
        const std::string text(reinterpret_cast<const char*>(part->txt), part->length);
        // A record of several strings is their concatenation.
        if (part->record_start != 0 || texts.found.empty()) {
            if (texts.found.size() == texts_max) break;
            texts.found.push_back({});
        }
        texts.found.back() = plain_text(texts.found.back() + text, text_bytes_max);
    }
    if (list != nullptr) ares_free_data(list);
}

void on_addresses(void* into, int status, int, ares_addrinfo* list) {
    Found& addresses = *static_cast<Found*>(into);
    addresses.status = status;
    if (status != ARES_SUCCESS || list == nullptr) return;
    for (const ares_addrinfo_node* node = list->nodes; node != nullptr; node = node->ai_next) {
        char text[INET6_ADDRSTRLEN] = {};
        const void* raw = nullptr;
        if (node->ai_family == AF_INET)
            raw = &reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr;
        if (node->ai_family == AF_INET6)
            raw = &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr;
        if (raw == nullptr || addresses.found.size() == addresses_max) continue;
        if (::inet_ntop(node->ai_family, raw, text, sizeof text) != nullptr)
            addresses.found.emplace_back(text);
    }
    std::ranges::sort(addresses.found);
    const auto twice = std::ranges::unique(addresses.found);
    addresses.found.erase(twice.begin(), twice.end());
    ares_freeaddrinfo(list);
}

// One channel for one look, so that a resolver that was changed on this machine is asked at once.
class Channel {
public:
    static Result<std::unique_ptr<Channel>> open(const DnsLookConfig& config) {
        if (!is_ready()) return error(ErrorCode::Internal, "c-ares does not begin");
        auto made = std::make_unique<Channel>();
        ares_options options = {};
        options.timeout = static_cast<int>(std::max<std::int64_t>(config.timeout.count() / 3, 50));
        options.tries = 3;
        // Neither the file of hosts nor this machine's search list: only what the world sees.
        char from_dns[] = "b";
        options.lookups = from_dns;
        options.ndomains = 0;
        const int flags = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS;
        if (ares_init_options(&made->channel_, &options, flags) != ARES_SUCCESS)
            return error(ErrorCode::Internal, "no resolver is configured on this machine");
        if (!config.resolver.empty() &&
            ares_set_servers_ports_csv(made->channel_, config.resolver.c_str()) != ARES_SUCCESS)
            return error(ErrorCode::InvalidArgument,
                         "domains.resolver '" + config.resolver + "' is not an address");
        return made;
    }
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel() {
        if (channel_ != nullptr) ares_destroy(channel_);
    }

    ares_channel get() const { return channel_; }

    // Returns when every question is answered, given up or cancelled.
    void work(Duration timeout, const Clock& clock) const {
        const MonoTime until = clock.mono() + timeout;
        for (;;) {
            // poll(), since a master has more descriptors than an fd_set holds.
            std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
            const int wanted = ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM);
            std::vector<pollfd> polled;
            for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
                short events = 0;
                if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
                if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
                if (events != 0)
                    polled.push_back({sockets.at(static_cast<std::size_t>(i)), events, 0});
            }
            if (polled.empty()) return;
            const Duration left = until - clock.mono();
            if (left <= Duration(0)) return ares_cancel(channel_);
            turn(polled, left);
        }
    }

private:
    // What there is to do within the time that c-ares itself wants to be asked again.
    void turn(std::vector<pollfd>& polled, Duration left) const {
        timeval most = {static_cast<time_t>(left.count() / 1000),
                        static_cast<suseconds_t>(left.count() % 1000 * 1000)};
        timeval wait = {};
        const timeval* chosen = ares_timeout(channel_, &most, &wait);
        const auto wait_ms =
            static_cast<int>(chosen->tv_sec * 1000 + (chosen->tv_usec + 999) / 1000);
        if (::poll(polled.data(), polled.size(), wait_ms) < 0) return ares_cancel(channel_);
        bool any = false;
        for (const pollfd& one : polled) {
            if (one.revents == 0) continue;
            any = true;
            const bool writes = (one.revents & POLLOUT) != 0;
            const bool reads = (one.revents & ~POLLOUT) != 0;
            ares_process_fd(channel_, reads ? one.fd : ARES_SOCKET_BAD,
                            writes ? one.fd : ARES_SOCKET_BAD);
        }
        if (!any) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its timeouts
    }

    ares_channel channel_ = nullptr;
};

void ask_addresses(const Channel& channel, const std::string& host, Found& into) {
    ares_addrinfo_hints hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = ARES_AI_NOSORT;
    ares_getaddrinfo(channel.get(), host.c_str(), nullptr, &hints, on_addresses, &into);
}

std::string why(int status) { return ares_strerror(status); }

}  // namespace

DnsAnswer look_up(const Domain& row, const DnsLookConfig& config, const Clock& clock) {
    constexpr int internet = 1;
    constexpr int txt = 16;
    DnsAnswer answer;
    const auto channel = Channel::open(config);
    if (!channel.ok()) {
        answer.failure = channel.failure().message;
        return answer;
    }
    Found texts;
    Found key_texts{ARES_SUCCESS, {}};
    Found addresses;
    const auto ask_texts = [&](const std::string& name, Found& into) {
        ares_query(channel.value()->get(), name.c_str(), internet, txt, on_texts, &into);
    };
    ask_texts(challenge_name(row.name), texts);
    if (row.mail_key) ask_texts(mail_key_name(row.name.str(), *row.mail_key), key_texts);
    ask_addresses(*channel.value(), row.name.str(), addresses);
    channel.value()->work(config.timeout, clock);
    if (!is_answer(texts.status))
        answer.failure = why(texts.status);
    else if (!is_answer(addresses.status))
        answer.failure = why(addresses.status);
    else if (!is_answer(key_texts.status))
        answer.failure = why(key_texts.status);
    answer.texts = std::move(texts.found);
    answer.key_texts = std::move(key_texts.found);
    answer.addresses = std::move(addresses.found);
    return answer;
}

std::vector<std::string> addresses_of(const std::string& host, const DnsLookConfig& config,
                                      const Clock& clock) {
    const auto channel = Channel::open(config);
    if (!channel.ok()) return {};
    Found addresses;
    ask_addresses(*channel.value(), host, addresses);
    channel.value()->work(config.timeout, clock);
    return addresses.found;
}

}  // namespace foyer::master
