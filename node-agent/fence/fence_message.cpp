#include "node-agent/fence/fence_message.h"

#include <cstring>

namespace foyer::agent {

namespace {

constexpr std::uint32_t magic = 0x464e4346;  // "FCNF"
constexpr std::uint16_t version = 1;

struct Head {
    std::uint32_t magic;
    std::uint16_t version;
    std::uint16_t word;  // verb or answer
};

struct Request {
    Head head;
    std::int64_t until_boot_ms;
    char partition[fence_name_max + 1];
    char folders[fence_folders_max][fence_folder_max + 1];
    char zeros[7];
};
static_assert(sizeof(Request) == fence_request_bytes);
static_assert(sizeof(Head) == fence_answer_bytes);

bool is_name(std::string_view text) {
    return !text.empty() && text[0] != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
               std::string_view::npos;
}

bool is_folder(std::string_view path) {
    return path.starts_with('/') && path.find("/../") == std::string_view::npos &&
           !path.ends_with("/..");
}

bool is_sensible(const FenceRequest& request) {
    if (request.verb == FenceVerb::Hello) return true;
    if (!is_name(request.partition.view())) return false;
    if (request.verb == FenceVerb::Drop) return true;
    if (request.until.boot_ms <= 0 || request.folders[0].empty()) return false;
    for (const auto& folder : request.folders)
        if (!folder.empty() && !is_folder(folder.view())) return false;
    return true;
}

template <std::size_t Size>
std::string_view text_of(const char (&field)[Size]) {
    return {field, ::strnlen(field, Size)};
}

}  // namespace

FenceRequestBytes encode(const FenceRequest& request) {
    Request raw = {};
    raw.head = {magic, version, static_cast<std::uint16_t>(request.verb)};
    raw.until_boot_ms = request.until.boot_ms;
    request.partition.view().copy(raw.partition, fence_name_max);
    for (std::size_t i = 0; i < fence_folders_max; ++i)
        request.folders[i].view().copy(raw.folders[i], fence_folder_max);
    FenceRequestBytes bytes;
    std::memcpy(bytes.data(), &raw, sizeof raw);
    return bytes;
}

FenceAnswerBytes encode(FenceAnswer answer) {
    const Head raw = {magic, version, static_cast<std::uint16_t>(answer)};
    FenceAnswerBytes bytes;
    std::memcpy(bytes.data(), &raw, sizeof raw);
    return bytes;
}

std::optional<FenceRequest> request_from(std::string_view bytes) {
    Request raw = {};
    if (bytes.size() != sizeof raw) return std::nullopt;
    std::memcpy(&raw, bytes.data(), sizeof raw);
    if (raw.head.magic != magic || raw.head.version != version) return std::nullopt;
    if (raw.head.word < 1 || raw.head.word > 3) return std::nullopt;
    FenceRequest request;
    request.verb = static_cast<FenceVerb>(raw.head.word);
    request.until = MonoTime{raw.until_boot_ms};
    if (!request.partition.assign(text_of(raw.partition))) return std::nullopt;
    for (std::size_t i = 0; i < fence_folders_max; ++i)
        if (!request.folders[i].assign(text_of(raw.folders[i]))) return std::nullopt;
    // Bytes behind the end of a text would be read by nobody: whoever sends them is not ours.
    const FenceRequestBytes again = encode(request);
    if (std::string_view(again.data(), again.size()) != bytes) return std::nullopt;
    return is_sensible(request) ? std::optional(request) : std::nullopt;
}

std::optional<FenceAnswer> answer_from(std::string_view bytes) {
    Head raw = {};
    if (bytes.size() != sizeof raw) return std::nullopt;
    std::memcpy(&raw, bytes.data(), sizeof raw);
    if (raw.magic != magic || raw.version != version) return std::nullopt;
    if (raw.word < 1 || raw.word > 3) return std::nullopt;
    return static_cast<FenceAnswer>(raw.word);
}

}  // namespace foyer::agent
