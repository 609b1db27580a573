// Mails accounts what concerns them, on one thread: follows the rows, reads events, writes down,
// sends. What goes to whom and when is decided by master/domain/{event_kinds,notices,digests}.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/event_history.h"
#include "master/app/hearing.h"
#include "master/app/planner.h"
#include "master/app/secret_seal.h"
#include "master/domain/digests.h"
#include "master/notices/notice_mail.h"
#include "master/notices/progress_notes.h"
#include "master/notices/smtp_send.h"

namespace foyer::master {

struct PostmanConfig {
    DigestSettings digests;
    SmtpServer server;
    Duration settle{90'000};  // after a start: boxes tell what they know before anything is mailed
    Duration old_after{3'600'000};
    Duration note{1'000};          // how often it is written down
    Duration hearing_gap{30'000};  // hearing.h
    int page_size = 200;           // events read at once
};

struct PostmanCounters {
    std::uint64_t taken = 0;
    std::uint64_t failed = 0;
    std::uint64_t pending = 0;  // notices that wait, those under way among them
};

class Postman {
public:
    // Borrows everything but the configuration.
    Postman(Planner& planner, EventHistory& events, const SecretSeal& seal, const Clock& clock,
            Rng& rng, Log& log, PostmanConfig config);
    ~Postman();

    void start();
    // Mails under way are given up (they come again), how far it is is written down. Before the
    // history and the planner stop.
    void stop();
    PostmanCounters counters() const;

private:
    // What other threads answer. Shared: they may answer after we are gone.
    struct Inbox {
        std::mutex mutex;
        std::deque<Result<EventsSince>> events;
        std::deque<std::pair<std::vector<MailTicket>, bool>> noted;
    };

    void run(const std::stop_token& stop);
    void step();
    void read_events();
    void take_inbox();
    bool is_held();
    void write_down(std::vector<MailProgress> progress, std::vector<MailTicket> tickets);
    void send(const MailOut& mail);
    void ended(const MailOut& mail, const SmtpResult& result);

    Planner& planner_;
    EventHistory& events_;
    const SecretSeal& seal_;
    const Clock& clock_;
    Rng& rng_;
    Log& log_;
    PostmanConfig config_;
    Digests digests_;
    SmtpMails mails_;
    ProgressNotes notes_;
    Hearing hearing_;
    std::optional<Revision> seen_;
    std::int64_t last_event_ = 0;
    bool reading_ = false;
    MonoTime next_note_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    std::atomic<std::uint64_t> taken_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> pending_{0};
    std::jthread thread_;
};

}  // namespace foyer::master
