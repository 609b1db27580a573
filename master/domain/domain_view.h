// How far a customer's name is, in words, and what DNS has to say of it. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/domain/domains.h"

namespace foyer::master {

enum class DomainPhase { WaitingForDns, Asking, Serving, Failing, Lapsed };

struct DnsRecord {
    std::string name;
    std::string type;
    std::string value;
    friend bool operator==(const DnsRecord&, const DnsRecord&) = default;
};

// What the customer has to make. The TXT; of a name that edges serve, either the CNAME or all of
// the addresses; of one that mail is sent as, its key. There is no CNAME where the cloud's zone is
// answered by nobody; nothing at all where the claim lapsed.
std::vector<DnsRecord> records_of(const State& state, const Domain& row);
// For mail: who may send (SPF) and what receivers shall do with the rest (DMARC), as a proposal:
// both may be there already, for mail that others send.
std::vector<DnsRecord> mail_hints_of(const State& state, const Domain& row);
// "_foyer-challenge.erp.acme.example"
std::string challenge_name(const DomainName& name);

// What a look at DNS brought.
struct DnsAnswer {
    std::vector<std::string> texts;      // TXT records of challenge_name()
    std::vector<std::string> addresses;  // A and AAAA of the name, in the form inet_ntop() gives
    std::string failure;                 // resolvers could not be asked: nothing is known
    std::vector<std::string> key_texts = {};  // TXT records of mail_key_name(), if it is for mail
};
// `edges`: addresses that lead to edges, in that form.
DomainSeen judge(const Domain& row, const DnsAnswer& answer, const std::set<std::string>& edges);

// How long after the last look it is time for the next one: often at first, since somebody waits,
// then ever more seldom.
Duration look_again_after(const Domain& row, WallTime now);

struct DomainView {
    DomainPhase phase = DomainPhase::WaitingForDns;
    std::string status;
    std::string next;
    std::vector<DomainCertificate> certificates;  // by edge
    std::optional<WallTime> serving_until;
};
DomainView view_of(const State& state, const Domain& row, WallTime now);

}  // namespace foyer::master
