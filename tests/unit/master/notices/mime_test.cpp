#include "master/notices/mime.h"

#include <algorithm>
#include <charconv>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::master;

namespace {

const MailHead head{
    "foyer@example.org",        "anna@example.org", "hello", "n1.c1@example.org", "fr",
    WallTime{1'772'366'400'000}};

// As a reader decodes it.
std::string plain(const std::string& quoted) {
    std::string text;
    for (std::size_t at = 0; at < quoted.size(); ++at) {
        if (quoted[at] != '=') {
            text += quoted[at];
        } else if (quoted.substr(at, 3) == "=\r\n") {
            at += 2;
        } else {
            const auto byte = from_hex(quoted.substr(at + 1, 2));
            REQUIRE(byte);
            text += static_cast<char>(byte->front());
            at += 2;
        }
    }
    std::erase(text, '\r');
    return text;
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find("\r\n", at), text.size());
        longest = std::max(longest, end - at);
        at = end + 2;
    }
    return longest;
}

}  // namespace

TEST_CASE("a mail has the headers that it needs, once, and its date in UTC") {
    const std::string mail = mime_message(head, "salut\n");
    for (const char* line :
         {"Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n", "From: Foyer <foyer@example.org>\r\n",
          "To: <anna@example.org>\r\n", "Message-ID: <n1.c1@example.org>\r\n", "Subject: hello\r\n",
          "Auto-Submitted: auto-generated\r\n", "MIME-Version: 1.0\r\n",
          "Content-Type: text/plain; charset=utf-8\r\n", "Content-Language: fr\r\n",
          "Content-Transfer-Encoding: quoted-printable\r\n\r\nsalut\r\n"}) {
        CAPTURE(line);
        CHECK(mail.find(line) != std::string::npos);
    }
}

TEST_CASE("whatever a subject holds, no header is added") {
    for (const char* bad : {"a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\r\n\r\nbody",
                            "\xc3\xa9\r\nBcc: eve@example.org", "=?UTF-8?B?DQpCY2M6?=",
                            "a\xe2\x80\xa8"
                            "Bcc: x"}) {
        CAPTURE(bad);
        MailHead odd = head;
        odd.subject = bad;
        const std::string mail = mime_message(odd, "");
        const std::string top = mail.substr(0, mail.find("\r\n\r\n"));
        CHECK(top.find("\r\nBcc") == std::string::npos);
        CHECK(std::ranges::count(top, '\n') == 10);
        CHECK(top.find("Content-Type") != std::string::npos);
    }
    MailHead odd = head;
    odd.subject = "=?UTF-8?B?DQpCY2M6?=";  // not to be decoded by readers
    CHECK(mime_message(odd, "").find("Subject: =?UTF-8?B?PT9V") != std::string::npos);
}

TEST_CASE("a subject is made of whole letters, in words of at most 75") {
    std::string long_one;
    for (int i = 0; i < 60; ++i) long_one += "\xc3\xa9\xe2\x82\xac";
    const std::string encoded = encoded_subject(long_one);
    CHECK(longest_line(encoded) <= 76);
    std::string decoded;
    for (std::size_t at = encoded.find("?B?"); at != std::string::npos;
         at = encoded.find("?B?", at + 1)) {
        const auto end = encoded.find("?=", at);
        const auto word = from_base64(encoded.substr(at + 3, end - at - 3));
        REQUIRE(word);
        CHECK(is_plain_text(*word));
        decoded += *word;
    }
    CHECK(decoded == long_one);
}

TEST_CASE("a body comes back as it was, in lines of at most 76 letters") {
    const std::uint64_t seed = test::test_seed();
    INFO("TEST_SEED=" << seed);
    SeededRng rng{seed};
    const std::vector<std::string> pieces{
        "a", " ", "=", "\n", ".", "From ", "\xc3\xa9", "\xe2\x82\xac", "~", "\t", "word"};
    for (int i = 0; i < 300; ++i) {
        std::string text;
        for (std::uint64_t n = rng.below(300); n > 0; --n) text += pieces[rng.below(pieces.size())];
        const std::string quoted = quoted_printable(text);
        REQUIRE(plain(quoted) == text);
        REQUIRE(longest_line(quoted) <= 76);
        REQUIRE(std::ranges::all_of(
            quoted, [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; }));
        REQUIRE(quoted.find(" \r\n") == std::string::npos);
        REQUIRE(("\r\n" + quoted).find("\r\n.") == std::string::npos);
        REQUIRE(("\r\n" + quoted).find("\r\nFrom ") == std::string::npos);
    }
}
