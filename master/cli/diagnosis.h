// What `foyer doctor` finds: one thing looked at, how it is, and what to type when it is wrong.
// Pure judgements; the command looks.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/tls/certificate.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {

enum class Health { Well, Warning, Wrong, Skipped };

struct Finding {
    std::string check;  // "tls": a stable word for programs
    Health health = Health::Well;
    std::string said;                      // what is so, and why it is wrong
    std::string next = {};                 // what to type; empty where all is well
    ErrorCode code = ErrorCode::Internal;  // of a wrong one: decides the exit status
};

Finding well(std::string check, std::string said);
Finding warning(std::string check, std::string said, std::string next);
Finding wrong(std::string check, ErrorCode code, std::string said, std::string next);
Finding skipped(std::string check, std::string why);
// An error as it would be shown, with its own advice or this one.
Finding wrong(std::string check, const Error& failure, std::string next = {});

std::string_view word_of(Health health);  // "ok", "warning", "wrong", "skipped"

// "2026-12-26".
std::string day_of(WallTime time);

// The name in the address is one of the certificate's ("*.x" stands for one label).
bool covers(const tls::CertificateFacts& certificate, const std::string& host);

// Of the server's certificate, already found to be signed by the right authority and in force.
Finding judge_certificate(const tls::CertificateFacts& facts, const std::string& host,
                          WallTime now);
// `date`: what the server's answer says (may be empty); `asked` and `answered`: this clock around
// it.
Finding judge_clock(const std::string& date, WallTime asked, WallTime answered);
// The answer of whoami.
Finding judge_token(const Json& caller, WallTime now);
Finding judge_version(const Json& document);
// Lists of the API. Each is one finding, however many boxes or instances it names.
Finding judge_silence(const Json& nodes);
// Boxes that nothing new comes to: their address is not their ISP's, or they say that they wear
// out.
Finding judge_trust(const Json& nodes);
// Whether so many hosts refuse one kind of releases, or tenants of one country, that orders of it
// may find no room.
Finding judge_refusals(const Json& nodes);
Finding judge_instances(const Json& instances);
// Whether anybody is written to: an answer of GET /v1/contacts.
Finding judge_mail(const Json& contacts);
// `operations`: those that drain a node which still holds copies, in the order of the nodes.
Finding judge_drains(const Json& nodes, const std::vector<Json>& operations);

}  // namespace foyer::cli
