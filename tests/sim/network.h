// The lines between boxes, master and customers: delay, loss, duplication, reordering, cuts in one
// direction or both, of a box, an ISP, a country or the master.
//
// A quiet held call costs nothing: its rounds are accounted for when somebody needs to know
// (materialise), not while they go by.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "tests/sim/box.h"
#include "tests/sim/sim_master.h"

namespace foyer::sim {

// How bad the weather is; per mille of messages.
struct Weather {
    int loss = 0;
    int late = 0;       // delayed by seconds: others overtake it
    int duplicate = 0;  // arrives a second time, later
};

// The one-time token of a box, as its hash.
inline std::string token_of(const NodeId& node) { return std::string("token-").append(node.str()); }

struct Cut {
    std::vector<int> boxes;
    bool up = true;       // calls do not arrive
    bool down = true;     // answers do not
    bool overlay = true;  // partitions reach nobody
};

class Network final : public Line {
public:
    Network(Room& room, SimMaster& master);

    void connect(std::vector<std::unique_ptr<Box>>& boxes, Services& services);
    Weather weather;

    // agent -> master
    void sync(int box, SyncReport report, Answered answered) override;
    void hang_up(int box) override;
    void enrol(int box) override;
    void renew(int box) override;
    void progress(int box) override;
    Moment certificate_life = 90 * day;
    void routes_applied(int box, const std::map<std::string, EdgeRoute>& routes) override;

    // person -> master; `answered` runs at most once.
    using Told = std::function<void(Result<master::Answer>)>;
    void ask(master::Write write, Told answered);

    void cut(const Cut& cut);
    void heal(const Cut& cut);
    void cut_master(bool cut);
    // The master is cut from everyone, and this box was on the line until then.
    bool lost_only_by_cut(int box) const {
        return master_cut_ && heard_at_cut_[static_cast<std::size_t>(box)];
    }
    bool is_master_cut() const { return master_cut_; }
    Moment cut_at() const { return cut_at_; }
    bool is_reachable(int box) const;  // both ways, and the master is not cut
    bool overlay_connected(int a, int b) const;

    void master_died();
    // Accounts for the rounds of held calls that went by in silence.
    void materialise(int box, bool ends_for_real);
    void hear_everybody();

private:
    bool is_lost();
    Moment delay();
    bool calls_arrive(int box) const;
    bool answers_arrive(int box) const;
    void arrive(int box, const SyncReport& report, std::uint64_t call, const Answered& answered);
    void answer(int box, std::uint64_t call, const Answered& answered, Result<SyncAnswer> with);
    void time_out(int box, const Answered& answered);
    void changed(const std::vector<int>& boxes);

    Room& room_;
    SimMaster& master_;
    Dice dice_;
    std::vector<std::unique_ptr<Box>>* boxes_ = nullptr;
    Services* services_ = nullptr;
    struct Held {
        Moment began = 0;
        std::uint64_t call = 0;  // as the network counts them; the newest
        bool at_master = false;  // arrived, not answered yet
        EventId end = no_event;  // its real end, when somebody waits for it
    };
    std::vector<Held> held_;
    std::uint64_t calls_ = 0;
    bool master_cut_ = false;
    Moment cut_at_ = 0;
    std::vector<bool> heard_at_cut_;  // whose call was held when the master was cut off
    // edge -> hostname -> the newest it served
    std::vector<std::map<std::string, std::pair<Fence, Revision>>> edge_fences_;
};

}  // namespace foyer::sim
