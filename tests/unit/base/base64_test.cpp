#include "common/base/base64.h"

#include "tests/support/catch.h"

using namespace foyer;

// The vectors of RFC 4648, section 10.
TEST_CASE("bytes have one text, and that text those bytes") {
    const char* const pairs[][2] = {{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : pairs) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == std::string(bytes));
    }
    CHECK(to_base64(std::string_view("\0\xff", 2)) == "AP8=");
}

TEST_CASE("no other form is taken") {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Z===", "Zg==Zg==", " Zg==", "Zm9v\n", "Zm-_"})
        CHECK_FALSE(from_base64(text));
}
