// Mail in the journal: what edges know of it, and apart from that the private keys, which never
// reach the disk.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/model/assignment.h"

namespace foyer::agent {

// Without private keys.
nlohmann::json relay_json(const MailRelaySettings& relay);
nlohmann::json route_mail_json(const RouteMail& mail);
// Throw nothing; what is no such object is false.
bool read_json(const nlohmann::json& body, MailRelaySettings& relay);
bool read_json(const nlohmann::json& body, RouteMail& mail);

// The private keys of a wish, for memory alone; null: it has none.
nlohmann::json mail_keys_json(const DesiredNode& desired);
// Puts back those that are remembered. False: one is missing, so the master has to be asked.
bool restore_mail_keys(const nlohmann::json& remembered, DesiredNode& desired);

}  // namespace foyer::agent
