// What a mail says: a code, or a few notices in the contact's language. Pure.
#pragma once

#include <optional>
#include <string>

#include "master/domain/digests.h"

namespace foyer::master {

struct MailText {
    std::string subject;
    std::string body;  // lines ended by \n, none of them wrapped
};

struct MailMoment {
    WallTime now;
    // Since when the master listens; what happened shortly after that may have been learnt late.
    std::optional<WallTime> listening_since;
    Duration settle{90'000};
    Duration old_after{3'600'000};  // what is older is told in a line
};

MailText notices_text(const MailOut& mail, const MailMoment& moment);
MailText code_text(const MailOut& mail, const std::string& code);

// The same for the same mail, however often it is sent: "n41.w4c8z1p0qd@example.org".
std::string message_id_of(const MailOut& mail, const std::string& sender);

}  // namespace foyer::master
