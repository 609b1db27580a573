#include "master/app/if_match.h"

#include "common/base/text.h"
#include "common/base/trim.h"
#include "common/tls/sha256.h"

namespace foyer::master {
namespace {

constexpr std::size_t bytes_max = 1'000;
constexpr std::size_t tags_max = 16;

Error malformed(const std::string& why) {
    return error(ErrorCode::InvalidArgument,
                 "If-Match " + why + "; send an ETag as it was given, in its double quotes, or *",
                 {{"path", "If-Match"}, {"rule", "if_match_form"}});
}

std::string_view without_spaces(std::string_view text) { return trimmed(text, " \t"); }

// The number of "17" and "17.5b3c9d21". Absent: not one of ours, so that nothing matches it.
std::optional<Revision> revision_in(std::string_view tag) {
    const auto number = parse_int(std::string(tag.substr(0, tag.find('.'))));
    if (!number || *number < 0) return std::nullopt;
    return Revision(static_cast<std::uint64_t>(*number));
}

}  // namespace

std::string entity_tag(std::uint64_t revision, std::string_view shown) {
    constexpr std::size_t digits = 16;
    return "\"" + std::to_string(revision) + "." + tls::sha256_hex(shown).substr(0, digits) + "\"";
}

Result<std::optional<Precondition>> parse_if_match(const Route& route,
                                                   std::optional<std::string_view> text) {
    if (!text) return std::optional<Precondition>();
    if (!takes_if_match(route)) {
        return error(ErrorCode::InvalidArgument,
                     "If-Match is for what changes, deletes or acts on one thing that is there; "
                     "leave it out here",
                     {{"path", "If-Match"}, {"rule", "if_match_here"}});
    }
    std::string_view rest = without_spaces(*text);
    if (rest == "*") return std::optional(Precondition{});
    if (rest.empty() || rest.size() > bytes_max) return malformed("is empty, or too long");
    std::vector<Revision> any_of;
    for (std::size_t count = 0; !rest.empty(); ++count) {
        if (count == tags_max) return malformed("names too many tags");
        // A weak tag is never equal to anything here (RFC 9110, 13.1.1).
        const bool weak = rest.starts_with("W/");
        if (weak) rest.remove_prefix(2);
        const std::size_t end = rest.starts_with('"') ? rest.find('"', 1) : std::string_view::npos;
        if (end == std::string_view::npos) return malformed("holds no entity tag");
        const auto revision = revision_in(rest.substr(1, end - 1));
        if (revision && !weak) any_of.push_back(*revision);
        rest = without_spaces(rest.substr(end + 1));
        if (rest.empty()) break;
        if (!rest.starts_with(',')) return malformed("is no list of entity tags");
        rest = without_spaces(rest.substr(1));
        if (rest.empty()) return malformed("ends in a comma");
    }
    return std::optional(Precondition{std::move(any_of)});
}

}  // namespace foyer::master
