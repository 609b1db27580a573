// Mail out of copies, as edges are told of it (common/model/mail.h).
#pragma once

#include "common/base/result.h"
#include "common/model/mail.h"
#include "foyer/agent/v1/edges.pb.h"

namespace foyer::wire {

void to_wire(const MailRelaySettings& from, agent::v1::MailRelay& to);
Result<MailRelaySettings> from_wire(const agent::v1::MailRelay& from);
void to_wire(const RouteMail& from, agent::v1::RouteMail& to);
Result<RouteMail> from_wire(const agent::v1::RouteMail& from);

}  // namespace foyer::wire
