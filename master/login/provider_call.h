// One HTTPS call to the identity provider, which the operator named: verified, bounded in time and
// size, no redirect. Blocks; for the worker that asks. libcurl.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"

namespace foyer::master {

struct ProviderCall {
    std::string url;
    std::string form;  // POST of this form; empty: GET
    std::string user;  // basic authentication; empty: none
    Secret<std::string> password;
};

struct ProviderLimits {
    Duration whole{8'000};
    std::size_t answer_bytes = 262'144;
    std::string ca_file;  // empty: the roots of this machine
};

struct ProviderAnswer {
    long status = 0;
    std::string body;
};

// Unavailable: it did not answer; the message tells no secret.
Result<ProviderAnswer> call_provider(const ProviderCall& call, const ProviderLimits& limits);

}  // namespace foyer::master
