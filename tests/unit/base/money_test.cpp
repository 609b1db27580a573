#include "common/base/money.h"

#include <limits>

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("cents are shown with two digits after the point") {
    CHECK(decimal_text(Cents(0)) == "0.00");
    CHECK(decimal_text(Cents(2'700)) == "27.00");
    CHECK(decimal_text(Cents(5)) == "0.05");
    CHECK(decimal_text(Cents(-5)) == "-0.05");
    CHECK(decimal_text(Cents(-150)) == "-1.50");
}

TEST_CASE("the greatest and the lowest number of cents have a text too") {
    CHECK(decimal_text(Cents(std::numeric_limits<std::int64_t>::max())) == "92233720368547758.07");
    CHECK(decimal_text(Cents(std::numeric_limits<std::int64_t>::min())) == "-92233720368547758.08");
}

TEST_CASE("a currency is three capitals") {
    CHECK(is_currency_code("EUR"));
    for (const char* text : {"", "EU", "euro", "eur", "E1R", "\xc3\x89U"})
        CHECK_FALSE(is_currency_code(text));
}
