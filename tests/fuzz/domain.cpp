// Customers' names, and what an ACME client says and brings.
#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/tls/certificate.h"
#include "master/app/punycode.h"
#include "master/domain/domain_names.h"
#include "node-agent/net/haproxy_domains.h"
#include "node-agent/net/lego_output.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr WallTime noon{1'772'366'400'000};

const Secret<std::string>& key() {
    static const Secret<std::string> one = tls::make_key().value();
    return one;
}

// What the master lets in reaches haproxy's files as it is, and nothing else does.
void feed_name(const std::string& name) {
    const std::string text = master::to_domain_text(name);
    const bool let_in = master::check_domain_name(text, "cloud.example.org").ok();
    CHECK(!let_in || (agent::is_domain_text(text) && text == master::to_domain_text(text) &&
                      tls::make_server_request(key(), text).ok()));
    const Status letters = master::check_letters_of_dns(name);
    CHECK(!let_in || letters.ok());
    CHECK(letters.ok() || is_plain_text(letters.failure().message));
    agent::EdgeDomains domains;
    domains.hostnames = {{name, "acme.cloud.example.org"}};
    const std::string line = agent::haproxy_domains(domains);
    CHECK(line.empty() || line == name + " acme.cloud.example.org\n");
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    feed_name(text);
    const std::string problem = agent::lego_problem(text);
    CHECK(!problem.empty() && problem.size() <= agent::lego_words_max && is_plain_text(problem) &&
          problem.find('\n') == std::string::npos);
    CHECK(!agent::check_issued(text, "erp.acme.example", key(), noon).ok());
    for (const std::string& file : agent::haproxy_listed(text)) CHECK(file.front() == '/');
    CHECK(agent::haproxy_payload(text).find("\n\n") == std::string::npos);
}

std::vector<std::string> seeds() {
    return {"erp.acme.example",
            "xn--caf-dma.example",
            "caf\xc3\xa9.example",
            "acme.cloud.example.org",
            "2026/11/26 21:02:27 Could not obtain certificates:\n\terror: one or more domains",
            "# /e/domains.list\n/d/a.pem a.example\n",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"};
}

}  // namespace

const Target domain{"domain", feed, seeds};

}  // namespace foyer::fuzz
