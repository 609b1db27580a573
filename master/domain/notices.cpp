#include "master/domain/notices.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace foyer::master {
namespace {

Weight weight_of(const std::vector<Notice>& notices) {
    Weight worst = Weight::Good;
    bool is_over = false;  // by something later
    for (auto at = notices.rbegin(); at != notices.rend(); ++at) {
        const Weight weight = at->told.weight;
        worst = std::max(worst, is_over ? std::min(weight, Weight::Info) : weight);
        is_over = is_over || weight == Weight::Good;
    }
    return worst;
}

}  // namespace

std::optional<Notice> notice_for(const Account& account, const std::set<Topic>& topics,
                                 const Event& event) {
    const EventRule* rule = find_event_rule(event.kind);
    if (rule == nullptr || !rule->told) return std::nullopt;
    const Told& told = *rule->told;
    const bool own = told.owner && !event.owner.empty() && event.owner == account.name;
    const bool runs = told.operators && account.roles.contains(AccountRole::Operator);
    if (!own && !runs) return std::nullopt;
    if (!topics.empty() && !topics.contains(told.topic)) return std::nullopt;
    return Notice{event.sequence, event.at,      event.kind,   told,
                  event.about,    event.subject, event.message};
}

std::vector<Story> stories_of(std::vector<Notice> notices) {
    std::ranges::stable_sort(notices, {}, &Notice::sequence);
    std::map<std::tuple<Topic, EventAbout, std::string>, Story> by_thing;
    for (Notice& notice : notices) {
        Story& story = by_thing[{notice.told.topic, notice.about, notice.subject}];
        story.notices.push_back(std::move(notice));
    }
    std::vector<Story> stories;
    for (auto& [thing, story] : by_thing) {
        story.weight = weight_of(story.notices);
        stories.push_back(std::move(story));
    }
    std::ranges::stable_sort(stories, [](const Story& a, const Story& b) {
        return std::tuple(a.weight, a.notices.back().sequence) >
               std::tuple(b.weight, b.notices.back().sequence);
    });
    return stories;
}

}  // namespace foyer::master
