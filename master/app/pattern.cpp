#include "master/app/pattern.h"

#include <re2/re2.h>

namespace foyer::master {
namespace {

constexpr std::int64_t memory_bytes_max = std::int64_t{1} << 20;

RE2::Options options() {
    RE2::Options chosen;
    chosen.set_log_errors(false);
    chosen.set_max_mem(memory_bytes_max);
    return chosen;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Status check_pattern(std::string_view pattern) {
    const RE2 compiled(piece(pattern), options());
    if (compiled.ok()) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "is not a pattern that can be used (RE2 syntax): " + compiled.error());
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    const RE2 compiled(piece(pattern), options());
    return compiled.ok() && RE2::PartialMatch(piece(text), compiled);
}

}  // namespace foyer::master
