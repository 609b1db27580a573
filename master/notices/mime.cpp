#include "master/notices/mime.h"

#include <algorithm>

#include "common/base/base64.h"
#include "common/base/http_date.h"
#include "common/base/one_line.h"
#include "common/base/utf8.h"

namespace foyer::master {
namespace {

constexpr std::size_t line_max = 76;        // of quoted-printable, its soft end included
constexpr std::size_t word_bytes_max = 45;  // become 60 letters of base64, 72 with what is around
constexpr std::size_t subject_bytes_max = 200;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 5322: as HTTP writes it, but for the zone.
std::string mail_date(WallTime time) {
    std::string date = to_http_date(time);
    date.replace(date.size() - 3, 3, "+0000");
    return date;
}

std::string hex_of(unsigned char byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    return {'=', digits[byte >> 4U], digits[byte & 15U]};
}

}  // namespace

std::string quoted_printable(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') {
            out += "\r\n";
            column = 0;
            continue;
        }
        if (column + 3 >= line_max) {  // what comes takes up to three
            out += "=\r\n";
            column = 0;
        }
        const bool ends_line = at + 1 == text.size() || text[at + 1] == '\n';
        const bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !ends_line);
        // A dot or "From " at the beginning of a line means something to some servers.
        const bool odd = column == 0 && (c == '.' || c == 'F');
        const std::string piece =
            plain && !odd ? std::string(1, c) : hex_of(static_cast<unsigned char>(c));
        out += piece;
        column += piece.size();
    }
    return out;
}

std::string encoded_subject(std::string_view text) {
    if (is_ascii(text) && text.find("=?") == std::string_view::npos) return std::string(text);
    std::string out;
    while (!text.empty()) {
        std::size_t size = 0;
        while (size < text.size()) {
            const std::size_t next = std::max<std::size_t>(utf8_length(text, size), 1);
            if (size + next > word_bytes_max) break;
            size += next;
        }
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + to_base64(text.substr(0, size)) +
               "?=";
        text.remove_prefix(size);
    }
    return out;
}

std::string mime_message(const MailHead& head, std::string_view body) {
    const std::string subject = one_line(head.subject, subject_bytes_max);
    return "Date: " + mail_date(head.date) + "\r\nFrom: Foyer <" + head.from + ">\r\nTo: <" +
           head.to + ">\r\nMessage-ID: <" + head.message_id +
           ">\r\nSubject: " + encoded_subject(subject) +
           "\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n"
           "Content-Language: " +
           head.language +
           "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
           quoted_printable(body) + "\r\n";
}

}  // namespace foyer::master
