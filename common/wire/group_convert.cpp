#include "common/wire/group_convert.h"

#include <algorithm>

#include "common/leadership/link_text.h"
#include "common/leadership/record_text.h"
#include "common/wire/field_check.h"
#include "common/wire/handover_convert.h"
#include "foyer/group/v1/group.pb.h"

namespace foyer::wire {
namespace {

namespace lead = leadership;
namespace v1 = group::v1;

constexpr int index_max = 1'000'000;
constexpr int links_max = 8;
constexpr std::size_t batch_bytes_max = 8'192;  // of several messages; one may be larger

// ---- to the wire ----

void put(const lead::LogPosition& from, v1::LogPosition& to) {
    to.set_generation(from.fence.generation.number());
    to.set_epoch(from.fence.epoch.number());
    to.set_end(from.end.number());
}

void put(const lead::Stamp& from, v1::Stamp& to) {
    to.set_boot(from.boot);
    to.set_boot_ms(from.at.boot_ms);
}

std::string text_of(const std::optional<lead::Record>& record) {
    return record ? lead::to_text(*record) : std::string();
}

std::string bytes_of(const lead::Hash& hash) { return {hash.begin(), hash.end()}; }

std::string tip_of(const lead::Hash& tip) {
    return tip == lead::Hash{} ? std::string() : bytes_of(tip);
}

template <class To>
void put_chain(const std::vector<lead::Link>& chain, To& to) {
    for (const lead::Link& link : chain) to.add_chain(lead::to_text(link));
}

template <class Asked>
void put_candidacy(const Asked& from, v1::Candidacy& to) {
    to.set_record(lead::to_text(from.record));
    put(from.position, *to.mutable_position());
    to.set_epoch(from.epoch.number());
}

struct BodyWriter {
    v1::Message& to;

    void operator()(const lead::Prevote& one) { put_candidacy(one, *to.mutable_prevote()); }
    void operator()(const lead::PrevoteAnswer& one) {
        auto& body = *to.mutable_prevote_answer();
        body.set_reason(static_cast<std::uint32_t>(one.reason));
        body.set_record(text_of(one.record));
    }
    void operator()(const lead::Vote& one) { put_candidacy(one, *to.mutable_vote()); }
    void operator()(const lead::VoteAnswer& one) {
        auto& body = *to.mutable_vote_answer();
        body.set_epoch(one.epoch.number());
        body.set_reason(static_cast<std::uint32_t>(one.reason));
        body.set_before(lead::to_text(one.before));
        body.set_config_hash(bytes_of(one.config_hash));
        if (one.position) put(*one.position, *body.mutable_position());
        body.set_promised_ms(one.promised.count());
        body.set_record(text_of(one.record));
        body.set_signature(one.signature);
    }
    void operator()(const lead::Renew& one) {
        auto& body = *to.mutable_renew();
        body.set_epoch(one.epoch.number());
        body.set_committed(lead::to_text(one.committed));
        body.set_chain_tip(tip_of(one.chain_tip));
    }
    void operator()(const lead::RenewAnswer& one) {
        auto& body = *to.mutable_renew_answer();
        body.set_epoch(one.epoch.number());
        body.set_reason(static_cast<std::uint32_t>(one.reason));
        body.set_promised_ms(one.promised.count());
        body.set_held(lead::to_text(one.held));
        if (one.position) put(*one.position, *body.mutable_position());
        body.set_edges_ask(one.edges_ask);
        body.set_chain_tip(tip_of(one.chain_tip));
        put_chain(one.chain, body);
    }
    void operator()(const lead::Write& one) {
        to.mutable_write()->set_record(lead::to_text(one.record));
    }
    void operator()(const lead::WriteAnswer& one) {
        auto& body = *to.mutable_write_answer();
        body.set_ballot(lead::to_text(one.ballot));
        body.set_reason(static_cast<std::uint32_t>(one.reason));
        body.set_promised_ms(one.promised.count());
        body.set_record(text_of(one.record));
        body.set_signature(one.signature);
    }
    void operator()(const lead::Resign& one) {
        auto& body = *to.mutable_resign();
        body.set_epoch(one.epoch.number());
        if (one.preferred) body.set_preferred(one.preferred->number);
    }
    void operator()(const lead::Read& one) {
        to.mutable_read()->set_nonce(one.nonce);
        to.mutable_read()->set_chain_tip(tip_of(one.chain_tip));
    }
    void operator()(const lead::ReadAnswer& one) {
        auto& body = *to.mutable_read_answer();
        body.set_nonce(one.nonce);
        body.set_generation(one.fence.generation.number());
        body.set_epoch(one.fence.epoch.number());
        if (one.holder) body.set_holder(one.holder->number);
        body.set_record(text_of(one.record));
        body.set_seen_of_asker(one.seen_of_asker);
        body.set_signature(one.signature);
        put_chain(one.chain, body);
    }
    void operator()(const lead::Announce& one) {
        auto& body = *to.mutable_announce();
        body.set_record(lead::to_text(one.record));
        if (!one.certificate.signatures.empty())
            body.set_certificate(lead::to_text(one.certificate));
        put_chain(one.chain, body);
    }
    void operator()(const lead::Refused& one) {
        auto& body = *to.mutable_refused();
        body.set_reason(static_cast<std::uint32_t>(one.reason));
        body.set_record(text_of(one.record));
    }
};

// ---- from the wire ----

Result<ReplicaIndex> index_of(std::string_view field, int number) {
    if (number < 0 || number > index_max) return field_error(field, "is out of range");
    return ReplicaIndex{number};
}

Result<lead::Reason> reason_of(std::uint32_t number) {
    if (number > static_cast<std::uint32_t>(lead::Reason::Busy))
        return field_error("reason", "is unknown");
    return static_cast<lead::Reason>(number);
}

Result<Duration> promise_of(std::int64_t ms) {
    if (ms < 0 || ms > 100'000) return field_error("promised_ms", "is out of range");
    return Duration(ms);
}

Result<lead::Hash> hash_of(std::string_view field, const std::string& bytes) {
    lead::Hash hash{};
    if (bytes.size() != hash.size()) return field_error(field, "is not 32 bytes");
    std::ranges::transform(bytes, hash.begin(),
                           [](char byte) { return static_cast<std::uint8_t>(byte); });
    return hash;
}

Result<std::string> signature_of(const std::string& text) {
    if (!text.empty() && !lead::is_signature_text(text))
        return field_error("signature", "is not base64url, or too long");
    return text;
}

Result<lead::Hash> optional_tip(const std::string& bytes) {
    if (bytes.empty()) return lead::Hash{};
    return hash_of("chain_tip", bytes);
}

template <class From>
Result<std::vector<lead::Link>> chain_of(const From& from) {
    TRY(count_field("chain", from.chain_size(), links_max));
    std::vector<lead::Link> chain;
    for (const std::string& link : from.chain()) chain.push_back(TRY(lead::parse_link(link)));
    return chain;
}

Result<std::optional<lead::Record>> optional_record(const std::string& text) {
    if (text.empty()) return std::optional<lead::Record>();
    return std::optional(TRY(lead::parse_record(text)));
}

lead::LogPosition position_of(const v1::LogPosition& from) {
    return {{Generation(from.generation()), Epoch(from.epoch())}, lead::Lsn(from.end())};
}

template <class From>
std::optional<lead::LogPosition> optional_position(const From& from) {
    if (!from.has_position()) return std::nullopt;
    return position_of(from.position());
}

lead::Stamp stamp_of(const v1::Stamp& from) { return {from.boot(), MonoTime{from.boot_ms()}}; }

template <class To>
Result<To> candidacy_of(const v1::Candidacy& from) {
    return To{TRY(lead::parse_record(from.record())), position_of(from.position()),
              Epoch(from.epoch())};
}

Result<lead::PrevoteAnswer> read(const v1::PrevoteAnswer& from) {
    return lead::PrevoteAnswer{TRY(reason_of(from.reason())), TRY(optional_record(from.record()))};
}

Result<lead::VoteAnswer> read(const v1::VoteAnswer& from) {
    lead::VoteAnswer to;
    to.epoch = Epoch(from.epoch());
    to.reason = TRY(reason_of(from.reason()));
    to.before = TRY(lead::parse_ballot(from.before()));
    to.config_hash = TRY(hash_of("config_hash", from.config_hash()));
    to.position = optional_position(from);
    to.promised = TRY(promise_of(from.promised_ms()));
    to.record = TRY(optional_record(from.record()));
    to.signature = TRY(signature_of(from.signature()));
    return to;
}

Result<lead::RenewAnswer> read(const v1::RenewAnswer& from) {
    lead::RenewAnswer to;
    to.epoch = Epoch(from.epoch());
    to.reason = TRY(reason_of(from.reason()));
    to.promised = TRY(promise_of(from.promised_ms()));
    to.held = TRY(lead::parse_ballot(from.held()));
    to.position = optional_position(from);
    to.edges_ask = from.edges_ask();
    to.chain_tip = TRY(optional_tip(from.chain_tip()));
    to.chain = TRY(chain_of(from));
    return to;
}

Result<lead::WriteAnswer> read(const v1::WriteAnswer& from) {
    lead::WriteAnswer to;
    to.ballot = TRY(lead::parse_ballot(from.ballot()));
    to.reason = TRY(reason_of(from.reason()));
    to.promised = TRY(promise_of(from.promised_ms()));
    to.record = TRY(optional_record(from.record()));
    to.signature = TRY(signature_of(from.signature()));
    return to;
}

Result<lead::Resign> read(const v1::Resign& from) {
    lead::Resign to;
    to.epoch = Epoch(from.epoch());
    if (from.has_preferred()) to.preferred = TRY(index_of("preferred", from.preferred()));
    return to;
}

Result<lead::ReadAnswer> read(const v1::ReadAnswer& from) {
    lead::ReadAnswer to;
    to.nonce = from.nonce();
    to.fence = {Generation(from.generation()), Epoch(from.epoch())};
    if (from.has_holder()) to.holder = TRY(index_of("holder", from.holder()));
    to.record = TRY(optional_record(from.record()));
    to.seen_of_asker = from.seen_of_asker();
    to.signature = TRY(signature_of(from.signature()));
    to.chain = TRY(chain_of(from));
    return to;
}

Result<lead::Announce> read(const v1::Announce& from) {
    lead::Announce to;
    to.record = TRY(lead::parse_record(from.record()));
    if (!from.certificate().empty())
        to.certificate = TRY(lead::parse_certificate(from.certificate()));
    to.chain = TRY(chain_of(from));
    return to;
}

Result<lead::Body> body_of(const v1::Message& from) {
    switch (from.body_case()) {
        case v1::Message::kPrevote:
            return lead::Body(TRY(candidacy_of<lead::Prevote>(from.prevote())));
        case v1::Message::kPrevoteAnswer: return lead::Body(TRY(read(from.prevote_answer())));
        case v1::Message::kVote: return lead::Body(TRY(candidacy_of<lead::Vote>(from.vote())));
        case v1::Message::kVoteAnswer: return lead::Body(TRY(read(from.vote_answer())));
        case v1::Message::kRenew:
            return lead::Body(lead::Renew{Epoch(from.renew().epoch()),
                                          TRY(lead::parse_ballot(from.renew().committed())),
                                          TRY(optional_tip(from.renew().chain_tip()))});
        case v1::Message::kRenewAnswer: return lead::Body(TRY(read(from.renew_answer())));
        case v1::Message::kWrite:
            return lead::Body(lead::Write{TRY(lead::parse_record(from.write().record()))});
        case v1::Message::kWriteAnswer: return lead::Body(TRY(read(from.write_answer())));
        case v1::Message::kResign: return lead::Body(TRY(read(from.resign())));
        case v1::Message::kRead:
            return lead::Body(
                lead::Read{from.read().nonce(), TRY(optional_tip(from.read().chain_tip()))});
        case v1::Message::kReadAnswer: return lead::Body(TRY(read(from.read_answer())));
        case v1::Message::kAnnounce: return lead::Body(TRY(read(from.announce())));
        case v1::Message::kRefused:
            return lead::Body(lead::Refused{TRY(reason_of(from.refused().reason())),
                                            TRY(optional_record(from.refused().record()))});
        case v1::Message::BODY_NOT_SET: break;
    }
    return field_error("body", "is missing");
}

Result<lead::Letter> message_of(const v1::Message& from) {
    lead::Letter to;
    to.ordered_at = WallTime{from.ordered_at_unix_ms()};
    lead::Envelope& envelope = to.message.envelope;
    envelope.group = InstanceName(TRY(name_field("group", from.group())));
    const bool outside = from.from() == lead::outsider.number;
    envelope.from = outside ? lead::outsider : TRY(index_of("from", from.from()));
    envelope.to =
        from.to() == lead::outsider.number ? lead::outsider : TRY(index_of("to", from.to()));
    if (!outside) envelope.incarnation = TRY(lead::parse_incarnation(from.incarnation()));
    envelope.generation = Generation(from.generation());
    envelope.epoch = Epoch(from.epoch());
    envelope.number = from.number();
    envelope.counter = from.counter();
    envelope.seen = from.seen();
    envelope.stamp = stamp_of(from.stamp());
    if (from.has_echo()) envelope.echo = stamp_of(from.echo());
    to.message.body = TRY(body_of(from));
    return to;
}

void put(const lead::Letter& from, v1::Message& to) {
    const lead::Envelope& envelope = from.message.envelope;
    to.set_group(envelope.group.str());
    to.set_ordered_at_unix_ms(from.ordered_at.unix_ms);
    to.set_from(envelope.from.number);
    to.set_to(envelope.to.number);
    if (envelope.from != lead::outsider) to.set_incarnation(lead::to_text(envelope.incarnation));
    to.set_generation(envelope.generation.number());
    to.set_epoch(envelope.epoch.number());
    to.set_number(envelope.number);
    to.set_counter(envelope.counter);
    to.set_seen(envelope.seen);
    put(envelope.stamp, *to.mutable_stamp());
    if (envelope.echo) put(*envelope.echo, *to.mutable_echo());
    from.message.body.visit(BodyWriter{to});
}

}  // namespace

std::string batch_bytes(const std::vector<lead::Letter>& messages) {
    v1::Batch batch;
    for (const lead::Letter& message : messages) put(message, *batch.add_messages());
    return batch.SerializeAsString();
}

std::vector<std::string> batches_of(const std::vector<lead::Letter>& messages) {
    std::vector<std::string> batches;
    std::size_t held = 0;
    for (const lead::Letter& message : messages) {
        const std::string one = batch_bytes(std::vector<lead::Letter>{message});
        const bool fits = !batches.empty() && held < batch_messages_max &&
                          batches.back().size() + one.size() <= batch_bytes_max;
        if (!fits) {
            batches.emplace_back();
            held = 0;
        }
        batches.back() += one;  // repeated fields of two messages of protobuf are one list
        ++held;
    }
    return batches;
}

std::string batch_bytes(const SecretQuestion& question) {
    v1::Batch batch;
    put(question, *batch.add_secret_questions());
    return batch.SerializeAsString();
}

std::string batch_bytes(const SecretAnswer& answer) {
    v1::Batch batch;
    put(answer, *batch.add_secret_answers());
    return batch.SerializeAsString();
}

Result<Batch> parse_batch(std::string_view bytes) {
    v1::Batch batch;
    if (bytes.size() > datagram_bytes_max ||
        !batch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return field_error("batch", "is malformed");
    TRY(count_field("messages", batch.messages_size(), static_cast<int>(batch_messages_max)));
    TRY(count_field("secret_questions", batch.secret_questions_size(), handovers_max));
    TRY(count_field("secret_answers", batch.secret_answers_size(), handovers_max));
    Batch read;
    for (const auto& message : batch.messages()) read.letters.push_back(TRY(message_of(message)));
    for (const auto& one : batch.secret_questions())
        read.questions.push_back(TRY(question_of(one)));
    for (const auto& one : batch.secret_answers()) read.answers.push_back(TRY(answer_of(one)));
    return read;
}

std::string signed_part(const std::string& batch) { return "foyer datagram 1\n" + batch; }

std::string datagram_bytes(const Datagram& datagram) {
    v1::Datagram to;
    to.set_batch(datagram.batch);
    to.set_public_key(datagram.public_key);
    to.set_signature(datagram.signature);
    return to.SerializeAsString();
}

Result<Datagram> parse_datagram(std::string_view bytes) {
    v1::Datagram from;
    if (bytes.size() > datagram_bytes_max ||
        !from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return field_error("datagram", "is malformed");
    return Datagram{from.batch(), from.public_key(), from.signature()};
}

}  // namespace foyer::wire
