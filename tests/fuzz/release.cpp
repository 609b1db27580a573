// release.json: what the master takes into its catalogue, every box must be able to read.
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/ed25519.h"
#include "master/app/release_document.h"
#include "node-agent/runtime/release_file.h"
#include "tests/fuzz/release_seeds.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

std::string raw(const std::string& base64url) {
    const auto bytes = from_base64url(base64url);
    return {bytes->begin(), bytes->end()};
}

const tls::SigningKey& publisher() {
    static const tls::SigningKey key = [] {
        SeededRng rng(7);
        return tls::make_signing_key(rng);
    }();
    return key;
}

constexpr std::int64_t wire_amount_max = std::int64_t{1} << 60;

bool is_carried(std::int64_t amount) { return amount > 0 && amount <= wire_amount_max; }

void check_accepted(const master::Release& row) {
    CHECK(!row.sizes.empty());
    CHECK(row.copies_min >= 1 && row.copies_min <= row.copies_default &&
          row.copies_default <= row.copies_max);
    for (const master::ReleaseSize& size : row.sizes) {
        CHECK(is_carried(size.resources.cpu.count()) && is_carried(size.resources.memory.count()) &&
              is_carried(size.resources.disk.count()));
        const auto release = agent::parse_release(row.release_json, size.name);
        CHECK(release.ok());
        CHECK(release.value().name == row.name && release.value().image == row.image);
    }
}

void feed(std::string_view bytes) {
    const std::string text(bytes);
    static_cast<void>(master::login_of(bytes));
    static_cast<void>(master::wants_secret(bytes, "admin_password"));
    discard(agent::parse_release(text, SizeName("s")), "only that it returns");
    const auto signature = tls::ed25519_sign(publisher().seed, text);
    const auto row =
        master::read_release({text, raw(signature.value()), raw(publisher().public_key)});
    if (row.ok()) check_accepted(row.value());
}

std::vector<std::string> seeds() { return {sample_release()}; }

}  // namespace

const Target release{"release", feed, seeds, 500};

}  // namespace foyer::fuzz
