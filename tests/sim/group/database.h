// A small model of one copy's database: a log of (fence, number) entries, a receiver with an unread
// socket, acknowledgements by names and k_db, and the promote marker. Time is the caller's.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "common/leadership/in_sync.h"

namespace foyer::sim::group {

struct Entry {
    Fence fence;               // of the leader that wrote it
    std::uint64_t number = 0;  // of the client's write; 0: the marker of its fence
    friend bool operator==(const Entry&, const Entry&) = default;
};
using Log = std::vector<Entry>;

enum class Mode { Down, Standby, Primary };

// A standby's connection to its leader. What was sent and not yet read waits in the socket.
struct Receiver {
    ReplicaIndex leader;
    Fence fence;
    std::uint64_t connection = 0;
};

// The leader's side of it.
struct Sender {
    std::uint64_t connection = 0;
    std::size_t sent = 0;           // entries
    std::int64_t last_arrival = 0;  // one socket: what was sent first is read first
    std::size_t flushed = 0;        // acknowledged by the standby
};

struct PendingWrite {
    std::uint64_t number = 0;
    std::size_t end = 0;  // of the log, its entry included
};

struct Database {
    Log log;
    std::size_t flushed = 0;   // entries that survive a crash
    std::size_t replayed = 0;  // of a standby: those whose markers its recovery has come to
    Mode mode = Mode::Down;
    std::uint64_t kills = 0;  // what was begun before a kill is not finished after it

    std::optional<std::pair<ReplicaIndex, Fence>> follows;  // connection settings
    std::optional<Receiver> receiver;

    Fence promoted;
    bool clients_open = false;
    leadership::DatabaseQuorum quorum;  // in force
    std::map<ReplicaIndex, Sender> senders;
    std::map<ReplicaIndex, std::size_t> held;  // newest flush acknowledged in this fence
    std::vector<PendingWrite> pending;
    std::vector<std::uint64_t> unheld;  // committed here, not waited for: whoever reads sees them
    std::map<std::uint64_t, std::size_t> read_ends;  // by the number of each ReadEnd

    // The newest marker that is known of it, and the end on disk.
    leadership::LogPosition position() const;
    bool is_replayed() const;  // so that both are of the same log
    Fence newest_marker() const;
    // Copies that hold the log up to `end`, this one included, as the quorum in force counts.
    int copies_of(std::size_t end) const;
    bool has(std::uint64_t number) const;

    void append(const Entry& entry) { log.push_back(entry); }
    void kill(std::size_t survives);  // SIGKILL or power: entries beyond `survives` are gone
    void promote(Fence fence);
    void cut();  // the receiver is gone, and all it had not read
};

bool is_prefix(const Log& start, const Log& whole);
std::size_t common_prefix(const Log& a, const Log& b);

}  // namespace foyer::sim::group
