// The moments of takeovers on their way to the master: the newest of each copy and each name are
// kept, told until they are acknowledged, and told again to every new master. A part of
// ObservationBook, whose lock holds it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "common/model/takeover.h"

namespace foyer::agent {

// What is worth keeping over the death of the agent.
struct KeptTakeovers {
    std::vector<LeadershipReport> leaderships;
    std::vector<RoutingReport> routings;
    friend bool operator==(const KeptTakeovers&, const KeptTakeovers&) = default;
};

class TakeoverLog {
public:
    static constexpr std::size_t kept_each = 16;    // of a copy, of a name
    static constexpr std::size_t kept_max = 1'024;  // of all together: of an edge with many names

    // False: known already. What is told of one leadership grows: the newer one stands for both.
    bool note(const LeadershipReport& seen) {
        return leaderships_.note(seen, seen.partition.str());
    }
    bool note(const RoutingReport& seen) { return routings_.note(seen, seen.instance.str()); }
    void forget(const PartitionId& partition) { leaderships_.forget(partition.str()); }

    bool has_unsent() const { return leaderships_.has_unsent() || routings_.has_unsent(); }
    bool has_unacknowledged() const {
        return leaderships_.has_unacknowledged() || routings_.has_unacknowledged();
    }
    // What is not acknowledged, or everything; it goes out with the report of this number.
    void take(std::uint64_t number, bool all, std::vector<LeadershipReport>& leaderships,
              std::vector<RoutingReport>& routings) {
        leaderships_.take(number, all, leaderships);
        routings_.take(number, all, routings);
    }
    KeptTakeovers kept() const { return {leaderships_.all(), routings_.all()}; }
    void acknowledge(std::uint64_t number) {
        leaderships_.acknowledge(number);
        routings_.acknowledge(number);
    }

private:
    template <class Report>
    class Kept {
    public:
        bool note(const Report& seen, const std::string& of);
        void forget(const std::string& of) {
            std::erase_if(entries_, [&](const Entry& entry) { return entry.of == of; });
        }
        bool has_unsent() const;
        bool has_unacknowledged() const;
        void take(std::uint64_t number, bool all, std::vector<Report>& into);
        void acknowledge(std::uint64_t number);
        std::vector<Report> all() const;

    private:
        struct Entry {
            std::string of;
            Report report;
            bool unsent = true;         // since it changed
            std::uint64_t sent_in = 0;  // report not acknowledged yet; 0: none
        };
        std::deque<Entry> entries_;  // oldest first
    };

    Kept<LeadershipReport> leaderships_;
    Kept<RoutingReport> routings_;
};

}  // namespace foyer::agent
