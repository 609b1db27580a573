#include "node-agent/net/lego_output.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/base/trim.h"
#include "common/base/utf8.h"
#include "common/tls/certificate.h"

namespace foyer::agent {
namespace {

constexpr std::string_view error_type = "urn:ietf:params:acme:error:";

bool is_stamp(std::string_view line) {
    // "2026/11/26 21:02:27 "
    constexpr std::string_view shape = "0000/00/00 00:00:00 ";
    if (line.size() < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = line[i] >= '0' && line[i] <= '9';
        if (shape[i] == '0' ? !digit : line[i] != shape[i]) return false;
    }
    return true;
}

bool says(std::string_view messages, std::string_view type) {
    return messages.find(std::string(error_type) + std::string(type)) != std::string_view::npos;
}

}  // namespace

// Lines of its log tell how it went; what is none, or is not marked as information, tells why.
std::string lego_problem(std::string_view messages) {
    std::string words;
    for (const std::string& raw : split(messages, '\n')) {
        std::string_view line = raw;
        if (is_stamp(line)) line.remove_prefix(20);
        const std::string_view said = trimmed(line);
        if (said.empty() || said.starts_with("[INFO]")) continue;
        words += (words.empty() ? "" : " ") + std::string(said);
        if (words.size() > 4 * lego_words_max) break;
    }
    for (char& c : words)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return words.empty() ? "lego failed and did not say why" : plain_text(words, lego_words_max);
}

bool is_rate_limited(std::string_view messages) { return says(messages, "rateLimited"); }

bool is_account_lost(std::string_view messages) { return says(messages, "accountDoesNotExist"); }

Result<CertificateSpan> check_issued(const std::string& chain_pem, const std::string& name,
                                     const Secret<std::string>& key_pem, WallTime now) {
    if (chain_pem.size() > chain_bytes_max)
        return error(ErrorCode::InvalidArgument, "the authority's certificate is over 64 KiB");
    const auto chain = TRY(tls::split_bundle(chain_pem));
    const tls::CertificateFacts facts = TRY(tls::read_certificate(chain.front()));
    if (std::ranges::find(facts.dns_names, name) == facts.dns_names.end())
        return error(ErrorCode::PermissionDenied,
                     "the authority's certificate is not for '" + name + "'");
    TRY(tls::check_key_pair(chain.front(), key_pem));
    if (now >= facts.not_after)
        return error(ErrorCode::FailedPrecondition, "the certificate for '" + name + "' ended at " +
                                                        to_rfc3339(facts.not_after) + "; it is " +
                                                        to_rfc3339(now) + " here");
    return CertificateSpan{facts.not_before, facts.not_after};
}

}  // namespace foyer::agent
