// Calls to addresses that others chose, many at once on the thread that turns: HTTPS with the
// certificate verified, no redirect, no proxy, only addresses that the rules allow, looked at when
// the connection is made, so that a name cannot lead elsewhere in between.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/notices/public_address.h"

namespace foyer::master {

class CurlCalls;

struct PostLimits {
    Duration connect{5'000};
    Duration whole{15'000};
    std::size_t answer_bytes = 65'536;  // header and body; what is more ends the call
    std::string ca_file;                // empty: the roots of this machine
};

struct Post {
    std::string url;
    std::vector<std::string> headers;  // "name: value"
    std::string body;
};

class HttpsPosts {
public:
    // Ok: answered with 2xx. Else why not, in words that tell nothing of our networks.
    using Done = std::function<void(const Status&)>;

    HttpsPosts(PostLimits limits, AddressRules rules);
    ~HttpsPosts();  // calls under way end unanswered; no `done` runs
    HttpsPosts(const HttpsPosts&) = delete;
    HttpsPosts& operator=(const HttpsPosts&) = delete;

    void start(Post post, Done done);
    // Goes on with all of them; waits up to `wait` for something to do. `done` runs in here.
    void turn(Duration wait);
    std::size_t under_way() const;

private:
    std::unique_ptr<CurlCalls> calls_;
    std::size_t answer_bytes_;
    AddressRules rules_;
};

}  // namespace foyer::master
