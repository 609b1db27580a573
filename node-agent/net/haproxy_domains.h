// Customers' names and plain HTTP in haproxy's files. Pure text.
//
// The answer to an ACME challenge is "<token>.<thumbprint of the account that asked>". Whose turn
// it is to ask follows from the clock (domain/acme_turns.h), so haproxy answers by itself: it
// divides its own clock, and looks the place up in a map of thumbprints. Only names of customers
// are answered for.
#pragma once

#include <string>
#include <vector>

#include "node-agent/app/ports.h"
#include "node-agent/net/haproxy_config.h"

namespace foyer::agent {

// The frontend of plain HTTP: challenges, and the way to https for everything else.
std::string haproxy_http_part(const HaproxySettings& settings);

std::string haproxy_domains(const EdgeDomains& domains);       // domains_map(): name, hostname
std::string haproxy_turns(const EdgeDomains& domains);         // turns_map()
std::string haproxy_certificates(const EdgeDomains& domains);  // domains_list(): file, name

// From haproxy's answer to `show ssl crt-list FILE`: the certificates' files it holds.
std::vector<std::string> haproxy_listed(const std::string& answer);

// PEM as haproxy's socket takes it: a blank line would end the command.
std::string haproxy_payload(std::string pem);

// A hostname, of letters that mean nothing else in haproxy's files.
bool is_domain_text(const std::string& name);

}  // namespace foyer::agent
