#include "common/tls/handover.h"

#include <sstream>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

const Secret<std::string> plain(std::string("s3cret of acme"));
constexpr std::string_view place = "acme\n1700\nasker\nanswerer\nnonce";

Rng& generator() {
    static SystemRng one;
    return one;
}

SealedHandover sealed_to(const HandoverKey& key) {
    return seal_handover(key.public_key(), plain, place, generator()).value();
}

}  // namespace

TEST_CASE("what is sealed to a question opens with its key, and shows nothing outside") {
    const HandoverKey key = HandoverKey::make();
    const SealedHandover sealed = sealed_to(key);
    CHECK(key.public_key().size() == 32);
    CHECK(sealed.public_key.size() == 32);
    CHECK(sealed.sealed.find("s3cret") == std::string::npos);
    CHECK(key.open(sealed, place).value() == plain);
    std::ostringstream shown;
    shown << key.open(sealed, place).value();
    CHECK(shown.str() == "***");
    const Secret<std::string> nothing;
    CHECK(key.open(seal_handover(key.public_key(), nothing, "", generator()).value(), "").value() ==
          nothing);
}

TEST_CASE("two answers to one question have nothing in common") {
    const HandoverKey key = HandoverKey::make();
    const SealedHandover one = sealed_to(key);
    const SealedHandover other = sealed_to(key);
    CHECK(one.public_key != other.public_key);
    CHECK(one.sealed != other.sealed);
    // Nor does the text of one open under the key of the other.
    CHECK_FALSE(key.open({one.public_key, other.sealed}, place).ok());
}

TEST_CASE("any changed bit is refused") {
    const HandoverKey key = HandoverKey::make();
    const SealedHandover sealed = sealed_to(key);
    for (std::size_t at = 0; at < sealed.sealed.size(); ++at) {
        SealedHandover changed = sealed;
        changed.sealed[at] = static_cast<char>(changed.sealed[at] ^ 1);
        CHECK(key.open(changed, place).failure().code == ErrorCode::InvalidArgument);
    }
    for (std::size_t at = 0; at < sealed.public_key.size(); ++at) {
        SealedHandover changed = sealed;
        changed.public_key[at] = static_cast<char>(changed.public_key[at] ^ 1);
        CHECK_FALSE(key.open(changed, place).ok());
    }
    for (std::size_t size = 0; size < sealed.sealed.size(); ++size)
        CHECK_FALSE(key.open({sealed.public_key, sealed.sealed.substr(0, size)}, place).ok());
    CHECK_FALSE(key.open({"", sealed.sealed}, place).ok());
}

TEST_CASE("another question's key does not open it: a replayed answer is of no use") {
    const HandoverKey first = HandoverKey::make();
    const HandoverKey second = HandoverKey::make();
    CHECK(first.public_key() != second.public_key());
    CHECK_FALSE(second.open(sealed_to(first), place).ok());
}

TEST_CASE("another group, order, asker, answerer or nonce does not open it") {
    const HandoverKey key = HandoverKey::make();
    const SealedHandover sealed = sealed_to(key);
    for (const char* other :
         {"other\n1700\nasker\nanswerer\nnonce", "acme\n1701\nasker\nanswerer\nnonce",
          "acme\n1700\nother\nanswerer\nnonce", "acme\n1700\nasker\nother\nnonce",
          "acme\n1700\nasker\nanswerer\nother", ""})
        CHECK_FALSE(key.open(sealed, other).ok());
}

TEST_CASE("nothing is sealed to what is no key, or to one that agrees with everybody") {
    for (const std::string& bad :
         {std::string(), std::string(31, 'k'), std::string(33, 'k'), std::string(32, '\0')}) {
        const auto sealed = seal_handover(bad, plain, place, generator());
        REQUIRE_FALSE(sealed.ok());
        CHECK(sealed.failure().code == ErrorCode::InvalidArgument);
        CHECK(sealed.failure().message.find("s3cret") == std::string::npos);
    }
    const HandoverKey key = HandoverKey::make();
    CHECK_FALSE(key.open({std::string(32, '\0'), sealed_to(key).sealed}, place).ok());
}
