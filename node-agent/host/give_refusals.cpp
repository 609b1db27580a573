#include "node-agent/host/give_refusals.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "node-agent/state/host_json.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

constexpr Duration stopped_within{30'000};
constexpr Duration look_again{200};

bool is_none(const std::vector<std::string>& texts) {
    return texts.size() == 1 && texts.front() == "none";
}

Result<HostRefusals> refusals_in(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    const auto set =
        body.is_object() ? refusals_from_json(body.value("refuses", Json())) : std::nullopt;
    if (set) return *set;
    return error(ErrorCode::FailedPrecondition,
                 "the agent that runs is older than this command and refuses nothing: systemctl "
                 "restart foyer-node, then try it again");
}

// Why each partition that is assigned here is refused.
std::vector<std::pair<std::string, std::string>> refused_here(const std::string& status) {
    std::vector<std::pair<std::string, std::string>> found;
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    const Json refuses = body.is_object() ? body.value("refuses", Json::object()) : Json::object();
    const Json here = refuses.is_object() ? refuses.value("here", Json::object()) : Json::object();
    for (const auto& [partition, why] : here.items())
        if (why.is_string()) found.emplace_back(partition, why.get<std::string>());
    return found;
}

// Those of them in which something runs: "acme-0 (stopping)".
std::vector<std::string> refused_running(const std::string& status) {
    std::vector<std::string> found;
    const auto here = refused_here(status);
    for (const std::string& running : still_running(status)) {
        const std::string name = running.substr(0, running.find(' '));
        const auto is_it = [&](const auto& one) { return one.first == name; };
        if (std::ranges::any_of(here, is_it)) found.push_back(running);
    }
    return found;
}

Result<std::string> wait_stopped(std::string status, const OrderPorts& ports) {
    const MonoTime began = ports.clock.mono();
    while (true) {
        const auto running = refused_running(status);
        if (running.empty()) return status;
        if (ports.clock.mono() - began >= stopped_within)
            return error(ErrorCode::DeadlineExceeded,
                         "still running after 30 s: " + join(running, ", ") +
                             "; the agent goes on stopping it, see foyer-node status");
        ports.sleep(look_again);
        status = TRY(ports.ask(to_line({})));
    }
}

}  // namespace

Result<HostRefusals> edited(const HostRefusals& set, const RefusalsEdit& edit) {
    HostRefusals wanted = edit.clear ? HostRefusals{} : set;
    wanted.now = edit.now;
    std::vector<std::string> mistakes;
    if (!edit.countries.empty()) wanted.what.countries.clear();
    if (!is_none(edit.countries))
        for (const std::string& country : edit.countries)
            wanted.what.countries.insert(CountryCode(country));
    if (!edit.kinds.empty()) wanted.what.kinds.clear();
    for (const std::string& text : is_none(edit.kinds) ? std::vector<std::string>() : edit.kinds) {
        const auto kind = release_kind_from(text);
        if (kind) {
            wanted.what.kinds.insert(*kind);
            continue;
        }
        mistakes.push_back("kind: '" + text +
                           "' is no kind of releases; there are erp, database, web, mail and "
                           "other, or none");
    }
    const Status sane = check(wanted);
    if (!sane.ok()) mistakes.push_back(sane.failure().message);
    if (!mistakes.empty()) return error(ErrorCode::InvalidArgument, join(mistakes, "\n"));
    return wanted;
}

Result<std::string> give_refusals(const RefusalsEdit& edit, const OrderPorts& ports) {
    const std::string before = TRY(ports.ask(to_line({})));
    const HostRefusals set = TRY(refusals_in(before));
    if (!edit.any()) return before;
    HostRequest request;
    request.refuses = TRY(edited(set, edit));
    std::string answer = TRY(ports.ask(to_line(request)));
    if (const auto why = refusal_in(answer)) return error(ErrorCode::FailedPrecondition, *why);
    return edit.now ? wait_stopped(std::move(answer), ports) : Result<std::string>(answer);
}

Result<std::string> refusals_page(const std::string& status) {
    const HostRefusals set = TRY(refusals_in(status));
    std::string page = "refused  " + to_text(set.what) + "\n";
    const auto here = refused_here(status);
    if (here.empty() && set.what.any()) page += "         nothing of it is here\n";
    const auto running = still_running(status);
    for (const auto& [partition, why] : here) {
        const auto is_it = [&, name = partition + " "](const std::string& one) {
            return one.starts_with(name);
        };
        const bool runs = std::ranges::any_of(running, is_it);
        page += "here     " + partition +
                (runs ? ", served until another box has it" : ", stopped") + ": this host " + why +
                "\n";
    }
    if (set.what.any()) page += "         it ends with: foyer-node refuse clear\n";
    return page;
}

}  // namespace foyer::agent
