// Calls of libcurl, many at once on the thread that turns: TLS with the certificate verified, no
// proxy, no connection used twice, time bounded. What a call says and how it ended is its maker's
// (https_post.h, smtp_send.h).
#pragma once

#include <curl/curl.h>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/base/time.h"

namespace foyer::master {

struct CallLimits {
    Duration connect{5'000};
    Duration whole{15'000};
    std::string ca_file;  // empty: the roots of this machine
};

struct CurlListEnd {
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListEnd>;
CurlList curl_list(const std::vector<std::string>& texts);

struct CurlHandleEnd {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
using CurlHandle = std::unique_ptr<CURL, CurlHandleEnd>;

template <class Value>
void set_option(CURL* handle, CURLoption option, Value value) {
    CHECK(::curl_easy_setopt(handle, option, value) == CURLE_OK);
}

class CurlCalls {
public:
    using Done = std::function<void(CURLcode)>;  // the handle still lives

    explicit CurlCalls(CallLimits limits);
    ~CurlCalls();  // calls under way end unanswered; no `done` runs
    CurlCalls(const CurlCalls&) = delete;
    CurlCalls& operator=(const CurlCalls&) = delete;

    // With what all calls have in common.
    CurlHandle make() const;
    // What the handle points to lives until `done` has run, or we are gone.
    void start(CurlHandle handle, Done done);
    // Goes on with all of them; waits up to `wait` for something to do. `done` runs in here.
    void turn(Duration wait);
    std::size_t under_way() const { return calls_.size(); }

private:
    // The handle goes first: it points into what `done` keeps.
    struct Call {
        Done done;
        CurlHandle handle;
    };
    void end(CURL* handle, CURLcode result);

    CallLimits limits_;
    CURLM* multi_ = nullptr;
    std::map<CURL*, Call> calls_;
};

}  // namespace foyer::master
