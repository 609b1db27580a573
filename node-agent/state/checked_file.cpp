#include "node-agent/state/checked_file.h"

#include <nlohmann/json.hpp>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/sha256.h"

namespace foyer::agent {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{256} * 1024 * 1024;
constexpr std::size_t hash_chars = 64;

}  // namespace

Status write_checked(const std::string& path, const nlohmann::json& body) {
    const std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return os::write_atomically(path, tls::sha256_hex(text) + "\n" + text, {.mode = 0600});
}

Result<nlohmann::json> read_checked(const std::string& path) {
    const std::string content = TRY(os::read_file(path, file_bytes_max));
    const auto damaged = [&](std::string_view why) {
        return error(ErrorCode::InvalidArgument, "'" + path + "' " + std::string(why));
    };
    if (content.size() < hash_chars + 1 || content[hash_chars] != '\n')
        return damaged("is cut short");
    const std::string_view text = std::string_view(content).substr(hash_chars + 1);
    if (tls::sha256_hex(text) != content.substr(0, hash_chars))
        return damaged("does not match its hash");
    nlohmann::json body =
        nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (body.is_discarded()) return damaged("is not JSON");
    return body;
}

}  // namespace foyer::agent
