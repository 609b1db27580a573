#include "master/domain/domain_names.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

const std::string zone = "cloud.example.org";

std::string refusal(const std::string& name) {
    const Status checked = check_domain_name(name, zone);
    return checked.ok() ? std::string() : checked.failure().message;
}

bool says(const std::string& name, const std::string& what) {
    return refusal(name).find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("hostnames of customers are let in") {
    for (const std::string name : {"erp.acme.example", "acme.example", "xn--caf-dma.example",
                                   "a.b.c.d.example.co.uk", "1.example.org", "a1-2.example.org",
                                   "cloud.example.org.evil.example", "mycloud.example.org"}) {
        CAPTURE(name);
        CHECK(refusal(name).empty());
    }
    CHECK(refusal(std::string(63, 'a') + ".example").empty());
}

TEST_CASE("what is no hostname is refused, with the reason") {
    CHECK(says("", "is empty"));
    CHECK(says("*.acme.example", "wildcard"));
    CHECK(says("erp acme.example", "no hostname"));
    CHECK(says("https://erp.acme.example", "no scheme"));
    CHECK(says("erp.acme.example:443", "no port"));
    CHECK(says("erp_1.acme.example", "no hostname"));
    CHECK(says("caf\xc3\xa9.example", "punycode"));
    CHECK(says("ERP.acme.example", "lower case: 'erp.acme.example'"));
    CHECK(says("erp.acme.example.", "ends with a dot"));
    CHECK(says("erp..example", "empty part"));
    CHECK(says(".example.org", "empty part"));
    CHECK(says("-erp.example", "hyphen"));
    CHECK(says("erp-.example", "hyphen"));
    CHECK(says("ab--erp.example", "no punycode"));
    CHECK(says("example", "has no dot"));
    CHECK(says("192.0.2.7", "address"));
    CHECK(says(std::string(64, 'a') + ".example", "more than 63"));
    CHECK(says(std::string(300, 'a'), "longer than 253"));
    CHECK(says("erp.local", "private use"));
    CHECK(says("erp.localhost", "private use"));
}

TEST_CASE("names of the cloud's own zone are the cloud's") {
    CHECK(says("cloud.example.org", "own zone"));
    CHECK(says("acme.cloud.example.org", "own zone"));
    CHECK(says("a.b.cloud.example.org", "own zone"));
}

TEST_CASE("a name has one text") {
    CHECK(to_domain_text("ERP.Acme.Example.") == "erp.acme.example");
    CHECK(to_domain_text(".") == ".");
    CHECK(to_domain_text("") == "");
}
