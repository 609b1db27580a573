#include "common/wire/handover_convert.h"

#include "common/wire/group_convert.h"
#include "foyer/group/v1/group.pb.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::wire;

namespace {

SecretQuestion question() {
    return {InstanceName("acme"),
            WallTime{1'700},
            {"replication_password", "volume_key"},
            std::string(handover_nonce_bytes, '\x01'),
            std::string(32, '\x02')};
}

SecretAnswer answer() {
    return {InstanceName("acme"), WallTime{1'700}, std::string(handover_nonce_bytes, '\x01'),
            std::string(32, '\x03'), std::string("\0sealed", 7)};
}

bool is_read(const SecretQuestion& one) { return parse_batch(batch_bytes(one)).ok(); }
bool is_read(const SecretAnswer& one) { return parse_batch(batch_bytes(one)).ok(); }

}  // namespace

TEST_CASE("questions and answers are read as they were written, beside the letters") {
    const auto asked = parse_batch(batch_bytes(question()));
    REQUIRE(asked.ok());
    CHECK(asked.value().questions == std::vector{question()});
    CHECK(asked.value().letters.empty());
    const auto answered = parse_batch(batch_bytes(answer()));
    REQUIRE(answered.ok());
    CHECK(answered.value().answers == std::vector{answer()});
    SecretAnswer none = answer();
    none.public_key = none.sealed = "";
    CHECK(parse_batch(batch_bytes(none)).value().answers == std::vector{none});
}

TEST_CASE("a question of no order, without names, nonce or key is refused") {
    const auto broken = [](auto change) {
        SecretQuestion one = question();
        change(one);
        return one;
    };
    CHECK_FALSE(is_read(broken([](auto& one) { one.group = InstanceName("../acme"); })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.ordered_at = {}; })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.names.clear(); })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.names = {"a/b"}; })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.nonce += '\x01'; })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.public_key.pop_back(); })));
    const auto many = broken([](auto& one) {
        for (std::size_t i = 0; i < handover_secrets_max; ++i)
            one.names.insert("name" + std::to_string(i));
    });
    CHECK_FALSE(is_read(many));
    group::v1::SecretQuestion twice;
    put(question(), twice);
    twice.add_names("volume_key");
    CHECK_FALSE(question_of(twice).ok());
}

TEST_CASE("an answer of no order or nonce, too long, or sealed with no key, is refused") {
    const auto broken = [](auto change) {
        SecretAnswer one = answer();
        change(one);
        return one;
    };
    CHECK_FALSE(is_read(broken([](auto& one) { one.ordered_at = {}; })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.nonce.clear(); })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.public_key.clear(); })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.sealed.clear(); })));
    CHECK_FALSE(is_read(broken([](auto& one) { one.sealed.assign(14'000, 'x'); })));
}

TEST_CASE("a batch holds a few questions and answers only") {
    group::v1::Batch batch;
    for (int i = 0; i < handovers_max; ++i) put(question(), *batch.add_secret_questions());
    CHECK(parse_batch(batch.SerializeAsString()).ok());
    put(question(), *batch.add_secret_questions());
    CHECK_FALSE(parse_batch(batch.SerializeAsString()).ok());
    batch.clear_secret_questions();
    for (int i = 0; i <= handovers_max; ++i) put(answer(), *batch.add_secret_answers());
    CHECK_FALSE(parse_batch(batch.SerializeAsString()).ok());
}

TEST_CASE("the most secrets that may be given fit in a datagram, and come out whole") {
    PartitionSecrets most;
    for (std::size_t i = 0; i < handover_secrets_max; ++i)
        most.by_name[std::string(120, 'n') + std::to_string(i)] =
            std::string(handover_secret_bytes_max, '\0');
    const Secret<std::string> bytes = secrets_bytes(Secret(most));
    CHECK(parse_secrets(bytes).value().reveal() == most);
    SecretAnswer full = answer();
    full.sealed = bytes.reveal() + std::string(16, 't');
    CHECK(is_read(full));
    const std::string batch = batch_bytes(full);
    CHECK(parse_datagram(datagram_bytes({batch, std::string(91, 'k'), std::string(72, 's')})).ok());
}

TEST_CASE("secrets that are malformed, too long or named twice are refused, and not shown") {
    group::v1::Secrets one;
    one.add_secrets()->set_name("password");
    one.mutable_secrets(0)->set_content("s3cret");
    CHECK(parse_secrets(Secret(one.SerializeAsString())).ok());
    const auto refused = [](const group::v1::Secrets& from) {
        const auto read = parse_secrets(Secret(from.SerializeAsString()));
        return !read.ok() && read.failure().message.find("s3cret") == std::string::npos;
    };
    group::v1::Secrets twice = one;
    *twice.add_secrets() = one.secrets(0);
    CHECK(refused(twice));
    group::v1::Secrets path = one;
    path.mutable_secrets(0)->set_name("../password");
    CHECK(refused(path));
    group::v1::Secrets longer = one;
    longer.mutable_secrets(0)->mutable_content()->append(handover_secret_bytes_max, 'x');
    CHECK(refused(longer));
    CHECK_FALSE(parse_secrets(Secret(std::string("\xff\xff"))).ok());
}
