#include "master/login/provider_call.h"

#include <curl/curl.h>
#include <memory>

#include "common/base/check.h"

namespace foyer::master {
namespace {

struct Body {
    std::string text;
    std::size_t most = 0;
};

std::size_t on_bytes(char* bytes, std::size_t one, std::size_t count, void* to) {
    auto& body = *static_cast<Body*>(to);
    if (body.text.size() + one * count > body.most) return 0;  // ends the call
    body.text.append(bytes, one * count);
    return one * count;
}

struct EndCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
    CHECK(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

void set_call(CURL* handle, const ProviderCall& call) {
    set(handle, CURLOPT_URL, call.url.c_str());
    if (!call.form.empty()) {
        set(handle, CURLOPT_POSTFIELDS, call.form.c_str());
        set(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.form.size()));
    }
    if (call.user.empty()) return;
    set(handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(handle, CURLOPT_USERNAME, call.user.c_str());
    set(handle, CURLOPT_PASSWORD, call.password.reveal().c_str());
}

void set_limits(CURL* handle, const ProviderLimits& limits) {
    set(handle, CURLOPT_PROTOCOLS_STR, "https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.whole.count()));
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_PROXY, "");
    if (!limits.ca_file.empty()) set(handle, CURLOPT_CAINFO, limits.ca_file.c_str());
}

}  // namespace

Result<ProviderAnswer> call_provider(const ProviderCall& call, const ProviderLimits& limits) {
    static const CURLcode begun = curl_global_init(CURL_GLOBAL_DEFAULT);
    CHECK(begun == CURLE_OK);
    const std::unique_ptr<CURL, EndCurl> handle(curl_easy_init());
    CHECK(handle != nullptr);
    Body body{{}, limits.answer_bytes};
    set_limits(handle.get(), limits);
    set_call(handle.get(), call);
    set(handle.get(), CURLOPT_WRITEFUNCTION, &on_bytes);
    set(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&body));
    const CURLcode result = curl_easy_perform(handle.get());
    if (result != CURLE_OK)
        return error(ErrorCode::Unavailable,
                     std::string("the identity provider does not answer (") +
                         curl_easy_strerror(result) + "); try again, or use the password",
                     {{"rule", "oidc_unavailable"}});
    ProviderAnswer answer;
    CHECK(curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status) == CURLE_OK);
    answer.body = std::move(body.text);
    return answer;
}

}  // namespace foyer::master
