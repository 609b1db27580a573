// voter-driver: the groups' half of an agent, alone: its thread, its disk, its mail, its
// signatures. The rest of a box (copies, firewall, master) is left out. usage: voter-driver FOLDER
// [late]
//
//   FOLDER/voter.key    the box's key, PEM
//   FOLDER/first        the group's first record; without it the driver prints the incarnation of
//   its
//                       empty state, once that is on the disk, and ends
//   late                breaks the promise that is tested: tells before it has written
//
// A witness of group "acme", number 2; the others' boxes are fd50:0:0:1:: and fd50:0:0:2::.
#include <cstdio>
#include <mutex>
#include <thread>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/tls/node_key.h"
#include "common/tls/private_file.h"
#include "common/tls/sha256.h"
#include "node-agent/app/group_keeper.h"
#include "node-agent/net/group_post.h"
#include "node-agent/net/secret_seal.h"
#include "node-agent/state/group_files.h"

namespace {

using namespace foyer;
using namespace foyer::agent;

constexpr Duration look_again{50};
constexpr Duration late_by{2'000};
constexpr const char* netns_file = "/run/netns/box";

// Says that it is written, and writes later.
class LateFiles final : public GroupFiles {
public:
    explicit LateFiles(GroupFiles& files)
        : files_(files), thread_([this](const std::stop_token& stop) { run(stop); }) {}
    Status save(const PartitionId& partition, const GroupMemory& memory) override {
        const std::scoped_lock lock(mutex_);
        waiting_[partition] = memory;
        return ok_status();
    }
    Status forget(const PartitionId& partition) override { return files_.forget(partition); }
    Result<GroupMemory> load(const PartitionId& partition) override {
        return files_.load(partition);
    }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            os::wait_unless_stopped(late_by);
            const std::scoped_lock lock(mutex_);
            for (const auto& [partition, memory] : waiting_)
                discard(files_.save(partition, memory), "it is the driver that breaks promises");
            waiting_.clear();
        }
    }
    GroupFiles& files_;
    std::mutex mutex_;
    std::map<PartitionId, GroupMemory> waiting_;
    std::jthread thread_;
};

Assignment seat_of(const std::string& first) {
    Assignment seat;
    seat.partition = PartitionId("acme-2");
    seat.instance = InstanceName("acme");
    seat.ordered_at = WallTime{1'000};
    seat.index = ReplicaIndex{2};
    seat.kind = ReplicaKind::Witness;
    for (int index = 0; index < 3; ++index)
        seat.members.push_back(
            {ReplicaIndex{index}, "r" + std::to_string(index) + "g1",
             index == 2 ? ReplicaKind::Witness : ReplicaKind::Data,
             index == 2 ? "fd50:0:0:9::1" : "fd50:0:0:" + std::to_string(index + 1) + "::1"});
    seat.group = GroupWish{{first, ""}, std::nullopt};
    return seat;
}

GroupSeals seals_of(std::shared_ptr<const tls::NodeSigner> signer) {
    const auto text = [](std::span<const std::uint8_t> bytes) {
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    return {
        [signer = std::move(signer), text](std::span<const std::uint8_t> bytes) {
            return tls::sign_with_key(*signer, text(bytes)).value_or("");
        },
        {tls::sha256, [text](const leadership::NodeKey& key, std::span<const std::uint8_t> bytes,
                             const leadership::Signature& signature) {
             return tls::verify_with_key(key.str(), text(bytes), signature).ok();
         }}};
}

// What the master would be told, and makes the first record of.
void tell_incarnation(GroupFiles& files, const PartitionId& partition, const CopyDesk& desk) {
    while (!files.load(partition).ok()) os::wait_unless_stopped(look_again);
    std::printf("%s\n", desk.report().incarnation.c_str());
}

// A witness has no copy, so that what is to be stopped is stopped. Until it holds a record it does
// not know that it is one.
void play_copy(const CopyDesk& desk, CopyOrder& done) {
    const CopyOrder now = desk.order();
    if (now.kill != done.kill) desk.tell(leadership::Fenced{now.kill_epoch});
    if (now.cut != done.cut) desk.tell(leadership::ReceiverStopped{});
    done = now;
}

Status run(const std::string& folder, bool late) {
    SystemClock clock;
    SystemRng rng;
    StderrSink sink;
    Log log(sink, clock);
    const Secret<std::string> key(TRY(tls::read_private_file(folder + "/voter.key")));
    auto votes = std::make_shared<const tls::NodeSigner>(TRY(tls::NodeSigner::make(key)));
    auto mail = TRY(tls::NodeSigner::make(key));
    const auto post = TRY(UdpPost::open(netns_file, std::move(mail)));
    const auto files = TRY(FileGroups::open(folder));
    LateFiles late_files(*files);
    GroupFiles& used = late ? static_cast<GroupFiles&>(late_files) : *files;
    GroupRules rules;
    rules.boot = rng.next();
    GroupKeeper keeper(GroupPorts{*post,
                                  used,
                                  {},
                                  [](const auto&...) { return ok_status(); },
                                  seals_of(std::move(votes)),
                                  clock,
                                  rng,
                                  log,
                                  box_seal(rng)},
                       rules);
    const auto first = os::read_file(folder + "/first");
    const Assignment seat = seat_of(first.ok() ? first.value() : "");
    const auto desk = keeper.seat(seat, /*led=*/false);
    if (!first.ok()) {
        tell_incarnation(*files, seat.partition, *desk);
        return ok_status();
    }
    CopyOrder done;
    for (;;) {  // until the power goes
        play_copy(*desk, done);
        os::wait_unless_stopped(look_again);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: voter-driver FOLDER [late]\n");
        return 2;
    }
    const Status done = run(argv[1], argc > 2 && std::string_view(argv[2]) == "late");
    if (done.ok()) return 0;
    std::fprintf(stderr, "voter-driver: %s\n", done.failure().message.c_str());
    return 1;
}
