// Who may hold a connection: so many in all, so many of each source. A newcomer for whom there is
// no place takes the one that waits longest for its client (before the handshake, for a header,
// between requests), so that silence keeps nobody out. Pure; the caller locks.
//
//   its source is full  ──► the one of that source that waits longest goes
//   all are full        ──► of the source that holds most (the newcomer counted) likewise; never
//   one
//                           of a source that holds fewer than the newcomer's
//   nobody waits there  ──► the newcomer is refused
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/base/id.h"

namespace foyer::master {

using ConnectionNumber = Counter<struct ConnectionTag>;

struct PlaceLimits {
    std::size_t most = 1;
    std::size_t per_source_max = 0;  // 0: as many as there are
};

enum class ConnectionLimit { None, Source, All };
std::string_view to_text(ConnectionLimit limit);  // "none", "source", "all"

struct ConnectionVerdict {
    ConnectionNumber number;                       // none: refused
    ConnectionNumber instead_of;                   // none: there was a place
    ConnectionLimit full = ConnectionLimit::None;  // what had no place left
    bool admitted() const { return number != ConnectionNumber(); }
};

// Since the start.
struct ConnectionCounts {
    std::uint64_t source = 0;  // because its source was full
    std::uint64_t all = 0;     // because all were
};

class ConnectionPlaces {
public:
    explicit ConnectionPlaces(const PlaceLimits& limits) : limits_(limits) {}

    // Whether a newcomer finds a place without anybody going.
    bool has_room(const std::string& source) const;
    // A newcomer, who waits; `source` as source_of() tells. The place of `instead_of` is gone: its
    // connection is to be closed.
    ConnectionVerdict enter(const std::string& source);
    // A request has come, so nobody takes the place until waits(). False: it was taken before.
    bool works(ConnectionNumber number);
    // From now on for its client.
    void waits(ConnectionNumber number);
    // It is closed. Nothing happens to one whose place was taken.
    void leave(ConnectionNumber number);

    std::size_t taken() const { return places_.size(); }
    std::size_t sources() const { return sources_.size(); }
    const ConnectionCounts& refused() const { return refused_; }
    const ConnectionCounts& displaced() const { return displaced_; }

private:
    using Turn = std::uint64_t;  // when a wait began, among all waits
    struct Source {
        std::size_t held = 0;
        std::map<Turn, ConnectionNumber> waiting;  // longest first
    };
    using Sources = std::map<std::string, Source>;
    struct Place {
        Sources::iterator source;
        Turn waits_since = 0;  // 0: works
    };
    // The order in which sources give places up.
    struct Rank {
        std::size_t held;
        Turn waits_since;
        friend bool operator<(const Rank& a, const Rank& b) {
            return a.held != b.held ? a.held > b.held : a.waits_since < b.waits_since;
        }
    };

    bool is_full(const Source& source) const;
    void unrank(Sources::iterator source);
    void rank(Sources::iterator source);
    void set_waiting(Place& place, ConnectionNumber number, bool waiting);
    Sources::iterator gives_way(Sources::iterator own);
    ConnectionVerdict refuse(Sources::iterator own, ConnectionLimit full);
    ConnectionNumber give(Sources::iterator source);

    const PlaceLimits limits_;
    ConnectionNumber last_;
    Turn turn_ = 0;
    std::map<ConnectionNumber, Place> places_;
    Sources sources_;
    std::map<Rank, Sources::iterator> ranked_;  // those with a connection that waits
    ConnectionCounts refused_;
    ConnectionCounts displaced_;
};

}  // namespace foyer::master
