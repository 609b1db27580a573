#include "node-agent/link/receipt_file.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/certificate.h"
#include "common/tls/private_file.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

std::optional<std::string> text_at(const Json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || !at->is_string()) return std::nullopt;
    return at->get<std::string>();
}

}  // namespace

Status keep_receipt(const std::string& path, const KeptReceipt& kept) {
    const Json body = {{"statement", kept.receipt.statement},
                       {"signature", kept.receipt.signature},
                       {"ca_pem", kept.ca_pem},
                       {"left", kept.left}};
    // No secret: it is to be shown.
    return os::write_atomically(path, body.dump(2) + "\n", {.mode = 0644});
}

Result<KeptReceipt> load_receipt(const std::string& path) {
    if (!os::exists(path))
        return error(ErrorCode::NotFound,
                     "no receipt is there: " + path + "; a box gets one with: foyer-node leave");
    const Json body =
        Json::parse(TRY(tls::read_small_file(path)), nullptr, /*allow_exceptions=*/false);
    const auto bad = [&] {
        return error(ErrorCode::InvalidArgument, path + " holds no exit receipt");
    };
    if (!body.is_object() || !body.contains("left") || !body["left"].is_boolean()) return bad();
    const auto statement = text_at(body, "statement");
    const auto signature = text_at(body, "signature");
    const auto ca_pem = text_at(body, "ca_pem");
    if (!statement || !signature || !ca_pem) return bad();
    return KeptReceipt{{*statement, *signature}, *ca_pem, body["left"].get<bool>()};
}

Result<std::string> receipt_page(const KeptReceipt& kept) {
    const ExitReceipt said = TRY(tls::read_receipt(kept.receipt, kept.ca_pem));
    const auto ca = TRY(tls::read_certificate(kept.ca_pem));
    const std::string when = kept.left ? "left     " : "leaving  ";
    return "box      " + said.node.str() + " of the cloud " + said.cloud + "\nsite     " +
           said.site.str() + ", host " + said.host.str() + ", " + said.isp.str() + ", " +
           said.country.str() + "\n" + when + to_rfc3339(said.left_at) + "\nkey      " +
           said.key_fingerprint + "\nsigned   by the cloud's authority " + ca.fingerprint +
           ", and unchanged\n";
}

}  // namespace foyer::agent
