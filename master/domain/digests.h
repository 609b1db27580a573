// What is mailed next to which contact, and when. Pure: rows, events, outcomes and times come in;
// the shell (master/notices) reads events, writes down and sends.
//
//   Resting ──the digest is due──► Noting ──written down──► Due ──► Sending ──taken──► Resting
//      ▲                             │ ▲                      ▲        │
//      └──────── could not be ───────┘ │                      └────────┴── failed: after a while
//   after a start: what was under way ─┘                                   the same mail again
//
// What belongs to a mail is written down before it is sent, so that after a crash the same mail
// goes, under the same Message-ID: nothing is lost, the last one may come twice.
//
// The digest's rule (due_at): notices that come shortly after one another are one mail; something
// urgent waits no longer than the window; what was told before within the hour (a box that comes
// and goes) waits as long as anything may.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/time.h"
#include "master/domain/contacts.h"
#include "master/domain/deliveries.h"
#include "master/domain/notices.h"

namespace foyer::master {

struct DigestSettings {
    Duration window{60'000};        // so long after the last notice a mail goes
    Duration hold_max{900'000};     // and so long after the first one at most
    Duration repeat{3'600'000};     // what was mailed so shortly before is no news
    std::size_t pending_max = 200;  // notices that wait for one contact; more are only counted
    std::size_t at_once = 4;        // mails under way
    std::int64_t per_hour = 500;    // mails that are taken, of all contacts together
    DeliveryLimits retry{4, Duration(60'000), Duration(3'600'000), 1'000};
};

struct Pending {
    Notice notice;
    bool repeated = false;  // of the same kind about the same thing as one mailed lately
};

// When a mail with these goes. Nothing: there are none.
std::optional<WallTime> due_at(const std::deque<Pending>& pending, const DigestSettings& settings);

// One contact as it was followed; an answer for one that is gone finds nobody.
struct MailTicket {
    ContactId id;
    std::uint64_t number = 0;
    friend bool operator==(const MailTicket&, const MailTicket&) = default;
};

struct MailOut {
    MailTicket ticket;
    AccountId account;
    std::string address;
    Language language = Language::English;
    std::int64_t number = 0;  // 1, 2, 3… of this contact, digests and codes apart
    // Either a code,
    std::optional<Sealed> code;
    WallTime code_expires_at;
    // or notices.
    std::vector<Notice> notices;
    std::size_t left_out = 0;  // more of them
};

enum class MailFailure {
    Later,    // the server is away, busy, or says that it will do later
    Refused,  // this address is refused for good
};

class Digests {
public:
    explicit Digests(DigestSettings settings = {}) : settings_(settings) {}

    void follow(const State& state);
    // After which sequence events are to be read. Nothing: nobody waits for any up to `last`.
    std::optional<std::int64_t> wanted(std::int64_t last) const;
    // All events after the wanted sequence up to `last`, in order.
    void heard(const std::vector<Event>& events, std::int64_t last);

    struct Turn {
        std::vector<MailProgress> note;  // to be written down; then noted() for each
        std::vector<MailTicket> noting;  // of these
        std::vector<MailOut> send;
    };
    // `held`: this master has just begun to listen: nothing new is begun.
    Turn turn(WallTime now, MonoTime mono, bool held);
    void noted(const MailTicket& ticket, bool done);
    void taken(const MailTicket& ticket, WallTime now, MonoTime mono);
    // `chance` as of Deliveries::failed.
    void failed(const MailTicket& ticket, MailFailure kind, const std::string& why, MonoTime mono,
                WallTime now, std::uint64_t chance);

    // What the rows do not say yet. `all`: the smallest step too (before the end).
    std::vector<MailProgress> progress(bool all) const;

    std::size_t pending() const;

private:
    enum class Phase { Resting, Noting, Due, Sending };
    using Thing = std::tuple<std::string, EventAbout, std::string>;
    struct Followed {
        Contact row;      // as it was committed
        Account account;  // likewise
        std::uint64_t ticket = 0;
        Phase phase = Phase::Resting;
        MonoTime due;
        std::int64_t seen = 0;  // events up to this one were looked at
        std::int64_t last = 0;
        std::int64_t mails = 0;
        std::int64_t under_way = 0;
        bool code_mailed = false;
        std::deque<Pending> pending;
        std::size_t left_out = 0;
        std::vector<Notice> mail;  // under way
        std::size_t mail_left_out = 0;
        std::map<Thing, WallTime> told;  // lately
        std::optional<WallTime> failing_since;
        std::string failure;
        int refused = 0;
        int attempts = 0;
    };

    static bool is_code(const Followed& one);
    static MailProgress progress_of(const Followed& one);
    static MailOut out_of(const Followed& one);
    void begin(Followed& one, const Contact& row);
    void add(Followed& one, Notice notice) const;
    static void gather(Followed& one);
    Followed* find(const MailTicket& ticket, Phase phase);
    std::vector<Followed*> in_order();
    std::size_t count(Phase phase) const;

    DigestSettings settings_;
    std::uint64_t last_ticket_ = 0;
    std::map<ContactId, Followed> followed_;
    std::deque<MonoTime> taken_;  // within the last hour
};

}  // namespace foyer::master
