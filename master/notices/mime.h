// A mail as it goes over the wire: plain text in UTF-8 (RFC 5322, RFC 2047, quoted-printable).
// Whatever the texts hold, a header stays one header and a line one line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/time.h"

namespace foyer::master {

struct MailHead {
    std::string from;  // name@host, as is to
    std::string to;
    std::string subject;     // UTF-8
    std::string message_id;  // without < >
    std::string language;    // "fr"
    WallTime date;
};

// `body`: UTF-8, lines ended by \n. Header and body with CRLF.
std::string mime_message(const MailHead& head, std::string_view body);

std::string quoted_printable(std::string_view text);
// ASCII as it is, anything else as encoded words of at most 75 letters, folded.
std::string encoded_subject(std::string_view text);

}  // namespace foyer::master
