#include "node-agent/net/haproxy_domains.h"

#include <algorithm>

#include "common/base/text.h"

namespace foyer::agent {
namespace {

bool is_thumbprint(const std::string& text) {
    return text.size() == 43 && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

bool is_domain_text(const std::string& name) {
    return !name.empty() && name.size() <= 253 && name.find('.') != std::string::npos &&
           name[0] != '.' && name[0] != '-' && name.find("..") == std::string::npos &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

std::string haproxy_http_part(const HaproxySettings& settings) {
    const std::string turns = "map(" + settings.turns_map() + ")";
    return "frontend http\n"
           "  bind fd@4\n"
           "  acl challenge path_beg /.well-known/acme-challenge/\n"
           "  acl token path_reg ^/\\.well-known/acme-challenge/[A-Za-z0-9_-]{16,128}$\n"
           "  http-request set-var(txn.name) req.hdr(host),field(1,:),lower\n"
           "  http-request deny deny_status 400 unless { var(txn.name) -m reg ^[a-z0-9.-]+$ }\n"
           "  http-request set-var(txn.edges) str(edges)," +
           turns +
           "\n"
           "  http-request set-var(txn.turn) str(turn)," +
           turns +
           "\n"
           "  acl asked var(txn.edges) -m found\n"
           "  acl ours var(txn.name),map(" +
           settings.domains_map() +
           ") -m found\n"
           "  http-request set-var(txn.account) date,div(txn.turn),mod(txn.edges)," +
           turns +
           " if challenge asked\n"
           "  http-request return status 200 content-type application/octet-stream hdr "
           "Cache-Control no-store lf-string \"%[path,field(-1,/)].%[var(txn.account)]\" if "
           "challenge token ours { var(txn.account) -m found }\n"
           "  http-request return status 404 content-type text/plain hdr Cache-Control no-store "
           "string \"no such challenge\" if challenge\n"
           "  http-request redirect code 308 location https://%[var(txn.name)]%[pathq]\n\n";
}

std::string haproxy_domains(const EdgeDomains& domains) {
    std::string text;
    for (const auto& [name, hostname] : domains.hostnames)
        if (is_domain_text(name)) text += name + " " + hostname + "\n";
    return text;
}

std::string haproxy_turns(const EdgeDomains& domains) {
    std::string text = "turn " + std::to_string(domains.turn.count() / 1000) + "\n";
    std::size_t count = 0;
    for (const std::string& thumbprint : domains.thumbprints)
        text += std::to_string(count++) + " " +
                (is_thumbprint(thumbprint) ? thumbprint : std::string("-")) + "\n";
    // Nobody asks: nothing to divide by.
    return count == 0 ? text : text + "edges " + std::to_string(count) + "\n";
}

std::string haproxy_certificates(const EdgeDomains& domains) {
    std::string text;
    for (const auto& [name, one] : domains.certificates)
        if (is_domain_text(name)) text += one.file + " " + name + "\n";
    return text;
}

// "# /…/domains.list", then "/…/erp.acme.example.pem erp.acme.example" a line.
std::vector<std::string> haproxy_listed(const std::string& answer) {
    std::vector<std::string> files;
    for (const std::string& line : split(answer, '\n'))
        if (line.starts_with('/')) files.push_back(line.substr(0, line.find(' ')));
    return files;
}

std::string haproxy_payload(std::string pem) {
    for (std::size_t at = pem.find("\n\n"); at != std::string::npos; at = pem.find("\n\n"))
        pem.erase(at, 1);
    return pem;
}

}  // namespace foyer::agent
