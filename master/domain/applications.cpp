#include "master/domain/applications.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"
#include "common/base/enum_text.h"
#include "common/base/one_line.h"
#include "common/base/text.h"
#include "master/domain/contacts.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"
#include "master/domain/line_check.h"

namespace foyer::master {
namespace {

constexpr Duration day = limits::of_days(1);

Error bad_field(const std::string& field, const std::string& why) {
    return error(ErrorCode::InvalidArgument, "'" + field + "' " + why, {{"field", field}});
}

Status check_line_of_text(const std::string& field, const std::string& text, std::size_t most) {
    if (one_line(text, most) == text) return ok_status();
    return bad_field(field, "is one line of at most " + std::to_string(most) + " bytes");
}

Status check_finding(const CheckFinding& one) {
    TRY(check_line_of_text("findings.subject", one.subject, check_subject_bytes_max));
    TRY(check_line_of_text("findings.value", one.value, check_value_bytes_max));
    TRY(check_line_of_text("findings.verdict", one.verdict, check_verdict_bytes_max));
    return check_line_of_text("findings.reason", one.reason, check_reason_bytes_max);
}

Status check_words(const Application& row) {
    CHECK(!row.id.empty() && !row.key_fingerprint.empty() && !row.secret_hash.empty());
    TRY(check_name("site", row.site.str()));
    TRY(check_name("ISP", row.isp.str()));
    TRY(check_country(row.country));
    TRY(check_mail_address(row.contact));
    TRY(check_line_of_text("plan", row.plan, application_plan_bytes_max));
    TRY(check_line_of_text("message", row.message, application_message_bytes_max));
    if (!is_sane(row.offered))
        return bad_field("offered", "is more than 0 of cpu, memory and disk");
    if (row.findings.size() > check_findings_max)
        return bad_field("findings",
                         "has at most " + std::to_string(check_findings_max) + " lines");
    for (const CheckFinding& one : row.findings) TRY(check_finding(one));
    return ok_status();
}

// The newest that fits; one that is open before all, also where the clock was set back meanwhile.
template <class Fits>
const Application* newest_where(const State& state, Fits fits) {
    const auto rank = [](const Application& row) {
        return std::tuple(row.state == ApplicationState::Open, row.created_at,
                          row.state == ApplicationState::Approved);
    };
    const Application* newest = nullptr;
    for (const auto& [id, row] : state.applications()) {
        if (fits(row) && (newest == nullptr || rank(row) > rank(*newest))) newest = &row;
    }
    return newest;
}

const Application* find_of_key(const State& state, const std::string& key_fingerprint) {
    return newest_where(
        state, [&](const Application& row) { return row.key_fingerprint == key_fingerprint; });
}

bool asks_the_same(const Application& a, const Application& b) {
    return a.site == b.site && a.isp == b.isp && a.country == b.country && a.contact == b.contact;
}

// Whether this box is answered by what it asked before, rather than asking anew.
Result<bool> is_answered_by(const State& state, const Application& before,
                            const Application& asked) {
    switch (before.state) {
        case ApplicationState::Withdrawn:
        case ApplicationState::Lapsed: return false;
        case ApplicationState::Approved: {
            const Node* node = state.nodes().get(before.node);
            if (node == nullptr || node->token_hash != before.secret_hash) return false;
            break;
        }
        case ApplicationState::Rejected: break;
        case ApplicationState::Open:
            if (asks_the_same(before, asked)) break;
            return error(ErrorCode::FailedPrecondition,
                         "this box has applied already, as site '" + before.site.str() +
                             "', and that is not decided yet; to say it differently: foyer-node "
                             "apply --withdraw, then apply again",
                         {{"rule", "application_differs"}, {"application", before.id.str()}});
    }
    if (before.secret_hash == asked.secret_hash) return true;
    return error(ErrorCode::PermissionDenied,
                 "a box with this key has applied with another secret; give this box a key of its "
                 "own: foyer-node clear --erase",
                 {{"rule", "application_secret"}});
}

Error too_many(const char* rule, const std::string& why) {
    return error(ErrorCode::ResourceExhausted, why, {{"rule", rule}});
}

Status check_room(const State& state, const Application& asked, WallTime now) {
    const ApplicationSettings& settings = state.settings().applications;
    int open = 0;
    int of_day = 0;
    int of_source = 0;
    for (const auto& [id, row] : state.applications()) {
        if (row.state == ApplicationState::Open) ++open;
        if (now - row.created_at >= day) continue;
        ++of_day;
        if (row.source_hash == asked.source_hash) ++of_source;
    }
    if (of_source >= settings.source_day_max)
        return too_many("applications_of_source",
                        "from your line came " + std::to_string(of_source) +
                            " applications within a day, as many as are taken; apply tomorrow, or "
                            "ask the operator for a token");
    if (of_day >= settings.day_max)
        return too_many("applications_of_day",
                        "as many applications as are taken in a day came already; apply tomorrow");
    if (open >= settings.open_max)
        return too_many("applications_open",
                        "as many applications as are taken wait for the operator; apply again in "
                        "some days");
    return ok_status();
}

Error site_taken(const SiteId& site) {
    return error(ErrorCode::AlreadyExists,
                 "a site '" + site.str() + "' is there or was asked for; choose another name",
                 {{"rule", "site_taken"}, {"field", "site"}});
}

Status check_site_free(const State& state, const Application& asked) {
    if (state.sites().contains(asked.site)) return site_taken(asked.site);
    for (const auto& [id, row] : state.applications()) {
        if (row.state == ApplicationState::Open && row.site == asked.site)
            return site_taken(asked.site);
    }
    return ok_status();
}

void erase_words(Application& row, WallTime now) {
    row.plan.clear();
    row.contact.clear();
    row.message.clear();
    row.findings.clear();
    row.erased_at = now;
}

std::string network_of(const AutonomousSystem& line) {
    const std::string number = "AS" + std::to_string(line.number.number());
    return line.holder.empty() ? number : number + " (" + line.holder + ")";
}

void remark_on_line(const State& state, const Application& row, const Isp* isp,
                    std::vector<std::string>& remarks) {
    if (!row.line) {
        remarks.emplace_back("it is not known in whose network its address was");
        return;
    }
    const std::string where = "its address was in " + network_of(*row.line);
    const auto networks = isp != nullptr ? networks_of(state, isp->family) : std::vector<Asn>{};
    if (std::ranges::binary_search(networks, row.line->number)) return;
    for (const auto& [name, other] : state.isps()) {
        if (!std::ranges::binary_search(other.asns, row.line->number)) continue;
        remarks.push_back(where + ", a network of '" + name.str() + "'");
        const Status terms = check_terms(other);
        if (!terms.ok()) remarks.push_back(terms.failure().message);
        return;
    }
    remarks.push_back(where + (networks.empty()
                                   ? "; the networks of its ISP are not recorded"
                                   : ", which is none of the networks of '" + row.isp.str() + "'"));
}

Result<Application> find_row_of(const State& state, const ApplicationId& id) {
    return find_row(state.applications(), id, "application", "foyer application ls");
}

Error not_so(const Application& row, const std::string& why) {
    return error(ErrorCode::FailedPrecondition, "application '" + row.id.str() + "' " + why,
                 {{"rule", "application_state"}, {"state", std::string(to_text(row.state))}});
}

// As it was approved, and its box never came.
bool is_awaited(const Node* node, const Application& row) {
    return node != nullptr && node->token_hash == row.secret_hash && !node->token_used &&
           node->key_fingerprint.empty();
}

Result<Duration> valid_of(const ApproveApplication& command) {
    if (command.valid == Duration(0)) return limits::node_token_valid_max;
    if (command.valid < limits::token_valid_min || command.valid > limits::node_token_valid_max)
        return error(ErrorCode::InvalidArgument,
                     "a box may be given from 60 seconds to 30 days to enrol",
                     {{"field", "valid_seconds"}});
    return command.valid;
}

Result<Decision> await_again(const ApproveApplication& command, Application row, Duration valid,
                             Draft draft) {
    const Node* found = draft.state().nodes().get(row.node);
    if (!is_awaited(found, row))
        return not_so(row, "was approved, and its box '" + row.node.str() +
                               "' came, was given another token or is gone: `foyer node ls`");
    if (!command.site.empty() || !command.isp.empty() || !command.host.empty())
        return not_so(row, "was approved as box '" + row.node.str() +
                               "' already; say it without --site, --isp and --host");
    Node node = *found;
    node.token_expires_at = draft.now() + valid;
    row.ended_at = draft.now();
    draft.put(std::move(node));
    draft.put(row);
    return std::move(draft).done(row.id.str());
}

Result<Isp> isp_for(const State& state, const IspId& name) {
    const Isp* isp = state.isps().get(name);
    if (isp == nullptr)
        return error(ErrorCode::FailedPrecondition,
                     "ISP '" + name.str() +
                         "' is not in the register: `foyer isp create` adds it, or name the one "
                         "it is there with --isp",
                     {{"rule", "isp_unknown"}, {"isp", name.str()}});
    TRY(check_terms(*isp));
    return *isp;
}

// A new host is nobody who is there: an applicant chooses the name of his site.
Result<HostId> host_for(const State& state, const ApproveApplication& command, const SiteId& site) {
    if (!command.host.empty()) {
        TRY(check_name("host", command.host.str()));
        return command.host;
    }
    if (state.hosts().contains(HostId(site.str())) ||
        state.accounts().contains(AccountId(site.str())))
        return error(ErrorCode::AlreadyExists,
                     "there is a host or an account '" + site.str() +
                         "' already; say whose home it is with --host",
                     {{"rule", "host_taken"}, {"host", site.str()}});
    return HostId(site.str());
}

void make_host(const HostId& name, Draft& draft) {
    if (!draft.state().hosts().contains(name)) draft.put(Host{name, draft.now(), {}});
    const AccountId account_name(name.str());
    if (draft.state().accounts().contains(account_name)) return;
    Account account;
    account.name = account_name;
    account.roles = {AccountRole::Host};
    account.created_at = draft.now();
    draft.put(account);
    draft.event("account_created", account, "account of a host whose application was approved");
}

}  // namespace

std::string_view to_text(ApplicationState state) {
    switch (state) {
        case ApplicationState::Open: return "open";
        case ApplicationState::Approved: return "approved";
        case ApplicationState::Rejected: return "rejected";
        case ApplicationState::Withdrawn: return "withdrawn";
        case ApplicationState::Lapsed: return "lapsed";
    }
    CHECK(false);
}

std::optional<ApplicationState> application_state_from(std::string_view text) {
    return enum_from_text(all_application_states, text);
}

const Application* find_application_of(const State& state, std::string_view secret_hash) {
    return newest_where(state,
                        [&](const Application& row) { return row.secret_hash == secret_hash; });
}

std::optional<WallTime> until_of(const State& state, const Application& row) {
    if (row.state == ApplicationState::Open)
        return row.created_at + state.settings().applications.open_for;
    const Node* node = state.nodes().get(row.node);
    if (row.state != ApplicationState::Approved || !is_awaited(node, row)) return std::nullopt;
    return node->token_expires_at;
}

std::vector<std::string> remarks_on(const State& state, const Application& row) {
    std::vector<std::string> remarks;
    if (row.state != ApplicationState::Open) return remarks;
    const Isp* isp = state.isps().get(row.isp);
    if (isp == nullptr) {
        remarks.push_back("ISP '" + row.isp.str() + "' is not in the register");
    } else if (!isp->terms) {
        remarks.push_back("nobody has read the terms of ISP '" + row.isp.str() + "' yet");
    } else if (isp->terms->stance != TermsStance::Allowed) {
        const Status terms = check_terms(*isp);
        remarks.push_back(terms.ok() ? "the terms of ISP '" + row.isp.str() +
                                           "' are silent on a box at home (read on " +
                                           isp->terms->read_on + "): it is for you to decide"
                                     : terms.failure().message);
    }
    remark_on_line(state, row, isp, remarks);
    return remarks;
}

Status check_applicant(const State& state, const Node& node, std::string_view key_fingerprint) {
    const Application* row = find_application_of(state, node.token_hash);
    if (row == nullptr || row->state != ApplicationState::Approved || row->node != node.name ||
        row->key_fingerprint == key_fingerprint)
        return ok_status();
    return error(ErrorCode::Unauthenticated,
                 "this token is for the box that applied, whose key this is not; apply from this "
                 "box, or ask the operator for a token",
                 {{"rule", "applicant_key"}, {"node", node.name.str()}});
}

bool is_due(const State& state, const Application& row, WallTime now) {
    const ApplicationSettings& settings = state.settings().applications;
    if (!row.source_hash.empty() && now - row.created_at >= day) return true;
    if (!row.ended_at) return now - row.created_at >= settings.open_for;
    if (!row.erased_at && now - *row.ended_at >= settings.contact_for) return true;
    return now - *row.ended_at >= settings.kept_for;
}

void forget_part(const Application& row, Draft& draft) {
    const ApplicationSettings& settings = draft.state().settings().applications;
    const WallTime now = draft.now();
    if (row.ended_at && now - *row.ended_at >= settings.kept_for)
        return draft.drop(DropApplication{row.id});
    Application left = row;
    if (now - left.created_at >= day) left.source_hash.clear();
    if (!left.ended_at && now - left.created_at >= settings.open_for) {
        left.state = ApplicationState::Lapsed;
        left.ended_at = now;
        erase_words(left, now);
        draft.event("application_lapsed", "application '" + row.id.str() + "' of site '" +
                                              row.site.str() + "' lapsed: nobody decided on it");
    }
    if (left.ended_at && !left.erased_at && now - *left.ended_at >= settings.contact_for)
        erase_words(left, now);
    draft.put(std::move(left));
}

Result<Decision> send_application(const State& state, const SendApplication& command,
                                  WallTime now) {
    if (!state.settings().applications.accept)
        return error(ErrorCode::FailedPrecondition,
                     "this cloud takes no applications; ask its operator for a token (`foyer node "
                     "token`)",
                     {{"rule", "applications_closed"}});
    Application row = command.application;
    TRY(check_words(row));
    Draft draft(state, now);
    if (const Application* before = find_of_key(state, row.key_fingerprint)) {
        if (TRY(is_answered_by(state, *before, row)))
            return std::move(draft).done(before->id.str());
    }
    TRY(check_room(state, row, now));
    if (const Isp* isp = state.isps().get(row.isp)) TRY(check_terms(*isp));
    TRY(check_site_free(state, row));
    row.state = ApplicationState::Open;
    row.reason.clear();
    row.node = {};
    row.created_at = now;
    row.ended_at.reset();
    row.erased_at.reset();
    const std::string id = row.id.str();
    draft.event("application_received", "application '" + id + "': site '" + row.site.str() +
                                            "', ISP '" + row.isp.str() + "', " + row.country.str());
    draft.put(std::move(row));
    return std::move(draft).done(id);
}

Result<Decision> withdraw_application(const State& state, const WithdrawApplication& command,
                                      WallTime now) {
    const Application* found = find_application_of(state, command.secret_hash);
    if (found == nullptr)
        return error(ErrorCode::NotFound, "this box has not applied here, or it is forgotten",
                     {{"rule", "application_unknown"}});
    Draft draft(state, now);
    if (found->state == ApplicationState::Approved)
        return error(ErrorCode::FailedPrecondition,
                     "this application is approved: the box may enrol as '" + found->node.str() +
                         "'; if you do not want that any more, leave it, or tell the operator",
                     {{"rule", "application_approved"}, {"node", found->node.str()}});
    if (found->state != ApplicationState::Open) return std::move(draft).done(found->id.str());
    Application row = *found;
    row.state = ApplicationState::Withdrawn;
    row.ended_at = now;
    erase_words(row, now);
    draft.event("application_withdrawn", "application '" + row.id.str() + "' of site '" +
                                             row.site.str() + "' was taken back by its host");
    draft.put(std::move(row));
    return std::move(draft).done(found->id.str());
}

Result<Decision> approve_application(const State& state, const ApproveApplication& command,
                                     WallTime now) {
    Application row = TRY(find_row_of(state, command.id));
    const Duration valid = TRY(valid_of(command));
    if (row.state == ApplicationState::Approved)
        return await_again(command, std::move(row), valid, Draft(state, now));
    if (row.state != ApplicationState::Open && row.state != ApplicationState::Rejected)
        return not_so(row,
                      "is " + std::string(to_text(row.state)) + "; the host has to apply anew");
    const SiteId name = command.site.empty() ? row.site : command.site;
    TRY(check_name("site", name.str()));
    if (state.sites().contains(name))
        return error(ErrorCode::AlreadyExists,
                     "site '" + name.str() + "' exists; name the new one with --site",
                     {{"rule", "site_taken"}, {"field", "site"}});
    const Isp isp = TRY(isp_for(state, command.isp.empty() ? row.isp : command.isp));
    const HostId host = TRY(host_for(state, command, name));
    Draft draft(state, now);
    make_host(host, draft);
    Site site;
    site.name = name;
    site.isp = isp.name;
    site.country = row.country;
    site.host = host;
    site.host_class = command.host_class;
    site.created_at = now;
    draft.put(site);
    Node node = TRY(awaited_node(state, name));
    node.token_hash = row.secret_hash;
    node.token_expires_at = now + valid;
    row.state = ApplicationState::Approved;
    row.reason.clear();
    row.node = node.name;
    row.ended_at = now;
    draft.event("application_approved", site,
                "application '" + row.id.str() + "' approved; its box is awaited as '" +
                    node.name.str() + "'");
    draft.put(std::move(node));
    draft.put(std::move(row));
    return std::move(draft).done(command.id.str());
}

Result<Decision> reject_application(const State& state, const RejectApplication& command,
                                    WallTime now) {
    Application row = TRY(find_row_of(state, command.id));
    TRY(check_line_of_text("reason", command.reason, application_reason_bytes_max));
    if (row.state != ApplicationState::Open)
        return not_so(row, "is " + std::string(to_text(row.state)) +
                               " already; of an approved one the box goes by `foyer node delete`");
    row.state = ApplicationState::Rejected;
    row.reason = command.reason;
    row.ended_at = now;
    Draft draft(state, now);
    draft.event("application_rejected",
                "application '" + row.id.str() + "' of site '" + row.site.str() + "' rejected");
    draft.put(std::move(row));
    return std::move(draft).done(command.id.str());
}

}  // namespace foyer::master
