#include "master/cli/api_client.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <httplib.h>

#include "common/tls/address.h"
#include "common/tls/certificate.h"
#include "common/tls/private_file.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"

namespace foyer::cli {
namespace {

constexpr std::size_t reply_bytes_max = std::size_t{64} * 1024 * 1024;
constexpr Duration connect_timeout{10'000};
constexpr Duration answer_timeout{30'000};
constexpr auto write_timeout = std::chrono::seconds(60);
constexpr std::size_t upload_piece = std::size_t{256} * 1024;

bool is_token_letter(char letter) { return letter > ' ' && letter < 0x7F; }

}  // namespace

Result<ApiAddress> parse_api_url(std::string_view url) {
    const auto refuse = [&](std::string_view why) {
        return error(ErrorCode::InvalidArgument,
                     fmt::format("API address '{}' {}; write https://host:port", url, why));
    };
    constexpr std::string_view scheme = "https://";
    if (!url.starts_with(scheme)) return refuse("does not begin with https://");
    std::string rest(url.substr(scheme.size()));
    if (rest.ends_with('/')) rest.pop_back();
    if (rest.find_first_of("/?#@ ") != std::string::npos) return refuse("has more than host:port");
    const std::size_t bracket = rest.rfind(']');
    const std::size_t from = bracket == std::string::npos ? 0 : bracket;
    if (rest.find(':', from) == std::string::npos) rest += ":443";
    const auto address = tls::split_address(rest);
    if (!address.ok()) return refuse("is malformed");
    return ApiAddress{address.value().host, address.value().port};
}

std::string authority_of(const ApiAddress& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", v6 ? "[" : "", address.host, v6 ? "]" : "", address.port);
}

struct ApiClient::State {
    ApiClientOptions options;
    ApiAddress address;
    httplib::SSLClient http;
    Rng& rng;

    State(ApiClientOptions wanted, ApiAddress where, Rng& random)
        : options(std::move(wanted)),
          address(std::move(where)),
          http(address.host, address.port),
          rng(random) {
        http.enable_server_certificate_verification(true);
        http.set_ca_cert_path(options.ca_file);
        SSL_CTX_set_min_proto_version(http.ssl_context(), TLS1_2_VERSION);
        http.set_connection_timeout(options.patience.value_or(connect_timeout));
        http.set_write_timeout(write_timeout);
        http.set_keep_alive(true);
        http.set_follow_location(false);  // a token goes nowhere but to the master
        http.set_url_encode(false);       // paths come encoded
        http.set_tcp_nodelay(true);
    }

    httplib::Headers headers(const std::string& request_id) const {
        httplib::Headers made = {{"Host", authority_of(address)}, {"Accept", "application/json"}};
        if (!options.token.reveal().empty()) {
            made.emplace("Authorization", "Bearer " + options.token.reveal());
        }
        if (!request_id.empty()) made.emplace("Idempotency-Key", request_id);
        return made;
    }

    Error transport_error(httplib::Error cause) const {
        const std::string where = authority_of(address);
        if (cause == httplib::Error::SSLServerVerification) {
            const long verdict = http.get_openssl_verify_result();
            const std::string why = verdict == X509_V_OK ? "its certificate is for other names"
                                                         : X509_verify_cert_error_string(verdict);
            return error(ErrorCode::PermissionDenied,
                         fmt::format("the server at {} is not trusted: {} (CA file '{}')", where,
                                     why, options.ca_file),
                         {{std::string(next_key), "foyer login with the CA file of this master"}});
        }
        if (cause == httplib::Error::SSLLoadingCerts) {
            return error(ErrorCode::InvalidArgument,
                         fmt::format("CA file '{}' cannot be loaded", options.ca_file));
        }
        if (cause == httplib::Error::Canceled) {
            return error(ErrorCode::ResourceExhausted,
                         fmt::format("the answer of {} is over {}", where,
                                     human_bytes(static_cast<std::int64_t>(reply_bytes_max))));
        }
        return error(ErrorCode::Unavailable,
                     fmt::format("the master at {} cannot be reached ({})", where,
                                 httplib::to_string(cause)),
                     {{std::string(next_key), "foyer doctor (it tells what is in the way)"}});
    }

    Result<ApiReply> send_once(const ApiCall& call);
    Result<ApiReply> put_once(const Upload& upload, std::ifstream& file);

    // Runs `attempt` until it succeeds, fails for good, or the limit is reached.
    template <class Attempt>
    auto with_retries(bool may_retry, Attempt attempt) -> decltype(attempt()) {
        for (int number = 1;; ++number) {
            auto result = attempt();
            const bool again = may_retry && !result.ok() && is_retryable(result.failure().code) &&
                               number < options.retry.attempts_max;
            if (!again) return result;
            const Duration delay = retry_delay(number + 1, options.retry, rng);
            if (options.on_retry) {
                options.on_retry(fmt::format("{}; trying again in {} ({} of {})",
                                             result.failure().message, human_duration(delay),
                                             number + 1, options.retry.attempts_max));
            }
            options.pause(delay);
        }
    }
};

Result<ApiReply> ApiClient::State::send_once(const ApiCall& call) {
    http.set_read_timeout(options.patience.value_or(answer_timeout) + call.hold);
    httplib::Request request;
    request.method = call.method;
    request.path = call.path;
    request.headers = headers(call.request_id);
    if (!call.if_match.empty()) request.headers.emplace("If-Match", call.if_match);
    if (call.body) {
        request.body = *call.body;
        request.headers.emplace("Content-Type", "application/json");
    }
    std::string received;
    request.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t,
                                   std::uint64_t) {
        if (received.size() + count > reply_bytes_max) return false;
        received.append(bytes, count);
        return true;
    };
    const httplib::Result result = http.send(request);
    if (!result) return transport_error(result.error());
    if (result->status >= 200 && result->status < 300) {
        return ApiReply{result->status, std::move(received), result->get_header_value("Date")};
    }
    return error_of_reply(result->status, received, {call.path, call.body.value_or("")});
}

Result<ApiReply> ApiClient::State::put_once(const Upload& upload, std::ifstream& file) {
    http.set_read_timeout(answer_timeout);
    std::array<char, upload_piece> piece{};
    const auto provider = [&](std::size_t offset, std::size_t left, httplib::DataSink& sink) {
        const std::size_t wanted = std::min(left, piece.size());
        file.clear();
        file.seekg(static_cast<std::streamoff>(offset));
        file.read(piece.data(), static_cast<std::streamsize>(wanted));
        const auto got = static_cast<std::size_t>(file.gcount());
        if (got == 0) return false;  // the file shrank under us
        if (!sink.write(piece.data(), got)) return false;
        if (upload.sent) upload.sent(static_cast<std::int64_t>(offset + got));
        return true;
    };
    const httplib::Result result =
        http.Put(upload.path, headers({}), static_cast<std::size_t>(upload.bytes), provider,
                 "application/octet-stream");
    if (!result && result.error() == httplib::Error::Canceled) {
        return error(ErrorCode::Unavailable,
                     fmt::format("sending '{}' was interrupted", upload.file));
    }
    if (!result) return transport_error(result.error());
    if (result->status >= 200 && result->status < 300) return ApiReply{result->status, {}, {}};
    return error_of_reply(result->status, result->body, {upload.path});
}

ApiClient::ApiClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Result<ApiClient> ApiClient::create(ApiClientOptions options, Rng& rng) {
    const ApiAddress address = TRY(parse_api_url(options.url));
    const std::string& token = options.token.reveal();
    if (token.size() > 512 || !std::ranges::all_of(token, is_token_letter)) {
        return usage_error("the API token is malformed",
                           "foyer login --api URL --ca FILE --token-file FILE");
    }
    const std::string pem = TRY(tls::read_small_file(options.ca_file));
    const auto certificates = tls::split_bundle(pem);
    if (!certificates.ok()) {
        return in_context(fmt::format("CA file '{}'", options.ca_file), certificates.failure());
    }
    return ApiClient(std::make_unique<State>(std::move(options), address, rng));
}

Result<ApiReply> ApiClient::call(const ApiCall& call) {
    return state_->with_retries(call.may_retry, [&] { return state_->send_once(call); });
}

Result<bool> ApiClient::exists(const std::string& path) {
    const auto reply = call({.method = "HEAD", .path = path});
    if (reply.ok()) return true;
    if (reply.failure().code == ErrorCode::NotFound) return false;
    return reply.failure();
}

Status ApiClient::upload(const Upload& upload) {
    std::ifstream file(upload.file, std::ios::binary);
    if (!file) return error(ErrorCode::NotFound, fmt::format("cannot open '{}'", upload.file));
    TRY(state_->with_retries(true, [&] { return state_->put_once(upload, file); }));
    return ok_status();
}

}  // namespace foyer::cli
