#include "node-agent/apply.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/address.h"

namespace foyer::agent {
namespace {

constexpr Duration retry_min{5'000};
constexpr Duration retry_max{300'000};
constexpr std::size_t fingerprint_letters = 64;

bool is_away(const Error& failure) {
    return failure.code == ErrorCode::Unavailable || failure.code == ErrorCode::DeadlineExceeded ||
           failure.code == ErrorCode::ResourceExhausted;
}

Status check_said(const ApplyWish& wish) {
    std::string missing;
    const auto need = [&](const char* flag, const std::string& value) {
        if (value.empty()) missing += std::string(missing.empty() ? "" : ", ") + flag;
    };
    need("--master", wish.master);
    need("--ca-sha256", wish.ca_sha256);
    need("--site", wish.site);
    need("--isp", wish.isp);
    need("--country", wish.country);
    need("--contact", wish.contact);
    if (missing.empty()) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "an application also needs " + missing +
                     "; address and fingerprint of the master are what the operator publishes "
                     "(`foyer application how`)");
}

std::string until_text(const ApplicationAnswer& answer, const std::string& before) {
    return answer.until ? before + to_rfc3339(*answer.until) : std::string();
}

}  // namespace

Result<ApplicationOrder> order_of(const ApplyWish& wish, const Resources& offered,
                                  const std::vector<Finding>& findings) {
    TRY(check_said(wish));
    TRY(tls::split_address(wish.master));
    const auto bytes = from_hex(wish.ca_sha256);
    if (!bytes || wish.ca_sha256.size() != fingerprint_letters)
        return error(ErrorCode::InvalidArgument,
                     "--ca-sha256 has 64 hexadecimal digits, as the operator publishes them");
    TRY(check_name("site", wish.site));
    ApplicationOrder order;
    order.applied = {wish.master, to_hex(*bytes), wish.site, offered};
    order.isp = wish.isp;
    order.country = wish.country;
    order.plan = wish.plan;
    order.contact = wish.contact;
    order.message = wish.message;
    for (const Finding& one : findings)
        order.findings.push_back(
            {one.subject, one.value, std::string(to_text(one.verdict)), one.reason});
    return order;
}

std::string offer_text(const Resources& offered) {
    const auto number = [](std::int64_t value) { return std::to_string(value); };
    return number(offered.cpu.count()) + " millicores, " +
           number(offered.memory.count() / mebibytes(1).count()) + " MiB of memory, " +
           number(offered.disk.count() / gibibytes(1).count()) + " GiB of disk and " +
           number(offered.uplink.count()) + " kbit/s of upload";
}

std::string order_page(const ApplicationOrder& order) {
    std::string page = "would tell the master at " + order.applied.master + ":\n";
    const auto line = [&](const char* what, const std::string& value) {
        if (!value.empty()) page += "  " + std::string(what) + " " + value + "\n";
    };
    line("site    ", order.applied.site);
    line("ISP     ", order.isp);
    line("country ", order.country);
    line("plan    ", order.plan);
    line("contact ", order.contact);
    line("message ", order.message);
    line("offer   ", offer_text(order.applied.offered));
    for (const SaidFinding& one : order.findings)
        line("check   ", one.subject + ": " + one.value + " (" + one.verdict + ")");
    return page + "and a request signed with a key that this box would make. Nothing was sent.\n";
}

Result<std::string> application_page(const ApplicationAnswer& answer) {
    const std::string name = "application " + answer.id + ", site '" + answer.site + "', of " +
                             to_rfc3339(answer.applied_at);
    switch (answer.fate) {
        case ApplicationFate::Open:
            return name + ": an operator has to decide" + until_text(answer, ", until ") +
                   "\n  how it stands: foyer-node apply\n  wait for it, then enrol: foyer-node "
                   "apply --wait\n  take it back: foyer-node apply --withdraw\n";
        case ApplicationFate::Approved:
            return name + ": approved as " + answer.node + "; now enrol" +
                   until_text(answer, ", until ") + ": foyer-node enrol\n";
        case ApplicationFate::Withdrawn:
            return name + ": taken back; the master has erased what it said\n";
        case ApplicationFate::Rejected:
            return error(
                ErrorCode::FailedPrecondition,
                name + ": rejected" +
                    (answer.reason.empty() ? "; no reason was given" : ": " + answer.reason));
        case ApplicationFate::Lapsed:
            return error(ErrorCode::FailedPrecondition,
                         name + ": nobody decided in time; apply again");
    }
    CHECK(false);
}

Result<ApplicationAnswer> await_decision(const WaitPorts& ports) {
    Duration pause = retry_min;
    bool told = false;
    for (;;) {
        auto answer = ports.ask();
        if (!answer.ok() && !is_away(answer.failure())) return answer;
        if (answer.ok() && answer.value().fate != ApplicationFate::Open) return answer;
        if (!answer.ok()) {
            if (!told) ports.say(answer.failure().message + "; asking again");
            told = true;
            ports.sleep(pause);
            pause = std::min(pause + pause, retry_max);
            continue;
        }
        if (told) ports.say("the master answers again; an operator has not decided yet");
        told = false;
        pause = retry_min;
        ports.sleep(answer.value().ask_again);
    }
}

Resources bounded(Resources measured, const Resources& applied) {
    measured.cpu = std::min(measured.cpu, applied.cpu);
    measured.memory = std::min(measured.memory, applied.memory);
    measured.disk = std::min(measured.disk, applied.disk);
    measured.uplink = std::min(measured.uplink, applied.uplink);
    return measured;
}

}  // namespace foyer::agent
