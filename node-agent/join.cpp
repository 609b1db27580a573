#include "node-agent/join.h"

#include <iostream>
#include <iterator>
#include <poll.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/time.h"
#include "common/os/files.h"
#include "common/tls/enrol_token.h"
#include "common/tls/private_file.h"
#include "node-agent/check/read_machine.h"
#include "node-agent/link/enrol.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/state/file_journal.h"
#include "node-agent/state/limits_files.h"
#include "node-agent/state/upgrade_files.h"

namespace foyer::agent {
namespace {

IdentityFolder folder_of(const JoinChoices& choices) {
    return IdentityFolder(choices.data_dir + "/identity");
}

Result<std::string> read_token(const std::string& file) {
    if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    return tls::read_small_file(file);
}

template <class Tag>
void lower(Quantity<Tag>& measured, Quantity<Tag> wished) {
    if (wished.count() > 0 && wished < measured) measured = wished;
}

Result<Resources> offered_capacity(const JoinChoices& choices, const NodeConfig& config) {
    MachineMeter meter(os::nearest_folder(choices.data_dir),
                       {config.reserve_cpu, config.reserve_memory, config.reserve_disk,
                        KbitPerSecond(choices.uplink_kbit)});
    Resources capacity = TRY(meter.measure());
    lower(capacity.cpu, Millicores(choices.cpu_millicores));
    lower(capacity.memory, mebibytes(choices.memory_mib));
    lower(capacity.disk, gibibytes(choices.disk_gib));
    return capacity;
}

// What enrol would say to whom. Nothing is made, nobody is called: the token works once.
Status show_offer(const tls::EnrolToken& token, const Resources& offered, const JoinTalk& talk) {
    talk.page("would offer " + offer_text(offered) + " to the master at " +
              join(token.addresses, " or ") + "\n");
    return ok_status();
}

// Every folder on the way to a partition must be passable for its mapped user; what is private is
// private by its own mode.
Status make_data_dir(const JoinChoices& choices) { return os::make_dirs(choices.data_dir, 0711); }

Status check_approved(const IdentityFolder& folder, const Clock& clock) {
    if (folder.is_enrolled()) return ok_status();  // enrol says so
    const ApplicationAnswer answer = TRY(ask_application(folder, clock));
    const std::string page = TRY(application_page(answer));
    if (answer.fate == ApplicationFate::Approved) return ok_status();
    return error(ErrorCode::FailedPrecondition, page);
}

Status show_page(const ApplicationAnswer& answer, const JoinTalk& talk) {
    talk.page(TRY(application_page(answer)));
    return ok_status();
}

Result<ApplicationOrder> read_order(const JoinChoices& choices, const NodeConfig& config,
                                    const Clock& clock) {
    const Resources offered = TRY(offered_capacity(choices, config));
    std::vector<Finding> findings;
    if (choices.apply.with_check)
        findings = judge(read_machine(choices.data_dir, clock),
                         {.memory = config.reserve_memory, .disk = config.reserve_disk});
    ApplicationOrder order = TRY(order_of(choices.apply, offered, findings));
    order.agent_version = choices.agent_version;
    return order;
}

bool says_something(const ApplyWish& wish) {
    return !wish.master.empty() || !wish.ca_sha256.empty() || !wish.site.empty() ||
           !wish.isp.empty() || !wish.country.empty() || !wish.contact.empty();
}

Result<ApplicationAnswer> wait_for(const IdentityFolder& folder, const Clock& clock,
                                   const JoinTalk& talk) {
    return await_decision(
        {[&] { return ask_application(folder, clock); },
         [](Duration span) { ::poll(nullptr, 0, static_cast<int>(span.count())); }, talk.note});
}

}  // namespace

Status enrol_box(const JoinChoices& choices, const NodeConfig& config, const JoinTalk& talk) {
    const SystemClock clock;
    SystemRng rng;
    const IdentityFolder folder = folder_of(choices);
    EnrolOrder order;
    order.capacity = TRY(offered_capacity(choices, config));
    order.agent_version = choices.agent_version;
    if (choices.token_file.empty()) {
        order.capacity = bounded(order.capacity, TRY(load_application(folder)).offered);
        order.token = TRY(token_of_application(folder));
        if (!choices.dry_run) TRY(check_approved(folder, clock));
    } else {
        order.token = TRY(read_token(choices.token_file));
    }
    const tls::EnrolToken token = TRY(tls::decode_enrol_token(order.token));
    if (choices.dry_run) return show_offer(token, order.capacity, talk);
    TRY(make_data_dir(choices));
    const Identity identity = TRY(enrol(order, folder, clock, rng));
    TRY(forget_host_order(choices.data_dir + "/state"));
    TRY(forget_limits(choices.data_dir + "/state"));
    TRY(forget_upgrades(choices.data_dir));
    TRY(forget_application(folder));
    talk.page("enrolled as " + identity.node.str() + (identity.edge ? " (an edge)" : "") +
              "; now start: systemctl enable --now foyer-node, or foyer-node run --data " +
              choices.data_dir + "\n");
    return ok_status();
}

Status apply_box(const JoinChoices& choices, const NodeConfig& config, const JoinTalk& talk) {
    const SystemClock clock;
    const IdentityFolder folder = folder_of(choices);
    if (choices.apply.withdraw) return show_page(TRY(withdraw_application(folder, clock)), talk);
    ApplicationAnswer answer;
    if (says_something(choices.apply)) {
        const ApplicationOrder order = TRY(read_order(choices, config, clock));
        if (choices.dry_run) {
            talk.page(order_page(order));
            return ok_status();
        }
        TRY(make_data_dir(choices));
        answer = TRY(send_application(order, folder, clock));
    } else {
        answer = TRY(ask_application(folder, clock));
    }
    if (choices.apply.wait && answer.fate == ApplicationFate::Open) {
        TRY(show_page(answer, talk));
        answer = TRY(wait_for(folder, clock, talk));
    }
    TRY(show_page(answer, talk));
    if (!choices.apply.wait || answer.fate != ApplicationFate::Approved) return ok_status();
    JoinChoices approved = choices;
    approved.token_file.clear();
    return enrol_box(approved, config, talk);
}

}  // namespace foyer::agent
