#include "node-agent/net/lease_gate.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr const char* fenced = "fenced";
constexpr const char* passing = "passing";
constexpr const char* serving_set = "serving";
// Between reading the clock and the commit, a tenth of the margin. Longer: we stood still
// meanwhile.
constexpr Duration commit_max{100};
constexpr int tries_max = 5;

NftElements shut_elements(const std::string& link) {
    NftElements elements;
    elements.put(fenced, link);
    elements.remove(passing, link);
    elements.remove(serving_set, link);
    return elements;
}

}  // namespace

Status LeaseGate::connect() {
    struct stat now = {};
    if (::stat(box_netns_.c_str(), &now) != 0)
        return error(ErrorCode::FailedPrecondition, "the box's network is not there yet");
    // A namespace that was made anew: the socket would act in one where nobody lives.
    if (socket_.valid() && netns_ == now.st_ino) return ok_status();
    socket_ = TRY(os::socket_in(box_netns_, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
    netns_ = now.st_ino;
    return ok_status();
}

// The kernel has done it all, and has queued its answers, when send returns.
Status LeaseGate::commit(NftElements elements) {
    TRY(connect());
    const std::string& bytes = elements.finish();
    if (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) {
        const Error failure = os::errno_error("cannot tell the firewall");
        socket_.reset();
        return failure;
    }
    std::string answers;
    char buffer[8192];
    for (;;) {
        const ssize_t count = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        answers.append(buffer, static_cast<std::size_t>(count));
        answers.resize(NLMSG_ALIGN(answers.size()));
    }
    return nft_answer(answers, elements.last_number());
}

Status LeaseGate::extend(const std::string& link, MonoTime until, bool serving) {
    const std::lock_guard lock(turn_);
    Status done = ok_status();
    // An element that runs out while it is replaced is "not found": the next try sees it gone. And
    // the kernel counts from the commit, not from our look at the clock: if this thread stood still
    // in between, the time is too long, and set right at once.
    for (int attempt = 0; attempt < tries_max; ++attempt) {
        const MonoTime now = clock_.mono();
        if (until <= now) return commit(shut_elements(link));
        NftElements elements;
        elements.put(fenced, link);
        elements.put(passing, link, until - now);
        if (serving)
            elements.put(serving_set, link, until - now);
        else
            elements.remove(serving_set, link);
        done = commit(std::move(elements));
        if (done.ok() && clock_.mono() - now <= commit_max) return done;
        if (!done.ok() && done.failure().code != ErrorCode::NotFound) return done;
    }
    discard(commit(shut_elements(link)), "the first error is the one to tell");
    if (!done.ok()) return error(ErrorCode::FailedPrecondition, done.failure().message);
    return error(ErrorCode::Unavailable, "this machine is too slow for a lease");
}

Status LeaseGate::lift(const std::string& link) {
    const std::lock_guard lock(turn_);
    NftElements elements;
    elements.put(fenced, link);
    elements.remove(passing, link);
    elements.put(passing, link);
    elements.remove(serving_set, link);
    return commit(std::move(elements));
}

Status LeaseGate::shut(const std::string& link) {
    const std::lock_guard lock(turn_);
    return commit(shut_elements(link));
}

Status LeaseGate::forget(const std::string& link) {
    const std::lock_guard lock(turn_);
    NftElements elements;
    for (const char* set : {fenced, passing, serving_set}) elements.remove(set, link);
    return commit(std::move(elements));
}

}  // namespace foyer::agent
