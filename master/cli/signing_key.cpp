#include "master/cli/signing_key.h"

#include <fmt/format.h>

#include "common/tls/private_file.h"
#include "master/cli/exit_code.h"

namespace foyer::cli {
namespace {

constexpr std::string_view key_header = "foyer-ed25519-seed ";

}  // namespace

std::string signing_key_text(const tls::SigningKey& key) {
    return std::string(key_header) + key.seed.reveal() + "\n";
}

Result<Secret<std::string>> read_signing_key(const std::string& file) {
    std::string text = TRY(tls::read_private_file(file));
    while (text.ends_with('\n')) text.pop_back();
    if (!text.starts_with(key_header)) {
        return usage_error(fmt::format("'{}' is not a signing key of this command", file),
                           "foyer release keygen --key FILE");
    }
    return Secret<std::string>(text.substr(key_header.size()));
}

std::string padded_base64(std::string text) {
    for (char& letter : text) {
        if (letter == '-') letter = '+';
        if (letter == '_') letter = '/';
    }
    while (text.size() % 4 != 0) text += '=';
    return text;
}

}  // namespace foyer::cli
