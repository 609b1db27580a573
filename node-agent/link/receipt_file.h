// The exit receipt of a box, kept in its folder: what it is given before it is let go, and what
// stays when all else of it is cleared.
#pragma once

#include <optional>
#include <string>

#include "common/tls/exit_receipt.h"

namespace foyer::agent {

struct KeptReceipt {
    tls::SignedReceipt receipt;
    std::string ca_pem;  // of the cloud that signed it
    bool left = false;   // the box is no more; false: it was about to go
    friend bool operator==(const KeptReceipt&, const KeptReceipt&) = default;
};

inline std::string receipt_file_of(const std::string& data_dir) {
    return data_dir + "/exit-receipt.json";
}

Status keep_receipt(const std::string& path, const KeptReceipt& kept);
// NotFound: none is there. InvalidArgument: it is no receipt.
Result<KeptReceipt> load_receipt(const std::string& path);

// For people, verified. InvalidArgument, PermissionDenied: it is none, or was changed.
Result<std::string> receipt_page(const KeptReceipt& kept);

}  // namespace foyer::agent
