#include "master/notices/curl_calls.h"

#include <algorithm>
#include <utility>

namespace foyer::master {
namespace {

constexpr Duration longest_wait{1'000};

void begin_library() {
    static const CURLcode begun = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    CHECK(begun == CURLE_OK);
}

}  // namespace

CurlList curl_list(const std::vector<std::string>& texts) {
    CurlList list;
    for (const std::string& text : texts) {
        curl_slist* longer = ::curl_slist_append(list.get(), text.c_str());
        CHECK(longer != nullptr);
        if (!list) list.reset(longer);
    }
    return list;
}

CurlCalls::CurlCalls(CallLimits limits) : limits_(std::move(limits)) {
    begin_library();
    multi_ = ::curl_multi_init();
    CHECK(multi_ != nullptr);
}

CurlCalls::~CurlCalls() {
    for (const auto& [handle, call] : calls_) ::curl_multi_remove_handle(multi_, handle);
    calls_.clear();
    ::curl_multi_cleanup(multi_);
}

CurlHandle CurlCalls::make() const {
    CurlHandle made(::curl_easy_init());
    CHECK(made != nullptr);
    CURL* handle = made.get();
    set_option(handle, CURLOPT_PROXY, "");  // whatever the environment says
    set_option(handle, CURLOPT_NOSIGNAL, 1L);
    set_option(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
    set_option(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.whole.count()));
    if (!limits_.ca_file.empty()) {
        set_option(handle, CURLOPT_CAINFO, limits_.ca_file.c_str());
        set_option(handle, CURLOPT_CAPATH, static_cast<char*>(nullptr));
    }
    set_option(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set_option(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set_option(handle, CURLOPT_FORBID_REUSE, 1L);
    set_option(handle, CURLOPT_FRESH_CONNECT, 1L);
    return made;
}

void CurlCalls::start(CurlHandle handle, Done done) {
    CURL* key = handle.get();
    CHECK(::curl_multi_add_handle(multi_, key) == CURLM_OK);
    calls_.emplace(key, Call{std::move(done), std::move(handle)});
}

void CurlCalls::end(CURL* handle, CURLcode result) {
    const auto found = calls_.find(handle);
    CHECK(found != calls_.end());
    const Call call = std::move(found->second);
    calls_.erase(found);
    ::curl_multi_remove_handle(multi_, handle);
    call.done(result);
}

void CurlCalls::turn(Duration wait) {
    int running = 0;
    ::curl_multi_perform(multi_, &running);
    int left = 0;
    bool ended = false;
    while (const CURLMsg* message = ::curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        ended = true;
        end(message->easy_handle, message->data.result);
    }
    if (ended || wait <= Duration(0)) return;
    ::curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::min(wait, longest_wait).count()),
                      nullptr);
}

}  // namespace foyer::master
