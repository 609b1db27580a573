// HTTPS/JSON to the master. The server's certificate is always verified against the CA file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/percent.h"
#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"
#include "master/cli/next_step.h"
#include "master/cli/retry.h"

namespace foyer::cli {

struct ApiAddress {
    std::string host;  // without brackets
    int port = 443;
};

// "https://host[:port]", nothing behind. InvalidArgument otherwise.
Result<ApiAddress> parse_api_url(std::string_view url);

// "host:port", brackets where they are needed.
std::string authority_of(const ApiAddress& address);

// The error a reply carries: {"code", "message", "details", "request_id"}, else worded from status;
// with what to type next.
Error error_of_reply(int status, std::string_view body, const Asked& asked = {});

struct ApiCall {
    std::string method = "GET";
    std::string path;                      // encoded, with its query
    std::optional<std::string> body = {};  // JSON
    std::string request_id = {};           // sent as Idempotency-Key; empty: none
    std::string if_match = {};             // likewise
    Duration hold{0};                      // the server may hold the answer so long
    bool may_retry = true;                 // reads, and writes with a request_id
};

struct ApiReply {
    int status = 0;
    std::string body;
    std::string date;  // the server's clock, as HTTP writes it
};

// A file sent as the body of a PUT; `sent` is called with the bytes sent so far.
struct Upload {
    std::string path;
    std::string file;
    std::int64_t bytes = 0;
    std::function<void(std::int64_t)> sent;
};

struct ApiClientOptions {
    std::string url;
    std::string ca_file;
    Secret<std::string> token;  // empty: nobody calls (logins)
    RetryLimits retry = {};
    std::optional<Duration> patience = {};  // for connecting and for each answer; absent: the usual
    std::function<void(Duration)> pause;    // waits
    std::function<void(const std::string&)> on_retry = {};  // told why and how long it waits
};

class ApiClient {
public:
    // InvalidArgument: URL or token malformed; NotFound, InvalidArgument: CA file.
    static Result<ApiClient> create(ApiClientOptions options, Rng& rng);
    ~ApiClient();
    ApiClient(ApiClient&&) noexcept;
    ApiClient& operator=(ApiClient&&) noexcept;

    // Any 2xx reply. Others are errors: those the API answered, or Unavailable (nobody there,
    // answer lost), PermissionDenied (the server is not who the CA file says).
    Result<ApiReply> call(const ApiCall& call);
    // 2xx or 404 of a HEAD.
    Result<bool> exists(const std::string& path);
    Status upload(const Upload& upload);

private:
    struct State;
    explicit ApiClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace foyer::cli
