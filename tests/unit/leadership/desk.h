// One member on a desk: every input by hand, every effect kept, the disk as fast as the test says.
#pragma once

#include <algorithm>

#include "common/leadership/member.h"
#include "tests/unit/leadership/group.h"

namespace foyer::leadership::test {

struct Desk {
    State state;
    Effects effects;  // of the newest input
    MonoTime now{1'000'000};

    explicit Desk(int self, std::optional<Durable> durable = durable_of(0, record_of_three()),
                  bool signing = false) {
        Start start;
        start.identity = {InstanceName("acme"), ReplicaIndex{self}, 1};
        if (durable) durable->incarnation = entry(self).incarnation;
        start.durable = std::move(durable);
        start.fresh = entry(self).incarnation;
        if (signing) {
            start.hash = verifier().hash;
            start.check = verifier().check;
            start.sign = [self](std::span<const std::uint8_t> bytes) {
                return seal(entry(self).key, bytes);
            };
        }
        Outcome outcome = begin(std::move(start), now);
        state = std::move(outcome.state);
        effects = std::move(outcome.effects);
    }

    void hand(const Input& input) {
        Outcome outcome = step(std::move(state), input, now);
        state = std::move(outcome.state);
        effects = std::move(outcome.effects);
    }
    void tick(Duration later = Duration(50)) {
        now = now + later;
        hand(Tick{{0}});
    }
    void write_disk() { hand(Persisted{state.version}); }

    // The restart is over: the receiver stopped, the disk wrote, two others remembered it.
    void settle(LogPosition position) { settle_after(ReceiverStopped{position}); }
    void settle_after(const ReceiverStopped& cut) {
        write_disk();
        hand(cut);
        state.promise.quiet_until = {};
        state.promise.remembered = true;
        state.promise.until = {};
    }

    Message from(int sender, Body body) {
        Message message;
        Envelope& envelope = message.envelope;
        envelope.group = InstanceName("acme");
        envelope.from = ReplicaIndex{sender};
        envelope.to = state.identity.self;
        envelope.incarnation = entry(sender).incarnation;
        envelope.generation = Generation(1);
        envelope.epoch = Epoch(1);
        envelope.counter = ++counter_;
        envelope.number = envelope.counter;
        envelope.stamp = {1, MonoTime{500'000 + static_cast<std::int64_t>(counter_)}};
        envelope.echo = Stamp{1, now};
        message.body = std::move(body);
        return message;
    }
    // The answer of `sender` to the newest request of kind Request this member sent it.
    template <class Request>
    Message answer_of(int sender, Body body) {
        Message message = from(sender, std::move(body));
        for (const Send& sent : all<Send>())
            if (sent.message.envelope.to == ReplicaIndex{sender} && sent.message.body.is<Request>())
                message.envelope.number = sent.message.envelope.number;
        return message;
    }

    template <class Kind>
    std::vector<Kind> all() const {
        std::vector<Kind> found;
        for (const Effect& effect : effects)
            if (const auto* one = effect.get_if<Kind>()) found.push_back(*one);
        return found;
    }
    template <class Kind>
    const Kind* sent() const {
        for (const Effect& effect : effects)
            if (const auto* one = effect.get_if<Send>())
                if (const auto* body = one->message.body.get_if<Kind>()) return body;
        return nullptr;
    }

private:
    std::uint64_t counter_ = 0;
};

}  // namespace foyer::leadership::test
