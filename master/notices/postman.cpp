#include "master/notices/postman.h"

#include <utility>

#include "master/notices/mime.h"

namespace foyer::master {
namespace {

constexpr Duration rest{200};    // until it is looked for news again
constexpr Duration at_work{10};  // while the database is asked

}  // namespace

Postman::Postman(Planner& planner, EventHistory& events, const SecretSeal& seal, const Clock& clock,
                 Rng& rng, Log& log, PostmanConfig config)
    : planner_(planner),
      events_(events),
      seal_(seal),
      clock_(clock),
      rng_(rng),
      log_(log),
      config_(std::move(config)),
      digests_(config_.digests),
      mails_(config_.server),
      notes_(planner),
      hearing_(config_.hearing_gap) {}

Postman::~Postman() { stop(); }

void Postman::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Postman::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    notes_.last(NoteMails{digests_.progress(true)});
}

PostmanCounters Postman::counters() const { return {taken_, failed_, pending_}; }

void Postman::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        // Another master, or none that can write down what was sent: nothing new is begun.
        const bool leads = planner_.phase() == PlannerPhase::Leading;
        hearing_.note(clock_.mono(), clock_.wall(), leads);
        if (leads) step();
        pending_ = digests_.pending();
        mails_.turn(reading_ ? at_work : rest);
    }
}

bool Postman::is_held() {
    return !hearing_.since() || clock_.wall() - *hearing_.since() < config_.settle;
}

void Postman::step() {
    planner_.read([&](const State& state) {
        if (seen_ != state.revision()) digests_.follow(state);
        seen_ = state.revision();
        last_event_ = state.last_event();
    });
    take_inbox();
    read_events();
    Digests::Turn turn = digests_.turn(clock_.wall(), clock_.mono(), is_held());
    if (!turn.note.empty()) write_down(std::move(turn.note), std::move(turn.noting));
    for (const MailOut& mail : turn.send) send(mail);
    if (clock_.mono() < next_note_) return;
    next_note_ = clock_.mono() + config_.note;
    notes_.note([this] { return NoteMails{digests_.progress(false)}; });
}

void Postman::read_events() {
    const auto after = digests_.wanted(last_event_);
    if (!after || reading_) return;
    reading_ = true;
    events_.since(EventFilter{}, *after, config_.page_size,
                  [inbox = inbox_](Result<EventsSince> events) {
                      const std::lock_guard lock(inbox->mutex);
                      inbox->events.push_back(std::move(events));
                  });
}

void Postman::take_inbox() {
    Inbox taken;
    {
        const std::lock_guard lock(inbox_->mutex);
        taken.events.swap(inbox_->events);
        taken.noted.swap(inbox_->noted);
    }
    for (const auto& events : taken.events) {
        reading_ = false;
        // What could not be read is asked for again.
        if (events.ok()) digests_.heard(events.value().events, events.value().last);
    }
    for (const auto& [tickets, done] : taken.noted)
        for (const MailTicket& ticket : tickets) digests_.noted(ticket, done);
}

void Postman::write_down(std::vector<MailProgress> progress, std::vector<MailTicket> tickets) {
    Write write;
    write.command = NoteMails{std::move(progress)};
    planner_.submit(std::move(write),
                    [inbox = inbox_, tickets = std::move(tickets)](const Result<Answer>& done) {
                        const std::lock_guard lock(inbox->mutex);
                        inbox->noted.emplace_back(tickets, done.ok());
                    });
}

void Postman::send(const MailOut& mail) {
    MailText text;
    if (mail.code) {
        const auto code = seal_.open(*mail.code, contact_code_place(mail.ticket.id));
        if (!code.ok())
            return ended(mail, {SmtpOutcome::Later, "its code cannot be read: mail a new one"});
        text = code_text(mail, code.value().reveal());
    } else {
        text = notices_text(mail,
                            {clock_.wall(), hearing_.since(), config_.settle, config_.old_after});
    }
    const std::string& sender = config_.server.sender;
    const MailHead head{sender,
                        mail.address,
                        std::move(text.subject),
                        message_id_of(mail, sender),
                        std::string(to_text(mail.language)),
                        clock_.wall()};
    mails_.start(mail.address, mime_message(head, text.body),
                 [this, mail](const SmtpResult& result) { ended(mail, result); });
}

void Postman::ended(const MailOut& mail, const SmtpResult& result) {
    if (result.outcome == SmtpOutcome::Taken) {
        ++taken_;
        return digests_.taken(mail.ticket, clock_.wall(), clock_.mono());
    }
    ++failed_;
    const bool refused = result.outcome == SmtpOutcome::Refused;
    log_.info("mail_failed",
              {{"contact", mail.ticket.id}, {"refused", refused}, {"why", result.why}});
    digests_.failed(mail.ticket, refused ? MailFailure::Refused : MailFailure::Later, result.why,
                    clock_.mono(), clock_.wall(), rng_.next());
}

}  // namespace foyer::master
