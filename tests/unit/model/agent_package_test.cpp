#include "common/model/agent_package.h"

#include "tests/support/catch.h"

using namespace foyer;

namespace {

AgentPackage package(const std::string& version = "0.2.0") {
    return {version, "amd64", Digest("sha256:" + std::string(64, 'a')), Bytes(6'000'000)};
}

}  // namespace

TEST_CASE("a package has exactly one document, which reads as it") {
    const std::string document = to_document(package()).value();
    CHECK(document ==
          "foyer-agent-package 1\npackage foyer-node\nversion 0.2.0\narchitecture amd64\nsha256 " +
              std::string(64, 'a') + "\nsize 6000000\n");
    CHECK(parse_agent_document(document).value() == package());
}

TEST_CASE("a document that says more, less or something else is none") {
    const std::string good = to_document(package()).value();
    const auto bad = [](std::string text, const std::string& from, const std::string& to) {
        return text.replace(text.find(from), from.size(), to);
    };
    for (const std::string& text :
         {std::string(), good + "x", good.substr(0, good.size() - 1), good + good,
          bad(good, "package 1", "package 2"), bad(good, "foyer-node", "foyer-nodf"),
          bad(good, "0.2.0", "../etc"), bad(good, "0.2.0", ""), bad(good, "amd64", "AMD64"),
          bad(good, "aaaa", "AAAA"), bad(good, "6000000", "06000000"), bad(good, "6000000", "0"),
          bad(good, "6000000", "99999999999"), bad(good, "\nsize", "\r\nsize"),
          std::string(5000, 'x')}) {
        INFO(text);
        CHECK_FALSE(parse_agent_document(text).ok());
    }
    CHECK(parse_agent_document(bad(good, "foyer-node", "foyer"))
              .failure()
              .message.find("of package 'foyer', not of foyer-node") != std::string::npos);
}

TEST_CASE("versions compare as dpkg orders them") {
    const std::vector<std::string> ascending = {"0.1~~",  "0.1~rc1", "0.1",   "0.1-1", "0.1-2",
                                                "0.1-10", "0.1a",    "0.1.0", "0.2",   "0.9",
                                                "0.10",   "1.0~rc1", "1.0",   "1.0.1", "10"};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            INFO(ascending[i] << " and " << ascending[j]);
            CHECK((compare_versions(ascending[i], ascending[j]) < 0) == (i < j));
        }
    }
    CHECK((compare_versions("1.00", "1.0") == 0));
    CHECK((compare_versions("1.0a", "1.0+") < 0));  // letters before other signs
    CHECK((compare_versions("1.0", "1.0a") < 0));
}
