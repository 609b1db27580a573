// Links and certificates as text, in the lines of record_text.h: on the wire and on a box's disk.
//
//   link 1 3 2  config_hash …  member …  old_member …          signed 0 <signature>   one a voter
//   certificate 1 3 0  elected_with 1 2 7  config_hash …  start 1 2 50331744   signed …
//   (generation, epoch, leader)
#pragma once

#include "common/leadership/durable.h"
#include "common/leadership/text_lines.h"

namespace foyer::leadership {

constexpr std::size_t link_text_max = 12'288;  // of 2 × members_max entries, all signed
constexpr std::size_t signature_text_max = 512;

std::string to_text(const Link& link);
// InvalidArgument names the line. Only what to_text() writes is accepted; nothing is verified.
Result<Link> parse_link(std::string_view text);

std::string to_text(const Certificate& certificate);
Result<Certificate> parse_certificate(std::string_view text);

// base64url, and not too long.
bool is_signature_text(std::string_view text);
// Among other lines (durable_text).
Link read_link(TextLines& lines);
Certificate read_certificate(TextLines& lines);

}  // namespace foyer::leadership
