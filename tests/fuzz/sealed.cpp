// Secrets at rest: nothing but what was sealed, for its own place, opens.
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/seal.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr std::string_view place = "instance/acme/admin_password";
constexpr std::string_view plain = "s3cret";

const tls::Seal& seal() {
    static const tls::Seal one(Secret(std::vector<std::uint8_t>(32, 9)));
    return one;
}

void feed(std::string_view bytes) {
    const auto opened = seal().open(as_bytes(bytes), place);
    CHECK(!opened.ok() || opened.value().reveal() == plain);
    CHECK(!seal().open(as_bytes(bytes), "instance/acme/other").ok());
}

std::vector<std::string> seeds() {
    SeededRng rng(7);
    const auto sealed = seal().seal(Secret(std::string(plain)), place, rng);
    return {std::string(sealed.begin(), sealed.end()), std::string(29, '\1')};
}

}  // namespace

const Target sealed{"sealed", feed, seeds};

}  // namespace foyer::fuzz
