#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/tls/ed25519.h"
#include "common/tls/private_file.h"
#include "common/tls/seal.h"
#include "common/tls/sha256.h"
#include "common/tls/wireguard_key.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::tls;

TEST_CASE("SHA-256 gives the published values") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 pieces;
    pieces.update(as_bytes("a"));
    pieces.update(as_bytes("bc"));
    CHECK(pieces.finish_hex() == sha256_hex("abc"));
}

TEST_CASE("a file's hash is that of its bytes") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/blob";
    const std::string content(1'000'000, 'z');
    std::ofstream(path) << content;
    CHECK(sha256_file(path).value() == sha256_hex(content));
    CHECK(sha256_file(folder.path() + "/none").failure().code == ErrorCode::NotFound);
}

TEST_CASE("an Ed25519 signature holds for its key and content only") {
    // RFC 8032, test 2.
    const auto seed =
        from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
    const Secret<std::string> private_key(to_base64url(seed));
    const std::string public_key = public_key_of(private_key).value();
    CHECK(to_hex(*from_base64url(public_key)) ==
          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const std::string signature = ed25519_sign(private_key, "\x72").value();
    CHECK(to_hex(*from_base64url(signature))
              .starts_with("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8f"));

    CHECK(ed25519_verify(public_key, "\x72", signature).ok());
    CHECK(ed25519_verify(public_key, "\x73", signature).failure().code ==
          ErrorCode::PermissionDenied);
    SeededRng rng(1);
    CHECK(ed25519_verify(make_signing_key(rng).public_key, "\x72", signature).failure().code ==
          ErrorCode::PermissionDenied);
    CHECK(ed25519_verify("short", "\x72", signature).failure().code == ErrorCode::InvalidArgument);
    CHECK(ed25519_verify(public_key, "\x72", "AAAA").failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a sealed secret opens only with its key, in its place, unaltered") {
    const test::TempFolder folder;
    SeededRng rng(3);
    const Seal seal = Seal::open_key_file(folder.path() + "/seal.key", rng).value();
    const Secret<std::string> secret(std::string("correct horse"));
    const auto sealed = seal.seal(secret, "instance/acme", rng);
    CHECK(seal.open(sealed, "instance/acme").value() == secret);
    CHECK_FALSE(seal.open(sealed, "instance/beta").ok());
    CHECK(sealed != seal.seal(secret, "instance/acme", rng));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto altered = sealed;
        altered[at] ^= 1U;
        CHECK_FALSE(seal.open(altered, "instance/acme").ok());
        CHECK_FALSE(seal.open({sealed.data(), at}, "instance/acme").ok());
    }
    const Seal other = Seal::open_key_file(folder.path() + "/other.key", rng).value();
    CHECK_FALSE(other.open(sealed, "instance/acme").ok());
}

TEST_CASE("a seal key is made once, read again, and refused when others may read it") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/seal.key";
    SeededRng rng(4);
    const auto sealed =
        Seal::open_key_file(path, rng).value().seal(Secret(std::string("x")), "c", rng);
    CHECK(Seal::open_key_file(path, rng).value().open(sealed, "c").ok());
    ::chmod(path.c_str(), 0644);
    CHECK(Seal::open_key_file(path, rng).failure().code == ErrorCode::FailedPrecondition);
}

TEST_CASE("a private file is 0600 and never overwritten") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/key";
    REQUIRE(create_private_file(path, "one").ok());
    CHECK(create_private_file(path, "two").failure().code == ErrorCode::AlreadyExists);
    CHECK(read_private_file(path).value() == "one");
    struct stat facts{};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0600U);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("WireGuard keys are those of RFC 7748") {
    // Alice's key of section 6.1, in base64.
    const Secret<std::string> alice(std::string("dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="));
    CHECK(wireguard_public_key(alice).value() == "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
    CHECK_FALSE(wireguard_public_key(Secret(std::string("short"))).ok());
    SeededRng rng(11);
    const auto made = make_wireguard_key(rng);
    CHECK(wireguard_public_key(made.private_key).value() == made.public_key);
}
