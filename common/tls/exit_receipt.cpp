#include "common/tls/exit_receipt.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "common/tls/node_key.h"

namespace foyer::tls {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kind = "foyer exit 1";

Error refuse(const std::string& why) {
    return error(ErrorCode::InvalidArgument, "this is no exit receipt: " + why);
}

Result<std::string> text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_string())
        return refuse("'" + std::string(key) + "' is no text");
    // It is printed: nothing in it may begin another line, or hide one.
    const auto text = at->get<std::string>();
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
        return refuse("'" + std::string(key) + "' is no plain text");
    return text;
}

}  // namespace

std::string write_statement(const ExitReceipt& receipt) {
    const Json body = {{"receipt", kind},
                       {"cloud", receipt.cloud},
                       {"node", receipt.node.str()},
                       {"site", receipt.site.str()},
                       {"host", receipt.host.str()},
                       {"isp", receipt.isp.str()},
                       {"country", receipt.country.str()},
                       {"key", receipt.key_fingerprint},
                       {"left_at", to_rfc3339(receipt.left_at)}};
    return body.dump();
}

Result<ExitReceipt> read_receipt(const SignedReceipt& receipt, std::string_view ca_pem) {
    if (receipt.statement.size() > receipt_bytes_max) return refuse("it is too long");
    const std::string key = TRY(public_key_of_certificate(ca_pem));
    TRY(verify_node_signature(key, receipt.statement, raw_from_base64url(receipt.signature)));
    const Json body = Json::parse(receipt.statement, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return refuse("no JSON object");
    if (TRY(text_at(body, "receipt")) != kind) return refuse("it is of another kind");
    ExitReceipt read;
    read.cloud = TRY(text_at(body, "cloud"));
    read.node = NodeId(TRY(text_at(body, "node")));
    read.site = SiteId(TRY(text_at(body, "site")));
    read.host = HostId(TRY(text_at(body, "host")));
    read.isp = IspId(TRY(text_at(body, "isp")));
    read.country = CountryCode(TRY(text_at(body, "country")));
    read.key_fingerprint = TRY(text_at(body, "key"));
    const auto left_at = parse_rfc3339(TRY(text_at(body, "left_at")));
    if (!left_at) return refuse("'left_at' is no time");
    read.left_at = WallTime{left_at->seconds * 1000 + left_at->nanos / 1'000'000};
    return read;
}

}  // namespace foyer::tls
