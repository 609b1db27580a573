#include "tests/sim/faults.h"

namespace foyer::sim {

Faults::Faults(World& world) : world_(world), dice_(world.room().dice.rng().next()) {
    add_box_kinds();
    add_host_kinds();
    add_identity_kinds();
    add_disk_kinds();
    add_line_kinds();
    add_master_kinds();
    for (const Kind& kind : kinds_) weights_ += kind.weight;
    replay_recorded();
}

void Faults::begin() {
    on_ = true;
    world_.network().weather = world_.scenario().weather;
    next_ = world_.room().timeline.after(dice_.between(1, 2 * world_.scenario().fault_every),
                                         [this] { next(); });
}

void Faults::calm() {
    on_ = false;
    crash_armed_ = false;
    world_.room().timeline.cancel(next_);
    world_.network().weather = {};
    for (const auto& box : world_.boxes()) box->crash_no_more();
    while (!lasting_.empty()) {
        const auto ends = lasting_.front();
        lasting_.pop_front();
        if (*ends) std::exchange(*ends, nullptr)();
    }
}

void Faults::next() {
    next_ = world_.room().timeline.after(dice_.between(1, 2 * world_.scenario().fault_every),
                                         [this] { next(); });
    int draw = static_cast<int>(dice_.below(static_cast<std::uint64_t>(weights_)));
    for (const Kind& kind : kinds_) {
        draw -= kind.weight;
        if (draw >= 0) continue;
        world_.room().coverage.saw("fault", kind.name);
        world_.room().trace.line("fault", kind.name);
        kind.strike();
        return;
    }
}

void Faults::lasts(Moment span, std::function<void()> ends) {
    auto shared = std::make_shared<std::function<void()>>(std::move(ends));
    const auto at = lasting_.insert(lasting_.end(), shared);
    world_.room().timeline.after(span, [this, shared, at] {
        if (!*shared) return;  // calm came first
        lasting_.erase(at);
        std::exchange(*shared, nullptr)();
    });
}

Moment Faults::span() { return dice_.span(5 * second, world_.scenario().fault_length); }

Box& Faults::any_box() { return *dice_.one_of(world_.boxes()); }

Box* Faults::any_home_with_copies() {
    for (int attempt = 0; attempt < 8; ++attempt) {
        Box& box = any_box();
        if (!world_.services().on(box.number()).empty()) return &box;
    }
    return nullptr;
}

std::vector<int> Faults::boxes_where(const std::function<bool(const BoxSpec&)>& is) const {
    std::vector<int> found;
    for (const auto& box : world_.boxes())
        if (is(box->spec())) found.push_back(box->number());
    return found;
}

CommitFault Faults::at_commit() {
    if (crash_armed_) {
        crash_armed_ = false;
        const bool after = dice_.one_in(2);
        world_.room().coverage.saw("fault", after ? "master dies after commit, before reply"
                                                  : "master dies before commit");
        return after ? CommitFault::CrashAfter : CommitFault::CrashBefore;
    }
    if (!on_ || !dice_.per_mille(static_cast<std::uint64_t>(world_.scenario().commit_faults)))
        return CommitFault::None;
    const CommitFault fault = static_cast<CommitFault>(1 + dice_.below(3));
    world_.room().coverage.saw("fault", fault == CommitFault::Refuse ? "serialisation failure"
                                        : fault == CommitFault::Lose ? "commit lost"
                                                                     : "commit of unknown outcome");
    return fault;
}

void Faults::add_box_kinds() {
    kinds_.push_back({"agent crash", 6, [this] {
                          Box& box = any_box();
                          if (!box.agent_runs()) return;
                          box.kill_agent();
                          world_.watch();
                          world_.room().timeline.after(dice_.span(second, 30 * second),
                                                       [&box] { box.start_agent(); });
                      }});
    kinds_.push_back({"agent stays down", 2, [this] {
                          Box& box = any_box();
                          if (!box.agent_runs()) return;
                          box.kill_agent();
                          world_.watch();
                          lasts(span(), [&box] { box.start_agent(); });
                      }});
    kinds_.push_back({"agent will crash at a write", 8, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr) return;
                          box->crash_at_save(static_cast<int>(dice_.below(4)), dice_.one_in(2));
                      }});
    kinds_.push_back({"power cut", 6, [this] {
                          Box& box = any_box();
                          if (!box.powered()) return;
                          box.power_off();
                          world_.watch();
                          lasts(span(), [&box] { box.power_on(); });
                      }});
    kinds_.push_back({"box flaps", 2, [this] {
                          Box& box = any_box();
                          for (int i = 0; i < 4; ++i) {
                              world_.room().timeline.after(i * 40 * second, [this, &box] {
                                  if (!on_ || !box.powered()) return;
                                  box.power_off();
                                  lasts(10 * second, [&box] { box.power_on(); });
                              });
                          }
                          world_.watch();
                      }});
    kinds_.push_back({"clock step", 4, [this] {
                          Box& box = any_box();
                          const Duration by(dice_.one_in(2) ? hour : -hour);
                          box.clock().step(by);
                          lasts(span(), [&box] { box.clock().right(); });
                      }});
    kinds_.push_back(
        {"service crash", 6, [this] {
             Box* box = any_home_with_copies();
             if (box == nullptr) return;
             const auto here = world_.services().on(box->number());
             if (Copy* copy = world_.services().find(box->number(), here[dice_.below(here.size())]))
                 world_.services().service_crashed(*copy);
         }});
    kinds_.push_back({"service sick", 3, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr) return;
                          const auto here = world_.services().on(box->number());
                          const PartitionId id = here[dice_.below(here.size())];
                          const int number = box->number();
                          const auto fall = [this, number, id](bool sick) {
                              if (Copy* copy = world_.services().find(number, id))
                                  world_.services().fell_sick(*copy, sick);
                          };
                          fall(true);
                          lasts(span(), [fall] { fall(false); });
                      }});
}

// What hosts do to their boxes.
void Faults::add_host_kinds() {
    kinds_.push_back({"box away until it is given up", 3, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr || !box->powered()) return;
                          box->power_off();
                          world_.watch();
                          const Moment least = world_.scenario().settings.repair.lost_after.count();
                          lasts(dice_.between(least, least + world_.scenario().away_for),
                                [box] { box->power_on(); });
                      }});
    for (const HostWish wish : {HostWish::Paused, HostWish::Draining})
        kinds_.push_back({"box is " + std::string(to_text(wish)) + " by its host", 3, [this, wish] {
                              Box* box = any_home_with_copies();
                              if (box == nullptr) return;
                              const Moment least =
                                  world_.scenario().settings.repair.lost_after.count();
                              const Moment span = dice_.one_in(2) ? this->span() : 2 * least;
                              HostOrder order{wish, std::nullopt};
                              if (dice_.one_in(2))
                                  order.until = box->clock().wall() + Duration(span / 2);
                              box->host_wants(order);
                              world_.watch();
                              lasts(span, [this, box] {
                                  box->host_wants({});
                                  world_.watch();
                              });
                          }});
    kinds_.push_back({"box refuses the tenants' country", 3, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr) return;
                          HostRefusals refuses;
                          refuses.what.countries.insert(CountryCode("FR"));
                          refuses.now = dice_.one_in(3);
                          box->host_refuses(refuses);
                          world_.watch();
                          const Moment least = world_.scenario().settings.repair.lost_after.count();
                          lasts(dice_.one_in(2) ? span() : 2 * least, [this, box] {
                              box->host_refuses({});
                              world_.watch();
                          });
                      }});
    kinds_.push_back({"box offers less or more", 2, [this] {
                          Box& box = any_box();
                          const Resources all = box.spec().capacity;
                          const auto quarters = static_cast<std::int64_t>(1 + dice_.below(4));
                          const auto part = [&](auto whole) {
                              return decltype(whole)(whole.count() * quarters / 4);
                          };
                          box.offer(
                              {part(all.cpu), part(all.memory), part(all.disk), part(all.uplink)});
                          world_.watch();
                      }});
}

void Faults::add_disk_kinds() {
    kinds_.push_back({"disk full", 2, [this] {
                          Box& box = any_box();
                          if (box.world.disk_full) return;
                          box.world.disk_full = true;
                          world_.services().links_changed({box.number()});
                          lasts(span(), [this, &box] {
                              box.world.disk_full = false;
                              world_.services().links_changed({box.number()});
                          });
                      }});
    kinds_.push_back({"disk read-only", 2, [this] {
                          Box& box = any_box();
                          box.journal().set_read_only(true);
                          lasts(span(), [&box] { box.journal().set_read_only(false); });
                      }});
    kinds_.push_back({"slow disk", 2, [this] {
                          Box& box = any_box();
                          box.world.slow_disk = true;
                          lasts(span(), [&box] { box.world.slow_disk = false; });
                      }});
    kinds_.push_back({"journal damaged", 2, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr || !box->powered()) return;
                          box->power_off();
                          if (dice_.one_in(2)) {
                              box->journal().corrupt_desired();
                          } else {
                              const auto here = world_.services().on(box->number());
                              if (!here.empty())
                                  box->journal().corrupt_partition(here[dice_.below(here.size())]);
                          }
                          world_.watch();
                          lasts(dice_.span(5 * second, minute), [box] { box->power_on(); });
                      }});
    kinds_.push_back({"journal damaged under a running service", 2, [this] {
                          Box* box = any_home_with_copies();
                          if (box == nullptr || !box->agent_runs()) return;
                          box->kill_agent();
                          const auto here = world_.services().on(box->number());
                          if (!here.empty())
                              box->journal().corrupt_partition(here[dice_.below(here.size())]);
                          world_.watch();
                          lasts(dice_.span(second, minute), [box] { box->start_agent(); });
                      }});
}

void Faults::cut_for(std::vector<int> boxes, bool up, bool down, bool overlay) {
    const Cut cut{std::move(boxes), up, down, overlay};
    world_.network().cut(cut);
    world_.watch();
    lasts(span(), [this, cut] {
        world_.network().heal(cut);
        world_.watch();
    });
}

void Faults::add_line_kinds() {
    kinds_.push_back({"line cut", 6, [this] { cut_for({any_box().number()}, true, true, true); }});
    kinds_.push_back(
        {"answers lost", 3, [this] { cut_for({any_box().number()}, false, true, false); }});
    kinds_.push_back(
        {"calls lost", 3, [this] { cut_for({any_box().number()}, true, false, false); }});
    kinds_.push_back({"cut from the master only", 4,
                      [this] { cut_for({any_box().number()}, true, true, false); }});
    kinds_.push_back({"led out of sight while another is to lead", 3, [this] { usurp(); }});
    kinds_.push_back(
        {"overlay cut", 3, [this] { cut_for({any_box().number()}, false, false, true); }});
    kinds_.push_back({"ISP cut", 2, [this] {
                          const IspId isp = any_box().spec().isp;
                          cut_for(boxes_where([&](const BoxSpec& spec) { return spec.isp == isp; }),
                                  true, true, true);
                      }});
    kinds_.push_back(
        {"country cut", 1, [this] {
             const CountryCode country = any_box().spec().country;
             cut_for(boxes_where([&](const BoxSpec& spec) { return spec.country == country; }),
                     true, true, true);
         }});
    kinds_.push_back({"master cut from everyone", 1, [this] {
                          world_.network().cut_master(true);
                          world_.watch();
                          lasts(span(), [this] {
                              world_.network().cut_master(false);
                              world_.watch();
                          });
                      }});
    kinds_.push_back({"bad weather", 2, [this] {
                          world_.network().weather = {150, 60, 60};
                          lasts(dice_.span(10 * second, 5 * minute), [this] {
                              world_.network().weather =
                                  on_ ? world_.scenario().weather : Weather{};
                          });
                      }});
}

void Faults::add_master_kinds() {
    kinds_.push_back({"master crash", 2, [this] {
                          if (!world_.master().up()) return;
                          world_.master().crash();
                      }});
    kinds_.push_back({"master will crash in a commit", 3, [this] { crash_armed_ = true; }});
    kinds_.push_back({"database down", 1, [this] {
                          world_.disk().down = true;
                          lasts(dice_.span(second, 4 * minute),
                                [this] { world_.disk().down = false; });
                      }});
    kinds_.push_back({"slow database", 1, [this] {
                          world_.slow_commits = dice_.span(200, 6'000);
                          lasts(dice_.span(second, 4 * minute),
                                [this] { world_.slow_commits = 0; });
                      }});
    kinds_.push_back({"master's clock steps", 1, [this] {
                          world_.master().step_clock(Duration(dice_.one_in(2) ? hour : -hour));
                          lasts(dice_.span(second, 10 * minute),
                                [this] { world_.master().right_clock(); });
                      }});
}

// The moment every rule of leadership is about: the leader hears nothing, its clients write on, and
// the operator lets another copy lead.
void Faults::usurp() {
    std::vector<const Copy*> leaders;
    for (const auto& group : world_.services().groups())
        for (const Copy* copy : group->copies)
            if (copy->leads && copy->open) leaders.push_back(copy);
    if (leaders.empty()) return;
    const Copy& leader = *dice_.one_of(leaders);
    const InstanceName instance = leader.group->instance;
    cut_for({leader.box}, true, true, false);
    world_.room().timeline.after(dice_.span(second, 5 * second),
                                 [this, instance] { world_.people().usurp(instance); });
    for (int write = 0; write < 20; ++write) {
        world_.room().timeline.after(dice_.span(second, 30 * second), [this, instance] {
            if (Group* group = world_.services().group(instance)) world_.services().write(*group);
        });
    }
}

void Faults::replay_recorded() {
    for (const RecordedCut& recorded : world_.scenario().recorded) {
        world_.room().timeline.at(recorded.from, [this, &recorded] {
            if (!on_) return;
            world_.room().coverage.saw("fault", "recorded outage");
            const Cut cut{recorded.boxes, true, true, true};
            world_.network().cut(cut);
            world_.watch();
            lasts(recorded.length, [this, cut] {
                world_.network().heal(cut);
                world_.watch();
            });
        });
    }
}

}  // namespace foyer::sim
