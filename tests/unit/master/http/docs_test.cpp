#include <set>
#include <string>

#include "common/base/html_text.h"
#include "master/app/route_table.h"
#include "master/http/docs_text.h"
#include "master/http/openapi.h"
#include "tests/support/catch.h"

namespace foyer::master {
namespace {

// Every value of id="…" or of href="#…".
std::multiset<std::string> values(const std::string& page, const std::string& before) {
    std::multiset<std::string> found;
    for (std::size_t at = page.find(before); at != std::string::npos; at = page.find(before, at)) {
        at += before.size();
        found.insert(page.substr(at, page.find('"', at) - at));
    }
    return found;
}

}  // namespace

TEST_CASE("text becomes HTML that shows it") {
    CHECK(html("<a href=\"x\">&") == "&lt;a href=&quot;x&quot;&gt;&amp;");
    CHECK(html_of_line("use `a<b` now") == "use <code>a&lt;b</code> now");
    CHECK(html_of_line("a ` alone") == "a ` alone");
    CHECK(html_of_line("`a` and ` alone") == "<code>a</code> and ` alone");
    CHECK(html_of_markdown("## My writes\n\nOne.\n\nTwo.", 2) ==
          "<h2 id=\"my-writes\">My writes</h2>\n<p>One.</p>\n<p>Two.</p>\n");
    CHECK(html_of_markdown("", 2).empty());
}

TEST_CASE("the page shows every route, and each of its links leads somewhere") {
    const ApiDocuments made = api_documents({});
    const std::string& page = made.page.text;
    for (const Route& route : routes::table) {
        INFO(route.path);
        CHECK(page.find("<code>" + html(route.path) + "</code>") != std::string::npos);
    }
    const auto ids = values(page, "id=\"");
    for (const std::string& target : values(page, "href=\"#")) {
        INFO(target);
        CHECK(ids.count(target) == 1);
    }
}

TEST_CASE("the page needs nothing but itself") {
    const ApiDocuments made = api_documents({});
    CHECK(made.page.text.find("<script") == std::string::npos);
    // Examples name addresses; nothing is fetched from one, and no link leads to one.
    for (const char* fetch : {"src=", "href=\"http", "url(", "href=\"//", "@import", "<img"}) {
        INFO(fetch);
        CHECK(made.page.text.find(fetch) == std::string::npos);
    }
    CHECK(made.page.text.find("style=\"") == std::string::npos);
    CHECK(made.page.policy.starts_with("default-src 'none'; style-src 'sha256-"));
    CHECK(made.page.etag != made.openapi.etag);
}

}  // namespace foyer::master
