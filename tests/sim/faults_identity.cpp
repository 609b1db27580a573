// Who is who: tokens, cloned disks, certificates, agents of another version, a database of another
// lineage.
#include "tests/sim/faults.h"

namespace foyer::sim {

void Faults::add_identity_kinds() {
    kinds_.push_back({"token replay", 1, [this] { replay_token(); }});
    kinds_.push_back({"cloned identity calls", 1, [this] {
                          Box& victim = any_box();
                          if (victim.is_enrolled() && victim.journal().desired())
                              call_as(victim, static_cast<int>(dice_.between(3, 30)));
                      }});
    kinds_.push_back({"agent of before", 2, [this] {
                          Box& box = any_box();
                          if (box.world.old_agent) return;
                          const auto replace = [&box, this](bool old) {
                              box.world.old_agent = old;
                              box.world.had_old_agent = true;
                              if (!box.agent_runs()) return;
                              box.kill_agent();
                              world_.watch();
                              world_.room().timeline.after(dice_.span(second, 10 * second),
                                                           [&box] { box.start_agent(); });
                          };
                          replace(true);
                          lasts(span(), [replace] { replace(false); });
                      }});
    // Nothing of it is lost. What a restore of an older state means is not defined.
    kinds_.push_back({"database restored whole, of another lineage", 1, [this] {
                          world_.master().crash();
                          world_.disk().change_lineage();
                      }});
}

// A box whose disk was copied calls too. Only its heartbeats: what the copies of partitions on it
// would do is not defined (they would answer under the names and addresses of the true ones).
void Faults::call_as(Box& victim, int calls) {
    if (!on_ || calls == 0) return;
    SyncReport report;
    if (victim.journal().desired()) {
        report.applied_lineage = victim.journal().desired()->lineage;
        report.applied_revision = victim.journal().desired()->revision;
    }
    report.clock = victim.clock().wall();
    report.agent_version = "1";
    if (!world_.network().is_master_cut())
        world_.master().sync(victim.spec().name, std::move(report), [](const auto&) {});
    world_.room().timeline.after(dice_.span(second, 20 * second),
                                 [this, &victim, calls] { call_as(victim, calls - 1); });
}

// Somebody found a used token: he must not become the node.
void Faults::replay_token() {
    Box& victim = any_box();
    if (!victim.is_enrolled() || !victim.agent_runs()) return;
    master::EnrolNode enrol;
    enrol.token_hash = token_of(victim.spec().name);
    enrol.key_fingerprint = "stolen";
    enrol.wg_public_key = WgPublicKey("stolen");
    enrol.capacity = victim.spec().capacity;
    enrol.certificate_expires_at = victim.clock().wall() + Duration(day);
    master::Write write;
    write.command = enrol;
    world_.network().ask(std::move(write), [this](const Result<master::Answer>& answer) {
        if (answer.ok()) world_.room().broken("a used token enrolled a second box");
    });
}

}  // namespace foyer::sim
