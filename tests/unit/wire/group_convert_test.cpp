#include "common/wire/group_convert.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::wire;

namespace {

Message message_of(Body body) {
    Message message;
    Envelope& envelope = message.envelope;
    envelope.group = InstanceName("acme");
    envelope.from = ReplicaIndex{1};
    envelope.to = ReplicaIndex{2};
    envelope.incarnation = {7, 8};
    envelope.generation = Generation(1);
    envelope.epoch = Epoch(4);
    envelope.number = 11;
    envelope.counter = 12;
    envelope.seen = 13;
    envelope.stamp = {99, MonoTime{1234}};
    envelope.echo = Stamp{98, MonoTime{1200}};
    message.body = std::move(body);
    return message;
}

Record record() {
    Record one = leadership::test::record_of_three();
    for (MemberEntry& entry : one.members) entry.key = NodeKey("ab12");
    return one;
}

Link link() {
    Link one = link_of(record());
    one.config_hash.fill(7);
    one.signatures[ReplicaIndex{1}] = "c2ln";
    return one;
}

Certificate certificate() {
    return {{Generation(1), Epoch(4)},
            ReplicaIndex{1},
            record().ballot,
            link().config_hash,
            {{ReplicaIndex{1}, "dm90ZQ"}},
            leadership::test::at(3, 77)};
}

std::vector<Body> bodies() {
    const LogPosition position = leadership::test::at(3, 77);
    VoteAnswer vote{Epoch(4), Reason::None, record().ballot, {}, position, Duration(7'000),
                    {},       "c2"};
    VoteAnswer no{Epoch(4), Reason::OlderRecord, {}, {}, {}, Duration(0), record(), {}};
    return {Prevote{record(), position, Epoch(5)},
            PrevoteAnswer{Reason::Promised, record()},
            Vote{record(), position, Epoch(5)},
            vote,
            no,
            Renew{Epoch(4), record().ballot, link().config_hash},
            RenewAnswer{Epoch(4),
                        Reason::None,
                        Duration(7'000),
                        record().ballot,
                        position,
                        link().config_hash,
                        {link(), link()},
                        true},
            Write{record()},
            WriteAnswer{record().ballot, Reason::None, Duration(7'000), {}, "c2ln"},
            Resign{Epoch(4), ReplicaIndex{0}},
            Resign{Epoch(4), {}},
            Read{42, link().config_hash},
            ReadAnswer{42, {Generation(1), Epoch(4)}, ReplicaIndex{1}, record(), 5, "c2", {link()}},
            Announce{certificate(), record(), {link()}},
            Refused{Reason::NotMember, record()}};
}

}  // namespace

TEST_CASE("every message is read as it was written") {
    std::vector<Letter> sent;
    for (Body& body : bodies()) sent.push_back({WallTime{1700}, message_of(std::move(body))});
    const std::string bytes = batch_bytes(sent);
    const auto read = parse_batch(bytes);
    REQUIRE(read.ok());
    const std::vector<Letter>& letters = read.value().letters;
    REQUIRE(letters.size() == sent.size());
    // The same bytes again: nothing was lost on the way in.
    CHECK(batch_bytes(letters) == bytes);
    CHECK(letters[0].ordered_at == WallTime{1700});
    CHECK(letters[0].message.envelope.echo == Stamp{98, MonoTime{1200}});
    CHECK(letters[3].message.body.get<VoteAnswer>().position == leadership::test::at(3, 77));
    CHECK(letters[6].message.body.get<RenewAnswer>().edges_ask);
    const auto& renewed = letters[6].message.body.get<RenewAnswer>();
    CHECK(renewed.chain == std::vector<Link>{link(), link()});
    CHECK(renewed.chain_tip == link().config_hash);
    CHECK(letters[12].message.body.get<ReadAnswer>().chain == std::vector<Link>{link()});
    const auto& announced = letters[13].message.body.get<Announce>();
    CHECK(announced.record == record());
    CHECK(announced.certificate == certificate());
    CHECK(announced.chain == std::vector<Link>{link()});
}

TEST_CASE("what is said at one moment goes out in datagrams that can be read") {
    const std::vector<Letter> many(200, {WallTime{}, message_of(Write{record()})});
    std::size_t read = 0;
    for (const std::string& batch : batches_of(many)) {
        const auto letters = parse_batch(batch);
        REQUIRE(letters.ok());
        CHECK(batch.size() < datagram_bytes_max - 1'000);  // key and signature come on top
        read += letters.value().letters.size();
    }
    CHECK(read == many.size());
    const std::vector<Letter> small(300, {WallTime{}, message_of(Read{1, {}})});
    for (const std::string& batch : batches_of(small)) CHECK(parse_batch(batch).ok());
    CHECK(batches_of({}).empty());
}

TEST_CASE("a chain longer than a message may carry is refused") {
    RenewAnswer answer;
    answer.chain.assign(9, link());
    const auto read =
        parse_batch(batch_bytes(std::vector<Letter>{{WallTime{}, message_of(answer)}}));
    REQUIRE_FALSE(read.ok());
    CHECK(read.failure().message.find("chain") != std::string::npos);
}

TEST_CASE("who asks from outside has no index and no incarnation") {
    Message asks = message_of(Read{1, {}});
    asks.envelope.from = outsider;
    asks.envelope.incarnation = {};
    const auto read = parse_batch(batch_bytes(std::vector<Letter>{{WallTime{}, asks}}));
    REQUIRE(read.ok());
    CHECK(read.value().letters[0].message.envelope.from == outsider);
}

TEST_CASE("cut and changed bytes never crash, and what is read is bounded") {
    std::vector<Letter> sent;
    for (Body& body : bodies()) sent.push_back({WallTime{1700}, message_of(std::move(body))});
    const std::string bytes = batch_bytes(sent);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto cut = parse_batch(std::string_view(bytes).substr(0, length));
        if (cut.ok()) CHECK(cut.value().letters.size() < sent.size());
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x41);
        discard(parse_batch(changed), "only that it ends");
    }
    CHECK_FALSE(parse_batch(std::string(datagram_bytes_max + 1, '\0')).ok());
    const std::vector<Letter> many(batch_messages_max + 1, {WallTime{}, message_of(Read{1, {}})});
    CHECK_FALSE(parse_batch(batch_bytes(many)).ok());
}

TEST_CASE("a datagram carries batch, key and signature") {
    const auto read = parse_datagram(datagram_bytes({"batch", "key", "signature"}));
    REQUIRE(read.ok());
    CHECK(read.value().batch == "batch");
    CHECK(read.value().public_key == "key");
    CHECK(read.value().signature == "signature");
    CHECK(signed_part("x") != "x");
}
