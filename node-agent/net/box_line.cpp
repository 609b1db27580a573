#include "node-agent/net/box_line.h"

#include "node-agent/net/firewall.h"

namespace foyer::agent {

namespace {

bool same_sides(const LineCaps& a, const LineCaps& b) {
    return a.upload.has_value() == b.upload.has_value() &&
           a.download.has_value() == b.download.has_value();
}

}  // namespace

Status BoxLine::hold(const LineCaps& caps) {
    const std::lock_guard lock(turn_);
    wanted_ = caps;
    return hold_now();
}

Status BoxLine::take_in_tunnels() {
    const std::lock_guard lock(turn_);
    return wanted_ ? hold_now() : ok_status();
}

HeldCaps BoxLine::held() const {
    const std::scoped_lock lock(mutex_);
    return held_;
}

void BoxLine::heard(const NodeId& edge, RoundTrip took) {
    const std::scoped_lock lock(mutex_);
    answers_[edge] = took;
}

void BoxLine::show(CapMeans means, const std::string& problem) {
    const std::scoped_lock lock(mutex_);
    held_ = {means == CapMeans::None ? LineCaps{} : *wanted_, means, problem};
}

Result<LineLook> BoxLine::look() {
    LineLook seen;
    {
        const std::scoped_lock lock(mutex_);
        std::swap(seen.answers, answers_);
    }
    if (!box_.exists()) return seen;
    for (const auto& [name, link] : TRY(read_links(box_.file())))
        if (name.starts_with(tunnel_prefix)) seen.tunnels[name] = line_count(link);
    return seen;
}

Status BoxLine::tc(const std::string& lines) const {
    TRY(box_.run({"tc", "-batch", "-"}, lines));
    return ok_status();
}

Status BoxLine::hold_now() {
    if (!box_.exists()) {  // nothing passes yet; it is made with its caps
        made_.reset();
        return ok_status();
    }
    Tunnels tunnels;
    for (const auto& [name, link] : TRY(read_links(box_.file()))) {
        if (name.starts_with(tunnel_prefix)) tunnels[name] = link.number;
    }
    if (made_ && made_->caps == *wanted_ && made_->tunnels == tunnels) return ok_status();
    if (!wanted_->any()) {
        TRY(undo(tunnels));
        made_ = Made{{}, tunnels, CapMeans::None};
        show(CapMeans::None, "");
        return ok_status();
    }
    const Status shaped = shape(tunnels);
    if (shaped.ok()) {
        show(made_->means, "");
        return ok_status();
    }
    discard(undo(tunnels), "what is left of it shapes less than was wished");
    const Status dropped = box_.nft(drop_excess(*wanted_));
    if (!dropped.ok()) {
        made_.reset();
        const std::string why = shaped.failure().message + "; " + dropped.failure().message;
        show(CapMeans::None, why);
        return error(ErrorCode::FailedPrecondition, "this machine cannot hold caps: " + why);
    }
    made_ = Made{*wanted_, tunnels, CapMeans::Drop};
    show(CapMeans::Drop, shaped.failure().message);
    return ok_status();
}

Status BoxLine::shape(const Tunnels& tunnels) {
    const bool anew = !made_ || made_->means == CapMeans::Drop || made_->means == CapMeans::None ||
                      !same_sides(made_->caps, *wanted_);
    const CapMeans means_before = anew ? CapMeans::FairQueue : made_->means;
    const Tunnels before = anew ? Tunnels{} : made_->tunnels;
    if (anew) TRY(undo(tunnels));
    TRY(shape_side(LineSide::Up, wanted_->upload, anew));
    TRY(shape_side(LineSide::Down, wanted_->download, anew));
    CapMeans means = means_before;
    for (const LineSide side : {LineSide::Up, LineSide::Down}) {
        const auto& cap = side == LineSide::Up ? wanted_->upload : wanted_->download;
        if (anew && cap && !tc(fair_queue(side)).ok()) means = CapMeans::Queue;
    }
    std::string lines;
    for (const auto& [name, index] : tunnels)
        if (const auto led = before.find(name); led == before.end() || led->second != index)
            lines += lead_through(name, *wanted_);
    if (!lines.empty()) TRY(tc(lines));
    made_ = Made{*wanted_, tunnels, means};
    return ok_status();
}

Status BoxLine::shape_side(LineSide side, const std::optional<KbitPerSecond>& rate, bool anew) {
    if (!rate) return ok_status();
    if (!anew) return tc(shape_changed({side, *rate}));
    const std::string device = cap_device(side);
    TRY(box_.ip(
        {"link add " + device + " type ifb", "link set " + device + " addrgenmode none up"}));
    return tc(shape_anew({side, *rate}));
}

Status BoxLine::undo(const Tunnels& tunnels) {
    made_.reset();
    for (const auto& [name, index] : tunnels)
        discard(tc("qdisc del dev " + name + " clsact\n"), "most often there is none");
    for (const LineSide side : {LineSide::Up, LineSide::Down}) {
        const std::string device = cap_device(side);
        if (box_.has_link(device)) TRY(box_.ip({"link del " + device}));
    }
    return box_.nft(drop_nothing());
}

}  // namespace foyer::agent
