// What other boxes say of their groups, and what this box wrote down of its own.
#include "common/base/check.h"
#include "common/leadership/chain.h"
#include "common/leadership/durable_text.h"
#include "common/leadership/evidence_text.h"
#include "common/leadership/link_text.h"
#include "common/leadership/record_text.h"
#include "common/wire/group_convert.h"
#include "common/wire/handover_convert.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

namespace lead = leadership;

void feed_batch(std::string_view bytes) {
    const auto read = wire::parse_batch(bytes);
    if (!read.ok()) return;
    const wire::Batch& batch = read.value();
    const auto again = wire::parse_batch(wire::batch_bytes(batch.letters));
    CHECK(again.ok() && again.value().letters.size() == batch.letters.size());
    for (const SecretQuestion& one : batch.questions)
        CHECK(wire::parse_batch(wire::batch_bytes(one)).value().questions.front() == one);
    for (const SecretAnswer& one : batch.answers)
        CHECK(wire::parse_batch(wire::batch_bytes(one)).value().answers.front() == one);
}

void feed(std::string_view bytes) {
    const auto record = lead::parse_record(bytes);
    if (record.ok()) {
        CHECK(lead::to_text(record.value()) == bytes);
        discard(lead::check_valid(record.value()), "only that it returns");
    }
    const auto durable = lead::parse_durable(bytes);
    CHECK(!durable.ok() || lead::to_text(durable.value()) == bytes);
    const auto link = lead::parse_link(bytes);
    CHECK(!link.ok() || lead::to_text(link.value()) == bytes);
    const auto certificate = lead::parse_certificate(bytes);
    CHECK(!certificate.ok() || lead::to_text(certificate.value()) == bytes);
    const auto evidence = lead::parse_evidence(bytes);
    CHECK(!evidence.ok() || lead::to_text(evidence.value()) == bytes);
    const lead::Bytes signed_bytes(bytes.begin(), bytes.end());
    static_cast<void>(lead::read_vote(InstanceName("acme"), signed_bytes));  // it returns
    const auto datagram = wire::parse_datagram(bytes);
    feed_batch(datagram.ok() ? std::string_view(datagram.value().batch) : bytes);
    // What a member sealed, if another one's record names a box that lies.
    discard(wire::parse_secrets(Secret(std::string(bytes))), "only that it returns");
}

lead::Record record() {
    lead::Record one;
    one.ballot = {Generation(1), Epoch(2), 1};
    one.leader = ReplicaIndex{0};
    one.members = {{{0}, ReplicaKind::Data, lead::NodeKey("aa"), {1, 2}, true},
                   {{1}, ReplicaKind::Witness, lead::NodeKey("bb"), {3, 4}, false}};
    one.in_sync = {{0}};
    return one;
}

std::vector<std::string> seeds() {
    lead::Durable durable;
    durable.record = record();
    durable.seen[ReplicaIndex{1}] = 7;
    lead::Link link = lead::link_of(record());
    link.signatures[ReplicaIndex{0}] = "c2ln";
    durable.chain = {link};
    lead::Certificate certificate;
    certificate.signatures[ReplicaIndex{1}] = "dm90ZQ";
    durable.certificate = certificate;
    const lead::Bytes vote = lead::vote_bytes(InstanceName("acme"), {{1}, {3, 4}}, certificate);
    durable.evidence = {{lead::EvidenceKind::TwoVotes, {1}, {}, {{vote, "c2ln"}, {vote, "c2ln"}}}};
    lead::Letter letter;
    letter.message.envelope.group = InstanceName("acme");
    letter.message.body = lead::Vote{record(), {}, Epoch(3)};
    const std::string batch = wire::batch_bytes(std::vector<lead::Letter>{letter});
    const std::string nonce(handover_nonce_bytes, 'n');
    const std::string key(32, 'k');
    const SecretQuestion question{InstanceName("acme"), {1700}, {"password"}, nonce, key};
    const SecretAnswer answer{InstanceName("acme"), {1700}, nonce, key, "sealed"};
    const Secret secrets(PartitionSecrets{{{"password", "s3cret"}}});
    return {lead::to_text(record()),
            lead::to_text(durable),
            batch,
            wire::datagram_bytes({batch, "key", "signature"}),
            wire::batch_bytes(question),
            wire::batch_bytes(answer),
            wire::secrets_bytes(secrets).reveal()};
}

}  // namespace

const Target group{"group", feed, seeds};

}  // namespace foyer::fuzz
