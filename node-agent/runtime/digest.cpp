#include "node-agent/runtime/digest.h"

#include <fcntl.h>
#include <vector>

#include "common/os/sys.h"
#include "common/tls/sha256.h"

namespace foyer::agent {

namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

}  // namespace

Result<std::string> hex_of(const Digest& digest) {
    const std::string& text = digest.str();
    const bool shaped = text.starts_with("sha256:") && text.size() == 71 &&
                        text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
    if (!shaped)
        return error(ErrorCode::InvalidArgument,
                     "'" + text.substr(0, 100) + "' is not a sha256 digest");
    return text.substr(7);
}

Result<std::string> sha256_of_file(const std::string& path, std::stop_token stop) {
    const os::UniqueFd fd = TRY(os::open_file(path, O_RDONLY));
    tls::Sha256 hash;
    std::vector<std::uint8_t> buffer(chunk_bytes);
    for (;;) {
        if (stop.stop_requested()) return error(ErrorCode::Unavailable, "stopped while hashing");
        const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return os::errno_error("cannot read '" + path + "'");
        if (count == 0) return hash.finish_hex();
        hash.update({buffer.data(), static_cast<std::size_t>(count)});
    }
}

std::string sha256_of_text(std::string_view text) { return tls::sha256_hex(text); }

}  // namespace foyer::agent
