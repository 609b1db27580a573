#include "master/notices/https_post.h"

#include <sys/socket.h>
#include <utility>

#include "master/notices/curl_calls.h"

namespace foyer::master {
namespace {

struct Call {
    CURL* handle = nullptr;
    CurlList headers;
    std::string body;
    const AddressRules* rules = nullptr;
    std::size_t left = 0;
    bool address_refused = false;
    bool too_long = false;

    static std::size_t receive(char*, std::size_t size, std::size_t count, void* data) {
        auto& call = *static_cast<Call*>(data);
        const std::size_t bytes = size * count;
        if (bytes > call.left) {
            call.too_long = true;
            return 0;
        }
        call.left -= bytes;
        return bytes;
    }

    static curl_socket_t open(void* data, curlsocktype, curl_sockaddr* address) {
        auto& call = *static_cast<Call*>(data);
        if (!call.rules->may_call(address->addr)) {
            call.address_refused = true;
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }

    Status outcome(CURLcode result) const {
        const auto failed = [](std::string why) {
            return error(ErrorCode::Unavailable, std::move(why));
        };
        if (too_long) return failed("the answer was too long");
        if (result == CURLE_COULDNT_CONNECT && address_refused)
            return failed("the name leads to an address that is not public");
        if (result != CURLE_OK) return failed(::curl_easy_strerror(result));
        long status = 0;
        ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        if (status >= 200 && status < 300) return ok_status();
        const std::string said = "answered " + std::to_string(status);
        return failed(status >= 300 && status < 400 ? said + "; redirects are not followed" : said);
    }
};

}  // namespace

HttpsPosts::HttpsPosts(PostLimits limits, AddressRules rules)
    : calls_(std::make_unique<CurlCalls>(CallLimits{limits.connect, limits.whole, limits.ca_file})),
      answer_bytes_(limits.answer_bytes),
      rules_(std::move(rules)) {}

HttpsPosts::~HttpsPosts() = default;

void HttpsPosts::start(Post post, Done done) {
    const auto call = std::make_shared<Call>();
    call->headers = curl_list(post.headers);
    call->body = std::move(post.body);
    call->rules = &rules_;
    call->left = answer_bytes_;
    CurlHandle made = calls_->make();
    CURL* handle = made.get();
    call->handle = handle;
    set_option(handle, CURLOPT_URL, post.url.c_str());
    set_option(handle, CURLOPT_PROTOCOLS_STR, "https");
    set_option(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set_option(handle, CURLOPT_HTTPHEADER, call->headers.get());
    set_option(handle, CURLOPT_POSTFIELDS, call->body.c_str());
    set_option(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call->body.size()));
    set_option(handle, CURLOPT_WRITEFUNCTION, &Call::receive);
    set_option(handle, CURLOPT_WRITEDATA, call.get());
    set_option(handle, CURLOPT_HEADERFUNCTION, &Call::receive);
    set_option(handle, CURLOPT_HEADERDATA, call.get());
    // Judged when the connection is made; a connection is of one call.
    set_option(handle, CURLOPT_OPENSOCKETFUNCTION, &Call::open);
    set_option(handle, CURLOPT_OPENSOCKETDATA, call.get());
    calls_->start(std::move(made),
                  [call, done = std::move(done)](CURLcode result) { done(call->outcome(result)); });
}

void HttpsPosts::turn(Duration wait) { calls_->turn(wait); }

std::size_t HttpsPosts::under_way() const { return calls_->under_way(); }

}  // namespace foyer::master
