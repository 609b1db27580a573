// A fuzz target: one parser of bytes from outside, as a function that any bytes may be given to.
// It returns, whatever they are; what it finds wrong ends the program (CHECK, a sanitizer, an
// exception).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foyer::fuzz {

struct Target {
    std::string_view name;
    void (*feed)(std::string_view bytes) = nullptr;
    // Good inputs, where the search for bad ones begins.
    std::vector<std::string> (*seeds)() = nullptr;
    // Inputs of the short run beyond the seeds: fewer where one costs more.
    int short_runs = 2'000;
};

extern const Target care;
extern const Target certificate;
extern const Target cli_answer;
extern const Target command_line;
extern const Target config;
extern const Target domain;
extern const Target edge;
extern const Target enrol_token;
extern const Target errand;
extern const Target group;
extern const Target hook_output;
extern const Target http_request;
extern const Target id_token;
extern const Target image_manifest;
extern const Target journal;
extern const Target json_text;
extern const Target machine_text;
extern const Target oci_layout;
extern const Target order_parameters;
extern const Target release;
extern const Target row_text;
extern const Target sealed;
extern const Target status_details;
extern const Target sync;

// All of the above.
std::span<const Target* const> targets();
// nullptr: no such target.
const Target* find_target(std::string_view name);

}  // namespace foyer::fuzz
