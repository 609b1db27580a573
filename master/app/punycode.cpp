#include "master/app/punycode.h"

#include <algorithm>
#include <idn2.h>

#include "common/base/utf8.h"

namespace foyer::master {
namespace {

constexpr std::size_t looked_at_max = 253;

// Empty: there is none.
std::string punycode_of(std::string_view name) {
    if (name.size() > looked_at_max || !is_plain_text(name)) return {};
    char* made = nullptr;
    const int done =
        idn2_to_ascii_8z(std::string(name).c_str(), &made, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    const std::string text = done == IDN2_OK && made != nullptr ? std::string(made) : "";
    idn2_free(made);
    return text;
}

}  // namespace

Status check_letters_of_dns(std::string_view name) {
    if (std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return ok_status();
    const std::string typed = punycode_of(name);
    const std::string next = typed.empty() ? " and cannot be written in letters that it has"
                                           : "; type it as punycode: " + typed;
    return error(ErrorCode::InvalidArgument,
                 "'" + plain_text(name, looked_at_max) + "' holds letters that DNS has not" + next,
                 {{"field", "name"}, {"rule", "domain_name"}, {"punycode", typed}});
}

}  // namespace foyer::master
