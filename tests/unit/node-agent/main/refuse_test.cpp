// `foyer-node refuse` through the box's own socket, to a real agent with fake partitions.
#include <atomic>
#include <poll.h>
#include <thread>

#include "node-agent/host/give_refusals.h"
#include "node-agent/host/host_door.h"
#include "node-agent/status_text.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/node-agent/app/agent_world.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::AgentWorld;
using foyer::test::eventually;

namespace {

// The box as run.cpp serves it, without limits and orders.
class Box {
public:
    Box() : door_(HostDoor::listen(folder_.path()).value()) {
        world.boot();
        thread_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                pollfd waiting{door_.descriptor(), POLLIN, 0};
                if (::poll(&waiting, 1, 20) > 0)
                    door_.serve([this](const std::string& line) { return answer(line); });
            }
        });
    }

    Result<std::string> refuse(const RefusalsEdit& edit) {
        const OrderPorts ports{
            [this](const std::string& line) { return knock(folder_.path(), line); },
            [](Duration span) { ::poll(nullptr, 0, static_cast<int>(span.count())); }, clock_};
        return refusals_page(TRY(give_refusals(edit, ports)));
    }

    AgentWorld world;

private:
    std::string answer(const std::string& line) {
        const auto asked = parse_request(line, clock_.wall());
        if (!asked.ok()) return refusal_json(asked.failure());
        if (asked.value().refuses) {
            const Status obeyed = world.agent->obey_refusals(*asked.value().refuses);
            if (!obeyed.ok()) return refusal_json(obeyed.failure());
        }
        return status_json(NodeId("lille-1"), "1", world.agent->overview(), LinkState{});
    }

    test::TempFolder folder_;
    SystemClock clock_;
    HostDoor door_;
    std::jthread thread_;
};

}  // namespace

TEST_CASE("a host refuses through the socket, the master away, and allows it again") {
    Box box;
    box.world.found_two();
    RefusalsEdit edit;
    CHECK(box.refuse(edit).value() == "refused  nothing\n");
    edit.countries = {"ZZ"};
    const std::string page = box.refuse(edit).value();
    CHECK(page.find("refused  tenants of ZZ\n") == 0);
    CHECK(page.find("acme-0, served until another box has it: this host takes no tenants whose "
                    "country is not known") != std::string::npos);
    edit = {};
    edit.now = true;
    CHECK(box.refuse(edit).value().find("acme-0, stopped") != std::string::npos);
    CHECK(box.world.agent->report().refuses->now);
    edit = {};
    edit.countries = {"UK"};
    CHECK(box.refuse(edit).failure().message.find("'UK' is no country") != std::string::npos);
    CHECK(box.world.agent->overview().refuses.now);  // as it was
    edit = {};
    edit.clear = true;
    CHECK(box.refuse(edit).value() == "refused  nothing\n");
    CHECK(eventually([&] { return box.world.runs("acme-0", ReplicaRole::Primary, 1); }));
}
