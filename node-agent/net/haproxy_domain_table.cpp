// HaproxyEdge's part for customers' names: files for the next start, and the same told to the
// haproxy that runs.
#include <algorithm>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/net/haproxy_domains.h"
#include "node-agent/net/haproxy_edge.h"

namespace foyer::agent {

// Until somebody says what they are, those of an earlier agent stay.
Status HaproxyEdge::write_domains() const {
    const HaproxySettings all = settings();
    const auto write = [&](const std::string& file, const std::string& text) -> Status {
        if (!domains_told_ && os::exists(file)) return ok_status();
        return os::write_atomically(file, text);
    };
    TRY(write(all.domains_map(), haproxy_domains(domains_)));
    TRY(write(all.turns_map(), haproxy_turns(domains_)));
    return write(all.domains_list(), haproxy_certificates(domains_));
}

Status HaproxyEdge::plain_http() const {
    if (config_.http_port == 0)
        return error(ErrorCode::FailedPrecondition,
                     "this edge serves no plain HTTP (http_port = 0), where authorities look for "
                     "answers");
    if (!http_problem_.empty())
        return error(ErrorCode::FailedPrecondition,
                     "authorities find no answers here: " + http_problem_);
    return ok_status();
}

Status HaproxyEdge::serve_domains(const EdgeDomains& domains) {
    const std::lock_guard lock(turn_);
    TRY(load());
    if (domains_told_ && domains == domains_ && domains_in_step_ && process_.is_running())
        return plain_http();
    domains_in_step_ = domains_told_ && domains == domains_ && domains_in_step_;
    domains_ = domains;
    domains_told_ = true;
    TRY(write_domains());
    // One that comes up later reads the files.
    if (!process_.is_running())
        return error(ErrorCode::Unavailable, "the edge's proxy is not up yet");
    TRY(tell_domains());
    return plain_http();
}

// All of it each time: it changes seldom, and what is there already costs nothing.
Status HaproxyEdge::tell_domains() {
    const HaproxySettings all = settings();
    domains_in_step_ = false;
    TRY(exchange_map(all.domains_map(), haproxy_domains(domains_)));
    if (all.http) TRY(exchange_map(all.turns_map(), haproxy_turns(domains_)));
    const std::vector<std::string> listed =
        haproxy_listed(TRY(tell_one("show ssl crt-list " + all.domains_list())));
    for (const auto& [name, one] : domains_.certificates) {
        TRY(tell_file(name, one));
        if (std::ranges::find(listed, one.file) != listed.end()) continue;
        const std::string answer = TRY(tell_one("add ssl crt-list " + all.domains_list() + " <<\n" +
                                                one.file + " " + name + "\n"));
        if (answer.find("Success") == std::string::npos)
            return error(ErrorCode::Internal,
                         "haproxy does not list the certificate of '" + name + "': " + answer);
    }
    for (const std::string& file : listed) {
        const bool wanted = std::ranges::any_of(
            domains_.certificates, [&](const auto& one) { return one.second.file == file; });
        if (!wanted) TRY(tell_gone(file));
    }
    domains_in_step_ = true;
    return ok_status();
}

// Connections that are up go on; new ones are served with it.
Status HaproxyEdge::tell_file(const std::string& name, const EdgeDomains::Certificate& one) const {
    const std::string pem = haproxy_payload(TRY(os::read_file(one.file)));
    TRY(tell_one("new ssl cert " + one.file));  // "already exists" is fine
    TRY(tell_one("set ssl cert " + one.file + " <<\n" + pem));
    const std::string answer = TRY(tell_one("commit ssl cert " + one.file));
    if (answer.find("Success") != std::string::npos) return ok_status();
    return error(ErrorCode::Internal,
                 "haproxy does not take the certificate of '" + name + "': " + answer);
}

Status HaproxyEdge::tell_gone(const std::string& file) const {
    TRY(tell_one("del ssl crt-list " + settings().domains_list() + " " + file));
    TRY(tell_one("del ssl cert " + file));
    return ok_status();
}

}  // namespace foyer::agent
