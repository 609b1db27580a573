#include "node-agent/volume/volume_cipher.h"

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr CipherMeans all{
    .fscrypt = true, .dm_crypt = true, .fuse = true, .cryptsetup = true, .gocryptfs = true};
constexpr CipherMeans nothing{.fscrypt = false, .dm_crypt = false, .fuse = false};

template <class Change>
CipherMeans but(CipherMeans means, Change change) {
    change(means);
    return means;
}

// The rule and the message of a refusal, or "" where there is none.
std::string refusal(CipherChoice choice, const CipherMeans& means) {
    const auto chosen = choose_cipher(choice, means);
    if (chosen.ok()) return "";
    CHECK(chosen.failure().code == ErrorCode::FailedPrecondition);
    REQUIRE(chosen.failure().details.size() == 1);
    return chosen.failure().details[0].value + ": " + chosen.failure().message;
}

bool has(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a choice is done as it was made, whatever else there is") {
    CHECK(choose_cipher(CipherChoice::Fscrypt, all).value() == VolumeCipher::Fscrypt);
    CHECK(choose_cipher(CipherChoice::Luks, all).value() == VolumeCipher::Luks);
    CHECK(choose_cipher(CipherChoice::Gocryptfs, all).value() == VolumeCipher::Gocryptfs);
}

TEST_CASE("by itself: fscrypt, and gocryptfs where the kernel has neither it nor dm-crypt") {
    CHECK(choose_cipher(CipherChoice::Auto, all).value() == VolumeCipher::Fscrypt);
    const CipherMeans program_alone =
        but(all, [](auto& means) { means.fscrypt = means.dm_crypt = false; });
    CHECK(choose_cipher(CipherChoice::Auto, program_alone).value() == VolumeCipher::Gocryptfs);
    // A kernel that does not say whether it has dm-crypt, and has not loaded it.
    const CipherMeans unknown_luks =
        but(program_alone, [](auto& means) { means.dm_crypt.reset(); });
    CHECK(choose_cipher(CipherChoice::Auto, unknown_luks).value() == VolumeCipher::Gocryptfs);
    // Not known before ext4 is loaded: the try tells.
    CHECK(choose_cipher(CipherChoice::Auto, {}).value() == VolumeCipher::Fscrypt);
}

TEST_CASE("a kernel with dm-crypt alone asks its host, and tells him what to type") {
    CipherMeans means = but(all, [](auto& with) { with.fscrypt = false; });
    CHECK(has(refusal(CipherChoice::Auto, means), "volumes.encryption = \"luks\""));
    CHECK_FALSE(has(refusal(CipherChoice::Auto, means), "cryptsetup-bin"));
    means.cryptsetup = false;
    CHECK(has(refusal(CipherChoice::Auto, means), "apt install cryptsetup-bin"));
}

TEST_CASE("what is not there is told, with its rule and what to type") {
    CHECK(has(refusal(CipherChoice::Fscrypt, nothing), "no_fscrypt: this machine cannot"));
    CHECK(has(refusal(CipherChoice::Fscrypt, nothing), "encryption = \"auto\""));
    CHECK(has(refusal(CipherChoice::Luks, nothing), "no_luks: this machine cannot"));
    CHECK(has(refusal(CipherChoice::Luks, but(nothing, [](auto& m) { m.dm_crypt = true; })),
              "apt install cryptsetup-bin"));
    for (const CipherChoice choice : {CipherChoice::Auto, CipherChoice::Gocryptfs}) {
        CHECK(has(refusal(choice, nothing), "no_gocryptfs: this machine cannot"));
        CHECK(has(refusal(choice, nothing), "apt install gocryptfs fuse3"));
        CHECK(has(refusal(choice, but(nothing, [](auto& m) { m.gocryptfs = true; })), "no FUSE"));
    }
}

TEST_CASE("of a kernel of which nothing can be read, nothing is known") {
    const test::TempFolder folder;
    const CipherMeans means = kernel_means(folder.path());
    CHECK_FALSE(means.fscrypt.has_value());
    CHECK_FALSE(means.dm_crypt.has_value());
    CHECK_FALSE(means.fuse.has_value());
}
