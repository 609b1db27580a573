#include <algorithm>
#include <array>

#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr std::array all = {
    &care,
    &certificate,
    &cli_answer,
    &command_line,
    &config,
    &domain,
    &edge,
    &enrol_token,
    &errand,
    &group,
    &hook_output,
    &http_request,
    &id_token,
    &image_manifest,
    &journal,
    &json_text,
    &machine_text,
    &oci_layout,
    &order_parameters,
    &release,
    &row_text,
    &sealed,
    &status_details,
    &sync,
};

}  // namespace

std::span<const Target* const> targets() { return all; }

const Target* find_target(std::string_view name) {
    const auto found =
        std::ranges::find_if(all, [&](const Target* target) { return target->name == name; });
    return found == all.end() ? nullptr : *found;
}

}  // namespace foyer::fuzz
