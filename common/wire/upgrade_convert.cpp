#include "common/wire/upgrade_convert.h"

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/base/utf8.h"
#include "common/wire/field_check.h"

namespace foyer::wire {
namespace {

constexpr std::size_t signature_bytes = 64;
constexpr std::size_t architecture_bytes_max = 32;

agent::v1::UpgradeStance stance_to(UpgradeStance stance) {
    switch (stance) {
        case UpgradeStance::Takes: return agent::v1::UPGRADE_STANCE_TAKES;
        case UpgradeStance::NoKey: return agent::v1::UPGRADE_STANCE_NO_KEY;
        case UpgradeStance::Off: return agent::v1::UPGRADE_STANCE_OFF;
    }
    CHECK(false);
}

agent::v1::UpgradePhase phase_to(UpgradePhase phase) {
    switch (phase) {
        case UpgradePhase::None: return agent::v1::UPGRADE_PHASE_NONE;
        case UpgradePhase::Fetching: return agent::v1::UPGRADE_PHASE_FETCHING;
        case UpgradePhase::Installing: return agent::v1::UPGRADE_PHASE_INSTALLING;
        case UpgradePhase::Done: return agent::v1::UPGRADE_PHASE_DONE;
        case UpgradePhase::Refused: return agent::v1::UPGRADE_PHASE_REFUSED;
        case UpgradePhase::WentBack: return agent::v1::UPGRADE_PHASE_WENT_BACK;
    }
    CHECK(false);
}

Result<UpgradeStance> stance_from(agent::v1::UpgradeStance from) {
    for (const UpgradeStance stance : all_upgrade_stances) {
        if (stance_to(stance) == from) return stance;
    }
    return field_error("upgrade.stance", "is not specified or not known");
}

Result<UpgradePhase> phase_from(agent::v1::UpgradePhase from) {
    for (const UpgradePhase phase : all_upgrade_phases) {
        if (phase_to(phase) == from) return phase;
    }
    return field_error("upgrade.phase", "is not specified or not known");
}

void package_to(const SignedAgentPackage& from, agent::v1::SignedAgentPackage& to) {
    to.set_document(from.document);
    to.set_signature(raw_from_base64url(from.signature));
}

Result<SignedAgentPackage> package_from(const agent::v1::SignedAgentPackage& from) {
    if (from.signature().size() != signature_bytes)
        return field_error("upgrade.signature", "is not of 64 bytes");
    return SignedAgentPackage{
        TRY(text_field("upgrade.document", from.document(), agent_document_bytes_max)),
        to_base64url(as_bytes(from.signature()))};
}

}  // namespace

void to_wire(const UpgradeOrder& from, agent::v1::UpgradeOrder& to) {
    to.set_number(from.number);
    package_to(from.wanted, *to.mutable_wanted());
    package_to(from.present, *to.mutable_present());
}

Result<UpgradeOrder> from_wire(const agent::v1::UpgradeOrder& from) {
    UpgradeOrder to;
    to.number = TRY(amount_field("upgrade.number", from.number()));
    if (to.number == 0) return field_error("upgrade.number", "is 0");
    to.wanted = TRY(package_from(from.wanted()));
    to.present = TRY(package_from(from.present()));
    return to;
}

void to_wire(const UpgradeReport& from, agent::v1::UpgradeReport& to) {
    to.set_stance(stance_to(from.stance));
    to.set_architecture(from.architecture);
    to.set_order(from.order);
    to.set_phase(phase_to(from.phase));
    to.set_reason(plain_text(from.reason, upgrade_reason_max));
}

Result<UpgradeReport> from_wire(const agent::v1::UpgradeReport& from) {
    UpgradeReport to;
    to.stance = TRY(stance_from(from.stance()));
    to.architecture =
        TRY(text_field("upgrade.architecture", from.architecture(), architecture_bytes_max));
    if (!to.architecture.empty()) TRY(check_agent_architecture(to.architecture));
    to.order = TRY(amount_field("upgrade.order", from.order()));
    to.phase = TRY(phase_from(from.phase()));
    to.reason = plain_text(from.reason(), upgrade_reason_max);
    return to;
}

}  // namespace foyer::wire
