#include "common/base/toml_text.h"

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("texts in quotes and comments may hold any letter") {
    for (const char* text :
         {"", "a = 1 # caf\xc3\xa9\n", "a = \"\xc3\x92 \\\" \xc3\x92\"\n'\xc3\x92' = '\xc3\x92'\n",
          "a = \"\"\"\n\xc3\x92 \" \\\"\"\" \xc3\x92\n\"\"\"\nb = '''\n' \xc3\x92'''\n",
          "\xEF\xBB\xBF"
          "a = 1\n"}) {
        CAPTURE(text);
        CHECK_FALSE(line_of_odd_letter(text).has_value());
    }
}

TEST_CASE("elsewhere the line of the first one is told") {
    CHECK(line_of_odd_letter("cl\xc3\xa9 = 1\n") == 1);
    CHECK(line_of_odd_letter("a = '\xc3\xa9'\n# \xc3\xa9\nb = \xc3\xa9\n") == 3);
    CHECK(line_of_odd_letter("a = 'open\n\xc2\xa0") == 2);
}
