#include "node-agent/check/check_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace foyer::agent {
namespace {

std::string padded(std::string text, std::size_t width) {
    text.append(width - std::min(width, text.size()), ' ');
    return text + "  ";
}

std::string end_of(const std::vector<Finding>& findings) {
    const auto bad = std::ranges::count(findings, Verdict::Bad, &Finding::verdict);
    if (bad == 0) return "\nThis machine can be a box.\n";
    return "\nThis machine cannot be a box yet: what is bad above has to be mended.\n";
}

}  // namespace

std::string check_page(const std::vector<Finding>& findings) {
    std::size_t subject = 0;
    std::size_t value = 0;
    for (const Finding& one : findings) {
        subject = std::max(subject, one.subject.size());
        value = std::max(value, one.value.size());
    }
    std::string page;
    for (const Finding& one : findings) {
        const bool said = one.value == to_text(one.verdict);  // "unknown" once is enough
        std::string line = padded(one.subject, subject) + padded(one.value, value) +
                           padded(said ? "" : std::string(to_text(one.verdict)), 4) + one.reason;
        line.erase(line.find_last_not_of(' ') + 1);
        page += line + "\n";
    }
    return page + end_of(findings);
}

std::string check_json(const std::vector<Finding>& findings) {
    nlohmann::json all = nlohmann::json::array();
    for (const Finding& one : findings)
        all.push_back({{"subject", one.subject},
                       {"value", one.value},
                       {"verdict", to_text(one.verdict)},
                       {"reason", one.reason}});
    return nlohmann::json{{"can_be_a_box", can_be_a_box(findings)}, {"findings", all}}.dump(2) +
           "\n";
}

}  // namespace foyer::agent
