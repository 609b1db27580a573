#include "common/tls/exit_receipt.h"

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "common/tls/node_key.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

ExitReceipt sample() {
    return {"foyer.example", NodeId("lille-1"), SiteId("lille"),      HostId("hugo"),
            IspId("orange"), CountryCode("FR"), std::string(64, 'a'), WallTime{1'780'000'000'123}};
}

SignedReceipt signed_by(const Authority& authority, const std::string& statement) {
    const auto signer = NodeSigner::make(authority.key_pem);
    REQUIRE(signer.ok());
    const std::string signature = signer.value().sign(statement).value();
    return {statement, to_base64url(as_bytes(signature))};
}

}  // namespace

TEST_CASE("a receipt reads back as it was written, for whoever has the CA's certificate") {
    SystemRng rng;
    const WallTime now{1'780'000'000'000};
    const auto authority = make_authority("test", {now, now + Duration(1'000'000)}, rng);
    REQUIRE(authority.ok());
    const SignedReceipt receipt = signed_by(authority.value(), write_statement(sample()));
    const auto read = read_receipt(receipt, authority.value().certificate_pem);
    REQUIRE(read.ok());
    CHECK(read.value() == sample());
    const auto code = [&](const SignedReceipt& tried, const std::string& ca) {
        return read_receipt(tried, ca).failure().code;
    };
    const std::string& ca = authority.value().certificate_pem;
    SignedReceipt changed = receipt;
    changed.statement.replace(changed.statement.find("lille-1"), 7, "lille-2");
    CHECK(code(changed, ca) == ErrorCode::PermissionDenied);
    const auto another = make_authority("test", {now, now + Duration(1'000'000)}, rng);
    REQUIRE(another.ok());
    CHECK(code(receipt, another.value().certificate_pem) == ErrorCode::PermissionDenied);
    CHECK(code({receipt.statement, "=="}, ca) == ErrorCode::PermissionDenied);
    CHECK(code(receipt, "no certificate") == ErrorCode::InvalidArgument);
    CHECK(code({std::string(receipt_bytes_max + 1, 'x'), receipt.signature}, ca) ==
          ErrorCode::InvalidArgument);
}

// The CA signs other things too: none of them may pass for a receipt.
TEST_CASE("what the CA signed as something else is no receipt") {
    SystemRng rng;
    const WallTime now{1'780'000'000'000};
    const auto authority = make_authority("test", {now, now + Duration(1'000'000)}, rng);
    REQUIRE(authority.ok());
    for (const std::string statement :
         {"{}", "7", "foyer record", R"({"receipt":"foyer exit 2"})",
          R"({"receipt":"foyer exit 1"})", R"({"receipt":"foyer exit 1","cloud":7})",
          R"({"receipt":"foyer exit 1","cloud":"a\u001b[8m"})",
          R"({"receipt":"foyer exit 1","cloud":"a\nsigned   by another"})"}) {
        const auto read = read_receipt(signed_by(authority.value(), statement),
                                       authority.value().certificate_pem);
        REQUIRE_FALSE(read.ok());
        CHECK(read.failure().code == ErrorCode::InvalidArgument);
    }
}
