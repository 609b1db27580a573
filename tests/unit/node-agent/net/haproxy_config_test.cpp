#include "node-agent/net/haproxy_config.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const HaproxySettings settings{
    .folder = "/e", .socket = "/r/s", .body_max = mebibytes(1), .slots = 3};

EdgeSlot slot(int number, const std::string& backend, std::uint64_t epoch) {
    return {.slot = number, .backend = backend, .fence = {Generation(1), Epoch(epoch)}};
}

}  // namespace

TEST_CASE("a change of leader tells one slot its address, then its fence") {
    const EdgeTable before{{"x.z", slot(0, "[fd50::a]:8000", 1)},
                           {"y.z", slot(1, "[fd50::b]:8000", 1)}};
    EdgeTable after = before;
    after["y.z"] = slot(1, "[fd50::a]:8000", 2);
    CHECK(haproxy_changes(settings, before, after).value() ==
          std::vector<HaproxyStep>{{"set server slot1/s addr fd50::a port 8000"},
                                   {"", 1},
                                   {"set map /e/fences.map y.z 1.2"}});
    CHECK(haproxy_changes(settings, after, after).value().empty());
}

TEST_CASE("a new name becomes visible last, a lost one invisible first") {
    const EdgeTable one{{"x.z", slot(0, "[fd50::a]:8000", 1)}};
    const auto added = haproxy_changes(settings, {}, one).value();
    CHECK(added.front().command == "set server slot0/s addr fd50::a port 8000");
    CHECK(added.back().command == "add map /e/hosts.map x.z slot0");
    const auto removed = haproxy_changes(settings, one, {}).value();
    CHECK(removed.front().command == "del map /e/hosts.map x.z");
    CHECK(removed.back().command == "shutdown sessions server slot0/s");
}

TEST_CASE("only what reached the old member is cut: who still connects goes to the new one") {
    const std::string sessions =
        "0x1: proto=tcpv6 fe=https be=slot1 srv=s scf=[8,200h,fd=11] scb=[8,1h,fd=12] exp=0s\n"
        "0x2: proto=tcpv6 fe=https be=slot1 srv=s scf=[8,200h,fd=13] scb=[5,1h,fd=14] exp=0s\n"
        "0x3: proto=tcpv6 fe=https be=slot10 srv=s scf=[8,200h,fd=15] scb=[8,1h,fd=16] exp=0s\n"
        "0x4: proto=unix fe=GLOBAL be=<NONE> srv=<none> scf=[8,200h,fd=1] scb=[8,1h,fd=-1]\n";
    CHECK(haproxy_cut_reached(sessions, 1) == std::vector<std::string>{"shutdown session 0x1"});
    CHECK(haproxy_cut_reached("", 1).empty());
}

TEST_CASE("a map is exchanged whole, by the last command") {
    const auto version = haproxy_prepared_version("New version created: 7");
    CHECK(haproxy_exchange("/e/hosts.map", version.value(), "x.z slot0\ny.z slot1\n") ==
          std::vector<std::string>{"add map @7 /e/hosts.map x.z slot0",
                                   "add map @7 /e/hosts.map y.z slot1",
                                   "commit map @7 /e/hosts.map"});
    CHECK(haproxy_exchange("/e/hosts.map", 8, "") ==
          std::vector<std::string>{"commit map @8 /e/hosts.map"});
    for (const char* answer :
         {"", "Unknown map identifier.", "New version created: x", "New version created: -1"})
        CHECK_FALSE(haproxy_prepared_version(answer).ok());
}

TEST_CASE("an address that was right already is recognised") {
    CHECK_FALSE(haproxy_address_changed(
        "no need to change the addr, no need to change the port by 'stats socket command'"));
    CHECK(haproxy_address_changed("no need to change the addr, port changed from '1' to '2' by …"));
    CHECK(haproxy_address_changed("IP changed from 'a' to 'b', no need to change the port by …"));
}

TEST_CASE("the written configuration holds the same state") {
    const EdgeTable table{{"x.z", slot(2, "[fd50::a]:8000", 4)}};
    const std::string text = haproxy_config(settings, table);
    CHECK(text.find("backend slot2\n  server s [fd50::a]:8000\n") != std::string::npos);
    CHECK(text.find("backend slot0\n  server s [::1]:1\n") != std::string::npos);
    CHECK(text.find("backend slot3") == std::string::npos);
    CHECK(haproxy_hosts(table) == "x.z slot2\n");
    CHECK(haproxy_fences(table) == "x.z 1.4\n");
}

TEST_CASE("what a client says of itself is dropped, and limits are set") {
    const std::string text = haproxy_config(settings, {});
    for (const char* line :
         {"del-header X-Forwarded- -m beg", "del-header X-Foyer- -m beg", "del-header Forwarded",
          "ssl-min-ver TLSv1.2", "alpn h2,http/1.1", "req.body_size gt 1048576",
          "timeout http-request", "retry-on conn-failure", "option redispatch 1",
          "filter lua.body-limit 1048576", "lua-load-per-thread /e/body_limit.lua",
          "http-after-response set-status 413 if { var(txn.body_too_long) -m bool }"})
        CHECK(text.find(line) != std::string::npos);
}

TEST_CASE("who was not answered is told whether his request may have been done") {
    const std::string text = haproxy_config(settings, {});
    for (const char* line : {"\n  errorfile 502 /e/502.http\n", "\n  errorfile 503 /e/503.http\n",
                             "\n  errorfile 504 /e/504.http\n"})
        CHECK(text.find(line) != std::string::npos);
    const std::string lost = page_lost();
    const std::string late = page_late();
    CHECK(lost.starts_with("HTTP/1.0 502 Bad Gateway\r\n"));
    CHECK(late.starts_with("HTTP/1.0 504 Gateway Timeout\r\n"));
    for (const std::string& page : {lost, late}) {
        CHECK(page.find("It is not known whether") != std::string::npos);
        // Nothing may invite a program to send it again by itself.
        CHECK(page.find("Retry-After") == std::string::npos);
        const std::size_t body = page.find("\r\n\r\n") + 4;
        CHECK(page.find("Content-Length: " + std::to_string(page.size() - body) + "\r\n") < body);
    }
    CHECK(page_waiting().find("not known") == std::string::npos);
}

TEST_CASE("answers of a member are counted from haproxy's statistics, failures left out") {
    CHECK(haproxy_statistics(7) == "show stat slot7 4 -1");
    const std::string names = "# pxname,svname,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,\n";
    CHECK(haproxy_answers(names + "slot7,s,9,100,20,3,50,\n\n").value() == 123);
    CHECK_FALSE(haproxy_answers(names + "slot7,s,9\n").ok());
    CHECK_FALSE(haproxy_answers(names + "slot7,s,9,x,20,3,50,\n").ok());
    CHECK_FALSE(haproxy_answers(names + "slot7,s,9,-4,20,3,50,\n").ok());
    CHECK_FALSE(haproxy_answers("# pxname,svname,\nslot7,s,\n").ok());
    CHECK_FALSE(haproxy_answers("").ok());
}
