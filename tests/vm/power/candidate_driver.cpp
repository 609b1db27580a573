// candidate-driver: speaks as the two other members of the voter's group, as rudely as it is told.
// One JSON command a line on standard input, one JSON answer a line on standard output.
//
//   {"do": "keys"}                                   {"voter_key": PEM}
//   {"do": "first", "incarnation": …, "promise_ms": …}   {"record": text}
//   {"do": "say", "from": 0, "what": "vote", "epoch": 3, "record": text}      {"bytes": hex}
//   {"do": "say", "from": 0, "what": "write", "epoch": 3, "seq": 1, "mark": 7}  … and "record",
//   "ballot"
//   {"do": "say", "from": 0, "what": "renew" | "resign" | "read", "epoch": 3}
//   {"do": "say", "from": 0, "what": "read_answer", "number": …, "record": text}
//   {"do": "hear", "to": 0, "bytes": hex}            {"messages": […]}
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/leadership/record_text.h"
#include "common/tls/certificate.h"
#include "common/tls/node_key.h"
#include "common/tls/sha256.h"
#include "common/wire/group_convert.h"

namespace {

using namespace foyer;
using Json = nlohmann::json;
namespace lead = foyer::leadership;

constexpr int boxes = 3;  // the last is the voter's
constexpr ReplicaIndex voter{2};
const WallTime ordered_at{1'000};

struct Box {
    Secret<std::string> key;
    tls::NodeSigner signer;
    lead::Incarnation incarnation;
    std::uint64_t counter = 0;  // of what it said
    std::uint64_t heard = 0;    // the voter's highest
    std::optional<lead::Stamp> stamp;
};

Box make_box(Rng& rng) {
    Secret<std::string> key = tls::make_key().value();
    tls::NodeSigner signer = tls::NodeSigner::make(key).value();
    return {std::move(key), std::move(signer), {rng.next(), rng.next()}, 0, 0, std::nullopt};
}

std::string hex(std::string_view bytes) { return to_hex(as_bytes(bytes)); }

Json ballot_json(const lead::Ballot& ballot) {
    return {ballot.generation.number(), ballot.epoch.number(), ballot.seq};
}

void put_record(Json& told, const std::optional<lead::Record>& record) {
    if (!record) return;
    told["record"] = lead::to_text(*record);
    told["ballot"] = ballot_json(record->ballot);
}

Json told_by(const lead::Message& message) {
    const lead::Envelope& from = message.envelope;
    Json told = {{"from", from.from.number},
                 {"incarnation", lead::to_text(from.incarnation)},
                 {"epoch", from.epoch.number()},
                 {"counter", from.counter},
                 {"number", from.number}};
    const auto answer = [&](const char* kind, lead::Reason reason) {
        told["kind"] = kind;
        told["reason"] = std::string(lead::to_text(reason));
    };
    message.body.visit(
        lead::Overloaded{[&](const lead::VoteAnswer& one) {
                             answer("vote", one.reason);
                             told["of_epoch"] = one.epoch.number();
                             told["before"] = ballot_json(one.before);
                             told["promised_ms"] = one.promised.count();
                         },
                         [&](const lead::WriteAnswer& one) {
                             answer("write", one.reason);
                             told["ballot"] = ballot_json(one.ballot);
                             told["promised_ms"] = one.promised.count();
                         },
                         [&](const lead::RenewAnswer& one) {
                             answer("renew", one.reason);
                             told["of_epoch"] = one.epoch.number();
                             told["held"] = ballot_json(one.held);
                             told["promised_ms"] = one.promised.count();
                         },
                         [&](const lead::ReadAnswer& one) {
                             told["kind"] = "read_answer";
                             told["fence_epoch"] = one.fence.epoch.number();
                             if (one.holder) told["holder"] = one.holder->number;
                             put_record(told, one.record);
                         },
                         [&](const lead::Refused& one) {
                             answer("refused", one.reason);
                             put_record(told, one.record);
                         },
                         [&](const lead::Read&) { told["kind"] = "read"; },
                         [&](const lead::PrevoteAnswer& one) { answer("prevote", one.reason); },
                         [&](const lead::Prevote&) { told["kind"] = "request"; },
                         [&](const lead::Vote&) { told["kind"] = "request"; },
                         [&](const lead::Renew&) { told["kind"] = "request"; },
                         [&](const lead::Write&) { told["kind"] = "request"; },
                         [&](const lead::Resign&) { told["kind"] = "request"; },
                         [&](const lead::Announce&) { told["kind"] = "request"; }});
    return told;
}

class Candidates {
public:
    Candidates() {
        for (int number = 0; number < boxes; ++number) boxes_.push_back(make_box(rng_));
    }

    Result<Json> obey(const Json& asked) {
        const std::string what = asked.at("do");
        if (what == "keys") return Json{{"voter_key", boxes_.back().key.reveal()}};
        if (what == "first") return first(asked);
        if (what == "say") return say(asked);
        if (what == "hear") return hear(asked);
        return error(ErrorCode::InvalidArgument, "unknown command '" + what + "'");
    }

private:
    Result<Json> first(const Json& asked) {
        boxes_.back().incarnation =
            TRY(lead::parse_incarnation(asked.at("incarnation").get<std::string>()));
        lead::Record record;
        record.ballot = {Generation(1), Epoch(0), 0};
        for (int number = 0; number < boxes; ++number) {
            const Box& box = boxes_[static_cast<std::size_t>(number)];
            const bool data = number != voter.number;
            record.members.push_back(
                {ReplicaIndex{number}, data ? ReplicaKind::Data : ReplicaKind::Witness,
                 lead::NodeKey(box.signer.fingerprint()), box.incarnation, data});
        }
        record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}};
        record.k = record.copies = record.floor = 2;
        record.promise = Duration(asked.at("promise_ms").get<std::int64_t>());
        record.config_hash = lead::config_hash({}, record, tls::sha256);
        TRY(lead::check_valid(record));
        first_ = record;
        return Json{{"record", lead::to_text(record)}};
    }

    Result<Json> say(const Json& asked) {
        const int from = asked.at("from");
        if (from < 0 || from >= voter.number)
            return error(ErrorCode::InvalidArgument, "only 0 and 1 are ours");
        Box& box = boxes_[static_cast<std::size_t>(from)];
        lead::Message message{envelope_of(from, box, asked), {}};
        Json told = Json::object();
        TRY(fill(message, asked, told));
        const std::string batch = wire::batch_bytes({{ordered_at, message}});
        const std::string signature = TRY(box.signer.sign(wire::signed_part(batch)));
        told["bytes"] = hex(wire::datagram_bytes({batch, box.signer.public_key(), signature}));
        return told;
    }

    lead::Envelope envelope_of(int from, Box& box, const Json& asked) const {
        lead::Envelope envelope;
        envelope.group = InstanceName("acme");
        envelope.from = ReplicaIndex{from};
        envelope.to = voter;
        envelope.incarnation = box.incarnation;
        envelope.generation = Generation(1);
        envelope.epoch = Epoch(asked.value("epoch", std::uint64_t{0}));
        envelope.counter = ++box.counter;
        envelope.number = asked.value("number", box.counter);
        envelope.seen = box.heard;
        envelope.stamp = {1, clock_.mono()};
        envelope.echo = box.stamp;
        return envelope;
    }

    Status fill(lead::Message& message, const Json& asked, Json& told) {
        const std::string what = asked.at("what");
        const Epoch epoch = message.envelope.epoch;
        if (what == "vote") {
            message.body =
                lead::Vote{TRY(lead::parse_record(asked.at("record").get<std::string>())),
                           lead::LogPosition{}, epoch};
        } else if (what == "write") {
            lead::Record record = first_;
            record.ballot = {Generation(1), epoch, asked.at("seq").get<std::uint64_t>()};
            record.leader = message.envelope.from;
            // Two writes of one ballot differ in this.
            record.start = {{Generation(1), Epoch(0)},
                            lead::Lsn(asked.at("mark").get<std::uint64_t>())};
            put_record(told, record);
            message.body = lead::Write{record};
        } else if (what == "renew") {
            message.body = lead::Renew{epoch, {}, {}};
        } else if (what == "resign") {
            message.body = lead::Resign{epoch, std::nullopt};
        } else if (what == "read") {
            message.body = lead::Read{rng_.next(), {}};
        } else if (what == "read_answer") {
            lead::ReadAnswer answer;
            answer.nonce = asked.at("number").get<std::uint64_t>();
            answer.seen_of_asker =
                boxes_[static_cast<std::size_t>(message.envelope.from.number)].heard;
            answer.record = TRY(lead::parse_record(asked.at("record").get<std::string>()));
            message.body = answer;
        } else {
            return error(ErrorCode::InvalidArgument, "nothing to say: '" + what + "'");
        }
        return ok_status();
    }

    Result<Json> hear(const Json& asked) {
        Box& box = boxes_.at(asked.at("to").get<std::size_t>());
        const auto bytes = from_hex(asked.at("bytes").get<std::string>());
        if (!bytes) return error(ErrorCode::InvalidArgument, "no hex");
        const auto datagram = TRY(wire::parse_datagram(
            std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size())));
        TRY(tls::verify_node_signature(datagram.public_key, wire::signed_part(datagram.batch),
                                       datagram.signature));
        if (tls::key_fingerprint_of(datagram.public_key) != boxes_.back().signer.fingerprint())
            return error(ErrorCode::PermissionDenied, "signed by somebody else");
        const wire::Batch batch = TRY(wire::parse_batch(datagram.batch));
        Json messages = Json::array();
        for (const lead::Letter& letter : batch.letters) {
            const lead::Envelope& from = letter.message.envelope;
            if (from.counter > box.heard) box.stamp = from.stamp;
            box.heard = std::max(box.heard, from.counter);
            messages.push_back(told_by(letter.message));
        }
        return Json{{"messages", messages}};
    }

    SystemRng rng_;
    SystemClock clock_;
    std::vector<Box> boxes_;
    lead::Record first_;
};

}  // namespace

int main() {
    Candidates candidates;
    std::string line;
    while (std::getline(std::cin, line)) {
        const Json asked = Json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (!asked.is_object()) return 2;
        const auto told = candidates.obey(asked);
        std::cout << (told.ok() ? told.value() : Json{{"error", told.failure().message}}).dump()
                  << std::endl;
    }
    return 0;
}
