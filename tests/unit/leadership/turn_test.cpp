#include "common/leadership/turn.h"

#include "tests/unit/leadership/desk.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

TEST_CASE("counters are reserved before they are used, and never used twice") {
    Desk desk(1);
    Effects effects;
    Turn turn{desk.state, desk.now, effects};
    send(turn, ReplicaIndex{0}, Read{1}, 0, true);
    const Send first = effects.back().get<Send>();
    CHECK(first.needs == desk.state.version);  // the block is not on the disk yet
    desk.write_disk();
    effects.clear();
    send(turn, ReplicaIndex{0}, Read{2}, 0, true);
    const Send second = effects.back().get<Send>();
    CHECK(second.needs == 0);
    CHECK(second.message.envelope.counter > first.message.envelope.counter);
    const Desk again(1, desk.state.disk);
    CHECK(again.state.counter >= desk.state.disk.counter_limit - 1);
}

TEST_CASE("what waits for no disk tells only what is on it") {
    Desk desk(1);
    desk.write_disk();
    desk.state.durable.epoch = Epoch(9);
    Effects effects;
    Turn turn{desk.state, desk.now, effects};
    send(turn, ReplicaIndex{0}, Read{1}, 0, true);
    CHECK(effects.back().get<Send>().message.envelope.epoch == Epoch(1));
    persist(turn);
    send(turn, ReplicaIndex{0}, Read{1}, desk.state.version, true);
    CHECK(effects.back().get<Send>().message.envelope.epoch == Epoch(9));
}

TEST_CASE("requests are remembered for their answers, not without bound") {
    Desk desk(1);
    Effects effects;
    Turn turn{desk.state, desk.now, effects};
    for (int round = 0; round < 1'000; ++round) send(turn, ReplicaIndex{0}, Read{1}, 0, true);
    CHECK(desk.state.peers[ReplicaIndex{0}].asked.size() == asked_max);
}
