// release.json: verified, then read. Nothing of an unverified file is used.
#pragma once

#include "common/base/result.h"
#include "common/model/assignment.h"
#include "node-agent/app/ports.h"

namespace foyer::agent {

// Verifies the publisher's signature over the exact bytes and reads what the agent needs at the
// assignment's size. PermissionDenied: the signature does not match (never run); InvalidArgument:
// not a release file, or no such size.
Result<Release> read_release(const Assignment& assignment);

// Reading alone, without the signature.
Result<Release> parse_release(const std::string& json, const SizeName& size);

// The assignment without what its release does not list in `egress`: firewall, routes and
// replica.json are made of this one. A master names the mail relay to every copy.
Assignment within_egress(Assignment assignment, const Release& release);

}  // namespace foyer::agent
