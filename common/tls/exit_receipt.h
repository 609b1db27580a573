// What a box can show when it has left the cloud: a statement, signed by the cloud's certificate
// authority, that whoever has the CA's certificate can check anywhere and for ever.
//
// Statement: a JSON object (schemas/proto/foyer/agent/v1/agent.proto, LeaveResponse); the signature
// is over its exact bytes.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/exit_receipt.h"

namespace foyer::tls {

inline constexpr std::size_t receipt_bytes_max = 4096;

// A statement as it was signed, and its signature: DER, base64url.
struct SignedReceipt {
    std::string statement;
    std::string signature;
    friend bool operator==(const SignedReceipt&, const SignedReceipt&) = default;
};

std::string write_statement(const ExitReceipt& receipt);

// InvalidArgument: malformed. PermissionDenied: not signed by that CA.
Result<ExitReceipt> read_receipt(const SignedReceipt& receipt, std::string_view ca_pem);

}  // namespace foyer::tls
