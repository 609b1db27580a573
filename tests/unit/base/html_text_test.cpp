#include "common/base/html_text.h"

#include "tests/support/catch.h"

using foyer::html;

TEST_CASE("text stands in HTML as it was written, and begins nothing") {
    CHECK(html("<script>alert(\"1\") && 'x'") ==
          "&lt;script&gt;alert(&quot;1&quot;) &amp;&amp; 'x'");
    CHECK(html("&amp; \xc3\xa9") == "&amp;amp; \xc3\xa9");
    CHECK(html("").empty());
}
