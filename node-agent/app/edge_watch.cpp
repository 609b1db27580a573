#include "node-agent/app/edge_watch.h"

#include "common/leadership/record_text.h"

namespace foyer::agent {
namespace {

namespace lead = leadership;

lead::Letter question(const EdgeRoute& route, ReplicaIndex to, const lead::Read& read) {
    lead::Letter letter;
    letter.ordered_at = route.ordered_at;
    letter.message.envelope.group = route.instance;
    letter.message.envelope.from = lead::outsider;
    letter.message.envelope.to = to;
    letter.message.body = read;
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
        if (same) watched = std::move(before->second);
        watched.route = route;
        begin(watched);
        name_of_[route.instance] = name;
    }
    watched_ = std::move(next);
}

// A generation begins with what the master signed; whatever else is said is verified from there.
void EdgeWatch::begin(Watched& watched) const {
    const EdgeRoute& route = watched.route;
    if (!verifier_.check) {
        watched.watch.members = MembersUnsigned{};
        return;
    }
    if (route.first.text.empty() || route.first.text == watched.first) return;
    watched.first = route.first.text;
    const auto first = lead::parse_record(route.first.text);
    if (first.ok() && check_(route.instance, route.ordered_at, route.first).ok())
        watched.watch = begun(std::move(watched.watch), first.value(), verifier_);
}

void EdgeWatch::hear(const lead::Letter& letter, const GroupMail& mail, MonoTime now) {
    const auto name = name_of_.find(letter.message.envelope.group);
    if (name == name_of_.end()) return;
    Watched& watched = watched_.at(name->second);
    if (is_other_order(letter.ordered_at, watched.route.ordered_at)) return;
    const RouteCourt court{watched.route.instance, verifier_, rules_};
    if (const auto* answer = letter.message.body.get_if<lead::ReadAnswer>())
        watched.watch = heard(std::move(watched.watch), letter.message.envelope.from,
                              {mail.node_key, *answer}, court, now);
    else if (const auto* news = letter.message.body.get_if<lead::Announce>())
        watched.watch = announced(std::move(watched.watch), *news, court, now);
}

void EdgeWatch::tick(Rng& rng, MonoTime now, const Send& send) {
    for (auto& [name, watched] : watched_) {
        if (!is_time_to_ask(watched.watch, now)) continue;
        const std::uint64_t nonce = rng.next() | 1U;
        watched.watch = asked(std::move(watched.watch), nonce, rules_, now);
        for (const RouteVoter& voter : watched.route.voters)
            send(voter.address,
                 question(watched.route, voter.index, {nonce, chain_tip(watched.watch)}));
    }
}

EdgeRoutes EdgeWatch::proven(MonoTime now) const {
    EdgeRoutes routes;
    for (const auto& [name, watched] : watched_)
        routes[name] = proven_route(watched.route, watched.watch, rules_, now);
    return routes;
}

}  // namespace foyer::agent
