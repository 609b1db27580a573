#include "master/notices/https_post.h"

#include <algorithm>
#include <curl/curl.h>
#include <sys/socket.h>
#include <utility>

#include "common/base/check.h"

namespace foyer::master {
namespace {

constexpr Duration longest_wait{1'000};

struct ListEnd {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListEnd>;

HeaderList header_list(const std::vector<std::string>& headers) {
    HeaderList list;
    for (const std::string& header : headers) {
        curl_slist* longer = ::curl_slist_append(list.get(), header.c_str());
        CHECK(longer != nullptr);
        if (!list) list.reset(longer);
    }
    return list;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    CHECK(::curl_easy_setopt(handle, option, value) == CURLE_OK);
}

void begin_library() {
    static const CURLcode begun = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    CHECK(begun == CURLE_OK);
}

}  // namespace

struct HttpsPosts::Curl {
    CURLM* multi = nullptr;
};

struct HttpsPosts::Call {
    CURL* handle = nullptr;
    HeaderList headers;
    std::string body;
    Done done;
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

HttpsPosts::HttpsPosts(PostLimits limits, AddressRules rules)
    : curl_(std::make_unique<Curl>()), limits_(std::move(limits)), rules_(std::move(rules)) {
    begin_library();
    curl_->multi = ::curl_multi_init();
    CHECK(curl_->multi != nullptr);
}

HttpsPosts::~HttpsPosts() {
    for (const auto& [handle, call] : calls_) {
        ::curl_multi_remove_handle(curl_->multi, handle);
        ::curl_easy_cleanup(handle);
    }
    ::curl_multi_cleanup(curl_->multi);
}

void HttpsPosts::start(Post post, Done done) {
    auto call = std::make_unique<Call>();
    call->handle = ::curl_easy_init();
    CHECK(call->handle != nullptr);
    call->headers = header_list(post.headers);
    call->body = std::move(post.body);
    call->done = std::move(done);
    call->rules = &rules_;
    call->left = limits_.answer_bytes;
    CURL* handle = call->handle;
    set(handle, CURLOPT_URL, post.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");  // whatever the environment says
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.whole.count()));
    if (!limits_.ca_file.empty()) {
        set(handle, CURLOPT_CAINFO, limits_.ca_file.c_str());
        set(handle, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set(handle, CURLOPT_HTTPHEADER, call->headers.get());
    set(handle, CURLOPT_POSTFIELDS, call->body.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call->body.size()));
    set(handle, CURLOPT_WRITEFUNCTION, &Call::receive);
    set(handle, CURLOPT_WRITEDATA, call.get());
    set(handle, CURLOPT_HEADERFUNCTION, &Call::receive);
    set(handle, CURLOPT_HEADERDATA, call.get());
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &Call::open);
    set(handle, CURLOPT_OPENSOCKETDATA, call.get());
    // A connection is judged when it is made, and is of one call.
    set(handle, CURLOPT_FORBID_REUSE, 1L);
    set(handle, CURLOPT_FRESH_CONNECT, 1L);
    CHECK(::curl_multi_add_handle(curl_->multi, handle) == CURLM_OK);
    calls_.emplace(handle, std::move(call));
}

void HttpsPosts::end(void* handle, int result) {
    const auto found = calls_.find(handle);
    CHECK(found != calls_.end());
    const std::unique_ptr<Call> call = std::move(found->second);
    calls_.erase(found);
    ::curl_multi_remove_handle(curl_->multi, handle);
    const Status outcome = call->outcome(static_cast<CURLcode>(result));
    ::curl_easy_cleanup(handle);
    call->done(outcome);
}

void HttpsPosts::turn(Duration wait) {
    int running = 0;
    ::curl_multi_perform(curl_->multi, &running);
    int left = 0;
    bool ended = false;
    while (const CURLMsg* message = ::curl_multi_info_read(curl_->multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        ended = true;
        end(message->easy_handle, message->data.result);
    }
    if (ended || wait <= Duration(0)) return;
    ::curl_multi_poll(curl_->multi, nullptr, 0,
                      static_cast<int>(std::min(wait, longest_wait).count()), nullptr);
}

std::size_t HttpsPosts::under_way() const { return calls_.size(); }

}  // namespace foyer::master
