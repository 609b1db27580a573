#include "node-agent/app/edge_watch.h"

namespace foyer::agent {
namespace {

namespace lead = leadership;

lead::Letter question(const EdgeRoute& route, ReplicaIndex to, std::uint64_t nonce) {
    lead::Letter letter;
    letter.ordered_at = route.ordered_at;
    letter.message.envelope.group = route.instance;
    letter.message.envelope.from = lead::outsider;
    letter.message.envelope.to = to;
    letter.message.body = lead::Read{nonce};
    return letter;
}

}  // namespace

void EdgeWatch::follow(const EdgeRoutes& routes) {
    std::map<std::string, Watched> next;
    name_of_.clear();
    for (const auto& [name, route] : routes) {
        if (route.voters.empty()) continue;
        Watched& watched = next[name];
        const auto before = watched_.find(name);
        const bool same = before != watched_.end() &&
                          !is_other_order(before->second.route.ordered_at, route.ordered_at);
        if (same) watched.watch = std::move(before->second.watch);
        watched.route = route;
        name_of_[route.instance] = name;
    }
    watched_ = std::move(next);
}

void EdgeWatch::hear(const lead::Letter& letter, const GroupMail& mail, MonoTime now) {
    const auto name = name_of_.find(letter.message.envelope.group);
    if (name == name_of_.end()) return;
    Watched& watched = watched_.at(name->second);
    if (is_other_order(letter.ordered_at, watched.route.ordered_at)) return;
    if (const auto* answer = std::get_if<lead::ReadAnswer>(&letter.message.body))
        watched.watch = heard(std::move(watched.watch), letter.message.envelope.from,
                              {mail.node_key, *answer}, rules_, now);
    else if (const auto* news = std::get_if<lead::Announce>(&letter.message.body))
        watched.watch =
            hurried(std::move(watched.watch), lead::fence_of(news->record.ballot), rules_, now);
}

void EdgeWatch::tick(Rng& rng, MonoTime now, const Send& send) {
    for (auto& [name, watched] : watched_) {
        if (!is_time_to_ask(watched.watch, now)) continue;
        const std::uint64_t nonce = rng.next() | 1U;
        watched.watch = asked(std::move(watched.watch), nonce, rules_, now);
        for (const RouteVoter& voter : watched.route.voters)
            send(voter.address, question(watched.route, voter.index, nonce));
    }
}

EdgeRoutes EdgeWatch::proven(MonoTime now) const {
    EdgeRoutes routes;
    for (const auto& [name, watched] : watched_)
        routes[name] = proven_route(watched.route, watched.watch, rules_, now);
    return routes;
}

}  // namespace foyer::agent
