#include "common/model/agent_package.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/enum_text.h"
#include "common/base/text.h"

namespace foyer {
namespace {

constexpr std::string_view heading = "foyer-agent-package 1";
constexpr std::size_t architecture_bytes_max = 32;
constexpr std::size_t hash_letters = 64;
constexpr std::string_view digest_prefix = "sha256:";

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}
bool is_lower_hex(char letter) { return is_digit(letter) || (letter >= 'a' && letter <= 'f'); }

Error no_document(const std::string& why) {
    return error(ErrorCode::InvalidArgument, "this is no document of an agent's package: " + why);
}

// "key value" of the next line, which it takes off `rest`.
Result<std::string> next_value(std::string_view& rest, std::string_view key) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos)
        return no_document("the line '" + std::string(key) + "' is missing");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
        return no_document("a line is not '" + std::string(key) + " …'");
    return std::string(line.substr(key.size() + 1));
}

Status check_file(const Digest& file) {
    const std::string& text = file.str();
    const bool whole = text.starts_with(digest_prefix) &&
                       text.size() == digest_prefix.size() + hash_letters &&
                       std::all_of(text.begin() + static_cast<std::ptrdiff_t>(digest_prefix.size()),
                                   text.end(), is_lower_hex);
    return whole ? ok_status() : Status(no_document("its sha256 is not 64 lower-case hex digits"));
}

// Debian's order of characters: '~' before the end, the end before letters, letters before others.
int rank(std::string_view text, std::size_t at) {
    if (at >= text.size() || is_digit(text[at])) return 0;
    if (text[at] == '~') return -1;
    const int letter = static_cast<unsigned char>(text[at]);
    return is_letter(text[at]) ? letter : letter + 256;
}

std::string_view take_digits(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of('0'), rest.size()));
    const std::size_t end = static_cast<std::size_t>(
        std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
    const std::string_view digits = rest.substr(0, end);
    rest.remove_prefix(end);
    return digits;
}

// One of the two parts of a version: words and numbers in turn.
std::strong_ordering compare_parts(std::string_view a, std::string_view b) {
    while (!a.empty() || !b.empty()) {
        while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
            const int left = rank(a, 0);
            const int right = rank(b, 0);
            if (left != right) return left <=> right;
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
        const std::string_view left = take_digits(a);
        const std::string_view right = take_digits(b);
        if (left.size() != right.size()) return left.size() <=> right.size();
        if (const int order = left.compare(right); order != 0) return order <=> 0;
    }
    return std::strong_ordering::equal;
}

struct Parts {
    std::string_view upstream;
    std::string_view revision;
};

Parts parts_of(std::string_view version) {
    const std::size_t dash = version.rfind('-');
    if (dash == std::string_view::npos) return {version, ""};
    return {version.substr(0, dash), version.substr(dash + 1)};
}

}  // namespace

Status check_agent_version(std::string_view version) {
    const bool plain = std::all_of(version.begin(), version.end(), [](char letter) {
        return is_digit(letter) || is_letter(letter) || letter == '.' || letter == '+' ||
               letter == '~' || letter == '-';
    });
    if (!version.empty() && version.size() <= agent_version_bytes_max && plain &&
        is_digit(version.front()))
        return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "'" + std::string(version.substr(0, agent_version_bytes_max)) +
                     "' is no version of an agent: it begins with a digit and holds 1 to 64 of "
                     "0-9 A-Z a-z . + ~ -",
                 {{"field", "version"}});
}

Status check_agent_architecture(std::string_view architecture) {
    const bool plain = std::all_of(architecture.begin(), architecture.end(), [](char letter) {
        return is_digit(letter) || (letter >= 'a' && letter <= 'z') || letter == '-';
    });
    if (!architecture.empty() && architecture.size() <= architecture_bytes_max && plain &&
        architecture.front() != '-')
        return ok_status();
    return error(ErrorCode::InvalidArgument, "this is no architecture of Debian, like amd64",
                 {{"field", "architecture"}});
}

Result<std::string> to_document(const AgentPackage& package) {
    TRY(check_agent_version(package.version));
    TRY(check_agent_architecture(package.architecture));
    TRY(check_file(package.file));
    if (package.size < Bytes(1) || package.size > agent_package_size_max)
        return no_document("its size is not from 1 byte to 256 MiB");
    return std::string(heading) + "\npackage " + std::string(agent_package_name) + "\nversion " +
           package.version + "\narchitecture " + package.architecture + "\nsha256 " +
           package.file.str().substr(digest_prefix.size()) + "\nsize " +
           std::to_string(package.size.count()) + "\n";
}

Result<AgentPackage> parse_agent_document(std::string_view document) {
    if (document.size() > agent_document_bytes_max) return no_document("it is too long");
    std::string_view rest = document;
    if (TRY(next_value(rest, "foyer-agent-package")) != "1")
        return no_document("it is of another kind than this program knows");
    const std::string name = TRY(next_value(rest, "package"));
    if (name != agent_package_name)
        return no_document("it is of package '" + name + "', not of foyer-node");
    AgentPackage package;
    package.version = TRY(next_value(rest, "version"));
    package.architecture = TRY(next_value(rest, "architecture"));
    package.file = Digest(std::string(digest_prefix) + TRY(next_value(rest, "sha256")));
    const auto size = parse_int(TRY(next_value(rest, "size")));
    if (!size) return no_document("its size is no number");
    package.size = Bytes(*size);
    if (TRY(to_document(package)) != document) return no_document("something is added to it");
    return package;
}

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
    const Parts left = parts_of(a);
    const Parts right = parts_of(b);
    const auto order = compare_parts(left.upstream, right.upstream);
    return order != std::strong_ordering::equal ? order
                                                : compare_parts(left.revision, right.revision);
}

std::string_view to_text(UpgradeStance stance) {
    switch (stance) {
        case UpgradeStance::Takes: return "takes";
        case UpgradeStance::NoKey: return "no_key";
        case UpgradeStance::Off: return "off";
    }
    CHECK(false);
}

std::string_view to_text(UpgradePhase phase) {
    switch (phase) {
        case UpgradePhase::None: return "none";
        case UpgradePhase::Fetching: return "fetching";
        case UpgradePhase::Installing: return "installing";
        case UpgradePhase::Done: return "done";
        case UpgradePhase::Refused: return "refused";
        case UpgradePhase::WentBack: return "went_back";
    }
    CHECK(false);
}

std::optional<UpgradeStance> upgrade_stance_from(std::string_view text) {
    return enum_from_text(all_upgrade_stances, text);
}

std::optional<UpgradePhase> upgrade_phase_from(std::string_view text) {
    return enum_from_text(all_upgrade_phases, text);
}

}  // namespace foyer
