#include "node-agent/net/haproxy_config.h"

#include <algorithm>

#include "common/base/text.h"
#include "node-agent/net/haproxy_domains.h"

namespace foyer::agent {

namespace {

std::string slot_name(int slot) { return "slot" + std::to_string(slot); }

std::string global_part(const HaproxySettings& settings) {
    return "global\n"
           "  stats socket " +
           settings.socket +
           " mode 600 level admin\n"
           "  stats timeout 10s\n"
           "  user " +
           settings.run_as +
           "\n"
           "  group " +
           settings.run_as_group +
           "\n"
           "  nbthread 2\n"
           "  maxconn " +
           std::to_string(settings.connections_max) +
           "\n"
           "  tune.bufsize 16384\n"  // a request's headers must fit
           "  tune.http.maxhdr 100\n"
           "  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\n"
           "  ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20\n"
           "  lua-load-per-thread " +
           settings.body_limit() + "\n\n";
}

// A request whose backend refuses, or does not answer the connection, is tried again twice a
// second, always at the slot's present address: up to 15 s, and only while nothing of it was sent.
std::string defaults_part(const HaproxySettings& settings) {
    return "defaults\n"
           "  mode http\n"
           "  timeout http-request 15s\n"
           "  timeout client 60s\n"
           "  timeout http-keep-alive 30s\n"
           "  timeout queue 15s\n"
           "  timeout connect 500ms\n"
           "  timeout server 300s\n"
           "  retries 30\n"
           "  retry-on conn-failure\n"
           "  option redispatch 1\n"
           "  option http-server-close\n"
           "  option abortonclose\n"
           "  option dontlognull\n"
           "  errorfile 400 " +
           settings.refused_page() +
           "\n"
           "  errorfile 413 " +
           settings.too_long_page() +
           "\n"
           "  errorfile 502 " +
           settings.lost_page() +
           "\n"
           "  errorfile 503 " +
           settings.waiting_page() +
           "\n"
           "  errorfile 504 " +
           settings.late_page() + "\n\n";
}

std::string frontend_part(const HaproxySettings& settings) {
    const std::string body = std::to_string(settings.body_max.count());
    return "frontend https\n"
           "  bind fd@3 ssl crt " +
           settings.certificate() + " crt-list " + settings.domains_list() +
           " alpn h2,http/1.1\n"
           "  http-request deny deny_status 413 if { req.body_size gt " +
           body +
           " }\n"
           "  filter lua.body-limit " +
           body +
           "\n"
           "  http-after-response set-status 413 if { var(txn.body_too_long) -m bool }\n"
           "  http-request del-header X-Forwarded- -m beg\n"
           "  http-request del-header X-Foyer- -m beg\n"
           "  http-request del-header Forwarded\n"
           "  http-request del-header X-Real-IP\n"
           "  http-request set-header X-Forwarded-For %[src,regsub(^::ffff:,)]\n"
           "  http-request set-header X-Forwarded-Proto https\n"
           "  http-request set-var(txn.name) req.hdr(host),field(1,:),lower\n"
           "  http-request set-var(txn.hostname) var(txn.name),map(" +
           settings.domains_map() +
           ")\n"
           "  http-request set-var(txn.name) var(txn.hostname) if { var(txn.hostname) -m found }\n"
           "  http-request set-var(txn.slot) var(txn.name),map(" +
           settings.hosts_map() +
           ")\n"
           "  http-request return status 404 content-type \"text/html; charset=utf-8\" hdr "
           "Cache-Control no-store file " +
           settings.unknown_page() +
           " unless { var(txn.slot) -m found }\n"
           "  http-response set-header X-Foyer-Fence %[var(txn.name),map(" +
           settings.fences_map() +
           ")]\n"
           "  use_backend %[var(txn.slot)]\n\n";
}

std::string page(const std::string& title, const std::string& text) {
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>" +
           title +
           "</title><body style=\"font:16px/1.5 sans-serif;max-width:32em;margin:15vh "
           "auto;padding:0 1em\"><h1>" +
           title + "</h1><p>" + text + "</p></body></html>\n";
}

std::string error_answer(const std::string& status, const std::string& headers,
                         const std::string& body) {
    return "HTTP/1.0 " + status + "\r\n" + headers +
           "Cache-Control: no-store\r\nConnection: close\r\n"
           "Content-Type: text/html; charset=utf-8\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string longest(Bytes body_max) {
    return "at most " + std::to_string(body_max.count() >> 20) + " MiB may be sent at once";
}

// Of a request that reached a member: it may have been done there. Where nothing was sent,
// page_waiting() says so by its 503.
std::string not_known() {
    return page("No answer came",
                "The service was reached, but no answer came back. It is not known whether what "
                "you asked for was done: look first, before you do it again.");
}

}  // namespace

std::string haproxy_config(const HaproxySettings& settings, const EdgeTable& table) {
    std::string text = global_part(settings) + defaults_part(settings) + frontend_part(settings);
    if (settings.http) text += haproxy_http_part(settings);
    std::map<int, std::string> backends;
    for (const auto& [name, slot] : table) backends[slot.slot] = slot.backend;
    for (int slot = 0; slot < settings.slots; ++slot) {
        const auto taken = backends.find(slot);
        const auto to = parse_backend(taken == backends.end() ? "" : taken->second);
        const EdgeAddress address = to.ok() ? to.value() : parse_backend("").value();
        text += "backend " + slot_name(slot) + "\n  server s [" + address.address +
                "]:" + std::to_string(address.port) + "\n";
    }
    return text;
}

std::string haproxy_hosts(const EdgeTable& table) {
    std::string text;
    for (const auto& [name, slot] : table) text += name + " " + slot_name(slot.slot) + "\n";
    return text;
}

std::string haproxy_fences(const EdgeTable& table) {
    std::string text;
    for (const auto& [name, slot] : table) text += name + " " + fence_text(slot.fence) + "\n";
    return text;
}

Result<std::vector<HaproxyStep>> haproxy_changes(const HaproxySettings& settings,
                                                 const EdgeTable& from, const EdgeTable& to) {
    std::vector<HaproxyStep> steps;
    for (const auto& [name, slot] : from) {
        if (to.contains(name)) continue;
        steps.push_back({"del map " + settings.hosts_map() + " " + name});
        steps.push_back({"del map " + settings.fences_map() + " " + name});
        steps.push_back({TRY(haproxy_address({.slot = slot.slot, .backend = "", .fence = {}}))});
        steps.push_back({haproxy_cut(slot)});
    }
    for (const auto& [name, slot] : to) {
        const auto before = from.find(name);
        if (before != from.end() && before->second == slot) continue;
        const bool moved = before == from.end() || before->second.backend != slot.backend;
        if (moved) steps.push_back({TRY(haproxy_address(slot))});
        // Requests still in flight to the old leader would only wait for an answer that cannot
        // count.
        if (moved && before != from.end()) steps.push_back({"", slot.slot});
        const std::string verb = before == from.end() ? "add map " : "set map ";
        steps.push_back({verb + settings.fences_map() + " " + name + " " + fence_text(slot.fence)});
        if (before == from.end())
            steps.push_back(
                {"add map " + settings.hosts_map() + " " + name + " " + slot_name(slot.slot)});
    }
    return steps;
}

Result<std::string> haproxy_address(const EdgeSlot& slot) {
    const EdgeAddress to = TRY(parse_backend(slot.backend));
    return "set server " + slot_name(slot.slot) + "/s addr " + to.address + " port " +
           std::to_string(to.port);
}

bool haproxy_address_changed(const std::string& answer) {
    return answer.find("no need to change the addr") == std::string::npos ||
           answer.find("no need to change the port") == std::string::npos;
}

std::string haproxy_cut(const EdgeSlot& slot) {
    return "shutdown sessions server " + slot_name(slot.slot) + "/s";
}

std::vector<std::string> haproxy_cut_reached(const std::string& sessions, int slot) {
    // "0x55…: … be=slot0 … scb=[8,1h,fd=12] …": the first number is the state of the backend's
    // side.
    constexpr std::int64_t ready = 7;  // it has connected; below: in the queue, connecting, waiting
    std::vector<std::string> commands;
    for (const std::string& line : split(sessions, '\n')) {
        const std::size_t colon = line.find(": ");
        const std::size_t side = line.find(" scb=[");
        if (colon == std::string::npos || side == std::string::npos || !line.starts_with("0x") ||
            line.find(" be=" + slot_name(slot) + " ") == std::string::npos)
            continue;
        const std::string state = line.substr(side + 6, line.find(',', side) - side - 6);
        const auto number = parse_int(state);
        if (!number || *number >= ready)
            commands.push_back("shutdown session " + line.substr(0, colon));
    }
    return commands;
}

std::string haproxy_statistics(int slot) {
    constexpr int servers = 4;
    return "show stat " + slot_name(slot) + " " + std::to_string(servers) + " -1";
}

// "# pxname,svname,…,hrsp_2xx,…" and a line a server.
Result<std::uint64_t> haproxy_answers(const std::string& statistics) {
    const std::vector<std::string> lines = split(statistics, '\n');
    const auto unread = [&] {
        return error(ErrorCode::Internal,
                     "haproxy's statistics are not understood: " + statistics.substr(0, 200));
    };
    if (lines.size() < 2 || !lines[0].starts_with("# ")) return unread();
    const std::vector<std::string> names = split(lines[0].substr(2), ',');
    const std::vector<std::string> values = split(lines[1], ',');
    std::uint64_t answers = 0;
    for (const std::string_view counter : {"hrsp_2xx", "hrsp_3xx", "hrsp_4xx"}) {
        const auto at = static_cast<std::size_t>(std::ranges::find(names, counter) - names.begin());
        const auto count =
            at < names.size() && at < values.size() ? parse_int(values[at]) : std::nullopt;
        if (!count || *count < 0) return unread();
        answers += static_cast<std::uint64_t>(*count);
    }
    return answers;
}

std::string haproxy_prepare(const std::string& map) { return "prepare map " + map; }

Result<std::int64_t> haproxy_prepared_version(const std::string& answer) {
    const std::string before = "New version created: ";
    const auto version =
        answer.starts_with(before) ? parse_int(answer.substr(before.size())) : std::nullopt;
    if (!version || *version < 0)
        return error(ErrorCode::Internal, "haproxy prepared no map: " + answer.substr(0, 200));
    return *version;
}

std::vector<std::string> haproxy_exchange(const std::string& map, std::int64_t version,
                                          const std::string& lines) {
    const std::string at = " map @" + std::to_string(version) + " " + map;
    std::vector<std::string> commands;
    for (const std::string& line : split(lines, '\n'))
        if (!line.empty()) commands.push_back("add" + at + " " + line);
    commands.push_back("commit" + at);
    return commands;
}

std::string page_unknown() {
    return page("Unknown address", "Nothing is served under this name. Check the address.");
}

std::string page_waiting() {
    return error_answer("503 Service Unavailable", "Retry-After: 5\r\n",
                        page("Being moved",
                             "This service is being moved to another place and will be back "
                             "in a moment. Please try again."));
}

std::string page_lost() { return error_answer("502 Bad Gateway", "", not_known()); }

std::string page_late() { return error_answer("504 Gateway Timeout", "", not_known()); }

// Also what haproxy begins to answer when the filter ends a request; the status is set afterwards.
std::string page_refused(Bytes body_max) {
    return error_answer("400 Bad Request", "",
                        page("Not accepted", "The request was not understood, or is too long: " +
                                                 longest(body_max) + "."));
}

std::string page_too_long(Bytes body_max) {
    return error_answer("413 Content Too Large", "",
                        page("Too long", "This is too long: " + longest(body_max) + "."));
}

// What haproxy counts as the end of a body is one byte to it. An error is the only way in which a
// filter of haproxy 2.6 can end a request here: what http_payload returns is not looked at.
std::string body_limit_script() {
    return R"(local body_max
local Limit = {id = "body limit", flags = filter.FLT_CFG_FL_HTX}
Limit.__index = Limit

function Limit:new()
  return setmetatable({seen = 0}, Limit)
end

function Limit:http_headers(txn, message)
  if not message:is_resp() and not message:get_headers()["content-length"] then
    filter.register_data_filter(self, message.channel)
  end
end

function Limit:http_payload(txn, message)
  self.seen = self.seen + message:input()
  if self.seen > body_max + 1 then
    txn:set_var("txn.body_too_long", true)
    error("body too long")
  end
end

core.register_filter("body-limit", Limit, function(limit, arguments)
  body_max = tonumber(arguments[1])
  return limit
end)
)";
}

}  // namespace foyer::agent
