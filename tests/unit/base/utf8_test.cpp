#include "common/base/utf8.h"

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("what is UTF-8 without a zero byte is kept as it is") {
    for (const char* text :
         {"", "acme", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8f\xa0", "\x01\x7f"}) {
        CHECK(is_plain_text(text));
        CHECK(plain_text(text, 100) == text);
    }
}

TEST_CASE("what is none becomes the replacement character, a byte at a time") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(plain_text("a\xff"
                     "b",
                     100) == "a" + mark + "b");
    CHECK(plain_text(std::string_view("a\0b", 3), 100) == "a" + mark + "b");
    CHECK(plain_text("\xc3", 100) == mark);                        // cut off
    CHECK(plain_text("\xc0\xaf", 100) == mark + mark);             // overlong
    CHECK(plain_text("\xed\xa0\x80", 100) == mark + mark + mark);  // a surrogate
    CHECK(plain_text("\xf4\x90\x80\x80", 100) == mark + mark + mark + mark);
    CHECK_FALSE(is_plain_text("\xf5"));
    CHECK_FALSE(is_plain_text(std::string_view("\0", 1)));
}

TEST_CASE("a text is cut between two letters") {
    CHECK(plain_text("caf\xc3\xa9", 5) == "caf\xc3\xa9");
    CHECK(plain_text("caf\xc3\xa9", 4) == "caf");
    CHECK(plain_text("\xff", 2).empty());
    CHECK(plain_text("abc", 0).empty());
}
