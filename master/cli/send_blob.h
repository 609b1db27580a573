// One blob to the master, unless it is there, with a bar of how far it is.
#pragma once

#include <string>

#include "master/cli/oci_layout.h"
#include "master/cli/session.h"

namespace foyer::cli {

// `what`: as people are told of it.
Status send_blob(Session& session, const std::string& what, const Blob& blob);

}  // namespace foyer::cli
