// Rows of the catalogue as messages of the public API. Pure.
#pragma once

#include "common/base/time.h"
#include "foyer/api/v1/accounts.pb.h"
#include "foyer/api/v1/events.pb.h"
#include "foyer/api/v1/fleet.pb.h"
#include "foyer/api/v1/instances.pb.h"
#include "foyer/api/v1/prices.pb.h"
#include "foyer/api/v1/releases.pb.h"
#include "master/app/presence.h"
#include "master/domain/explain.h"
#include "master/domain/progress.h"
#include "master/domain/state.h"

namespace foyer::master {

namespace api = ::foyer::api::v1;

void set_time(WallTime from, google::protobuf::Timestamp& to);
// InvalidArgument names the field: before 1970, after 9999.
Result<WallTime> time_in(const google::protobuf::Timestamp& from, const std::string& field);
api::AccountRole to_wire(AccountRole role);
api::HostClass to_wire(HostClass host_class);
api::EventAbout to_wire(EventAbout about);
api::NodeState to_wire(NodeState state);
api::NodeWish to_wire(NodeWish wish);
api::NodeHealth to_wire(BoxHealth health);
api::InstanceState to_wire(InstanceState state);
api::OperationState to_wire(OperationState state);
// InvalidArgument for an unspecified or unknown number.
Result<std::set<AccountRole>> roles_in(const google::protobuf::RepeatedField<int>& roles,
                                       const std::string& field);
Result<HostClass> from_wire(api::HostClass host_class);
Result<TermsStance> from_wire(api::TermsStance stance);
api::Language to_wire(Language language);
// Unspecified: English.
Result<Language> from_wire(api::Language language);
// Unspecified: about anything.
Result<std::optional<EventAbout>> from_wire(api::EventAbout about);

void show(const State& state, const Account& from, api::Account& to);
// Never its secret.
void show(const ApiToken& from, api::ApiToken& to);
void show(const Isp& from, api::Isp& to);
void show(const Host& from, api::Host& to);
void show(const State& state, const Site& from, api::Site& to);
// What only memory knows (last Sync, clock, disk) is taken from `presence` when there is one.
void show(const State& state, const Node& from, const Presence* presence, api::Node& to);
void show(const Release& from, api::SoftwareRelease& to);
void show(const PriceList& from, bool in_force, api::PriceList& to);
void show(const Quote& from, api::Quote& to);
void show(const State& state, const Instance& from, api::Instance& to);
void show_timeline(const State& state, const Instance& from, api::InstanceTimeline& to);
void show(const Operation& from, api::Operation& to);
void show(const Event& from, api::Event& to);
// `all`: with the names of boxes that hold nothing of the caller's, which only operators see.
void show(const Explanation& from, bool all, api::PlacementExplanation& to);
// Where and as whom; never the password.
void show_connection(const State& state, const Instance& from, api::InstanceConnection& to);

}  // namespace foyer::master
