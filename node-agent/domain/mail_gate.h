// What the mail relay of an edge lets through, and what it answers to the rest. Pure.
//
//   who speaks: by overlay address, never by what is claimed
//     ─▶ as whom: the instance's own hostname, or a domain that its customer has proven
//     ─▶ how much: recipients of a day (UTC)
// The relay (exim, net/exim_config.h) asks one line at MAIL and one when the message is there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/assignment.h"
#include "node-agent/domain/zone_plan.h"

namespace foyer::agent {

// As the wish of the master says.
struct MailPlan {
    std::string relay;  // overlay address; empty: nothing is relayed
    std::string zone;   // of instances' own hostnames, and of who tells of failures
    struct Sender {
        InstanceName instance;
        std::string hostname;
        int per_day_max = 0;
        std::map<std::string, std::string> key_of;  // domain it may send as -> domain of the key
        friend bool operator==(const Sender&, const Sender&) = default;
    };
    std::map<std::string, Sender> senders;  // by overlay address, in its one text
    std::map<std::string, DkimKey> keys;    // by domain
    friend bool operator==(const MailPlan&, const MailPlan&) = default;
};
// An address that two instances claim is nobody's; what `read` does not take for one is left out.
// So are keys that were lost, and with them whoever would need them.
MailPlan mail_plan(const NodeSettings& settings, const std::map<std::string, EdgeRoute>& routes,
                   const ReadAddress& read);

struct MailQuestion {
    std::string source;  // overlay address, in its one text
    std::string sender;  // of the envelope; empty: none
    // Of a whole message.
    struct Message {
        int recipients = 0;
        std::vector<std::string> from;  // addresses of its From lines
        friend bool operator==(const Message&, const Message&) = default;
    };
    std::optional<Message> message;  // absent: at MAIL, before there is any
    friend bool operator==(const MailQuestion&, const MailQuestion&) = default;
};
// "mail SOURCE SENDER" or "data SOURCE SENDER RECIPIENTS FROM", the last word and the sender in
// base64, FROM with a colon between addresses. Nothing: it is no question.
std::optional<MailQuestion> parse_mail_question(const std::string& line);

// Of one instance, since the day began.
struct MailCount {
    std::int64_t accepted = 0;  // recipients
    std::int64_t refused = 0;   // messages, for whatever reason
    friend bool operator==(const MailCount&, const MailCount&) = default;
};
struct MailBook {
    std::int64_t day = 0;  // since 1970, UTC
    std::map<InstanceName, MailCount> counts;
    std::int64_t strangers = 0;  // refused: nobody of this cloud spoke
    friend bool operator==(const MailBook&, const MailBook&) = default;
};
// With a new day all counts begin anew. A clock that goes back begins none.
void turn_day(MailBook& book, WallTime now);

struct MailRules {
    bool queue_full = false;
};
// What the relay is told: "ok INSTANCE DOMAIN SELECTOR", with what the message is signed; or an
// SMTP answer that begins with 4 or 5. `book` counts.
std::string judge_mail(const MailPlan& plan, const MailQuestion& asked, const MailRules& rules,
                       MailBook& book, WallTime now);

}  // namespace foyer::agent
