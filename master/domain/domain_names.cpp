#include "master/domain/domain_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/base/text.h"

namespace foyer::master {
namespace {

// RFC 6761, 6762, 7686, 8375 and what ICANN keeps for private use: nobody can prove that such a
// name is his.
constexpr std::array<std::string_view, 6> nobodys = {"localhost", "local", "onion",
                                                     "arpa",      "home",  "internal"};

Error refused(std::string_view name, const std::string& why) {
    return error(ErrorCode::InvalidArgument, "'" + std::string(name) + "' " + why,
                 {{"field", "name"}, {"rule", "domain_name"}});
}

bool is_label_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_number(std::string_view label) {
    return std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
}

Status check_label(std::string_view name, std::string_view label) {
    if (label.empty()) return refused(name, "has an empty part between two dots");
    if (label.size() > domain_label_bytes_max)
        return refused(name, "has a part of more than 63 letters: '" + std::string(label) + "'");
    if (label.front() == '-' || label.back() == '-')
        return refused(
            name, "has a part that begins or ends with a hyphen: '" + std::string(label) + "'");
    // Two hyphens there mark an encoding (RFC 5891); authorities know of this one only.
    if (label.size() >= 4 && label.substr(2, 2) == "--" && !label.starts_with("xn--"))
        return refused(name,
                       "has a part with hyphens in third and fourth place that is no "
                       "punycode: '" +
                           std::string(label) + "'");
    return ok_status();
}

Status check_letters(std::string_view name) {
    if (name.find('*') != std::string_view::npos)
        return refused(name, "holds a wildcard; name each host by itself, as erp.acme.example");
    for (const char c : name) {
        if (is_label_letter(c) || c == '.') continue;
        if (static_cast<unsigned char>(c) >= 0x80)
            return refused(name,
                           "holds letters that DNS has not; give it as punycode, with xn-- "
                           "(`idn2 NAME` prints it)");
        if (c >= 'A' && c <= 'Z')
            return refused(name, "has to be in lower case: '" + to_domain_text(name) + "'");
        return refused(name,
                       "is no hostname: letters, digits, hyphens and dots only, no scheme, no port "
                       "and no path; give it as erp.acme.example");
    }
    return ok_status();
}

}  // namespace

std::string to_domain_text(std::string_view name) {
    std::string text(name);
    if (text.size() > 1 && text.back() == '.') text.pop_back();
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

Status check_domain_name(std::string_view name, std::string_view zone) {
    if (name.empty()) return refused(name, "is empty; give a name like erp.acme.example");
    if (name.size() > domain_bytes_max)
        return refused(name.substr(0, 60), "… is longer than 253 letters");
    TRY(check_letters(name));
    if (name.back() == '.')
        return refused(name, "ends with a dot; without it: '" + to_domain_text(name) + "'");
    const std::vector<std::string> labels = split(name, '.');
    for (const std::string& label : labels) TRY(check_label(name, label));
    if (labels.size() < 2)
        return refused(name,
                       "is no name of your own: it has no dot; give one like erp.acme.example");
    if (is_number(labels.back()))
        return refused(name, "is an address, or ends like one; give a name");
    if (std::ranges::find(nobodys, labels.back()) != nobodys.end())
        return refused(name, "cannot be proven to be anybody's: names below '" + labels.back() +
                                 "' are for private use");
    if (name == zone || name.ends_with("." + std::string(zone)))
        return refused(name, "is of this cloud's own zone '" + std::string(zone) +
                                 "', where instances are served by their own names already");
    return ok_status();
}

}  // namespace foyer::master
