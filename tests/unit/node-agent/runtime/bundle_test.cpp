#include "node-agent/runtime/bundle.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using nlohmann::json;

namespace {

json bundle() {
    const BundleSpec spec{.hostname = "acme-0",
                          .root = "/d/roots/x",
                          .command = {"/serve", "--now"},
                          .env = {"LANG=fr_FR.UTF-8", "EXTRA=1"},
                          .user_id = 1000,
                          .group_id = 1001,
                          .uid_first = 1'879'048'192,
                          .volume = "/d/p/volume",
                          .config = "/d/p/config",
                          .secrets = "/r/secrets",
                          .netns = "/r/netns/p",
                          .cgroup = "/foyer/n/acme-0",
                          .cpu = Millicores(500),
                          .memory = mebibytes(128),
                          .pids = Pids(64)};
    return json::parse(bundle_json(spec));
}

json mount_at(const json& made, const std::string& destination) {
    for (const json& mount : made["mounts"])
        if (mount["destination"] == destination) return mount;
    return {};
}

bool has_option(const json& mount, const std::string& option) {
    const auto& options = mount["options"];
    return std::find(options.begin(), options.end(), option) != options.end();
}

}  // namespace

TEST_CASE("the process has no right it does not need") {
    const json process = bundle()["process"];
    CHECK(process["noNewPrivileges"] == true);
    for (const auto& [kind, names] : process["capabilities"].items()) CHECK(names.empty());
    CHECK(process["capabilities"].size() == 5);
    CHECK(process["user"]["uid"] == 1000);
    CHECK(process["terminal"] == false);
}

TEST_CASE("users of the partition are a range of the host's that begins nowhere near real ones") {
    const json walls = bundle()["linux"];
    CHECK(walls["uidMappings"][0] ==
          json({{"containerID", 0}, {"hostID", 1'879'048'192}, {"size", 65536}}));
    CHECK(walls["uidMappings"] == walls["gidMappings"]);
}

TEST_CASE("all namespaces are its own, the network by path") {
    std::map<std::string, json> by_type;
    const json made = bundle();
    for (const json& one : made["linux"]["namespaces"]) by_type[one["type"]] = one;
    for (const char* type : {"pid", "ipc", "uts", "mount", "user", "network"})
        CHECK(by_type.contains(type));
    CHECK(by_type["network"]["path"] == "/r/netns/p");
}

TEST_CASE("memory and swap together are the limit, cpu and pids are bounded, devices denied") {
    const json resources = bundle()["linux"]["resources"];
    CHECK(resources["memory"]["limit"] == 134'217'728);
    CHECK(resources["memory"]["swap"] == 134'217'728);
    CHECK(resources["cpu"]["quota"] == 50'000);
    CHECK(resources["cpu"]["period"] == 100'000);
    CHECK(resources["pids"]["limit"] == 64);
    CHECK(resources["devices"][0]["allow"] == false);
    CHECK(bundle()["linux"]["cgroupsPath"] == "/foyer/n/acme-0");
}

TEST_CASE("only the volume and memory can be written") {
    const json made = bundle();
    CHECK(made["root"] == json({{"path", "/d/roots/x"}, {"readonly", true}}));
    CHECK(has_option(mount_at(made, "/foyer/volume"), "rw"));
    CHECK(has_option(mount_at(made, "/foyer/config"), "ro"));
    CHECK(has_option(mount_at(made, "/foyer/secrets"), "ro"));
    for (const char* place : {"/tmp", "/run", "/dev/shm"})
        CHECK(mount_at(made, place)["type"] == "tmpfs");
    for (const char* place : {"/tmp", "/run", "/dev/shm", "/foyer/volume"})
        CHECK(has_option(mount_at(made, place), "nosuid"));
    CHECK(mount_at(made, "/sys").is_null());
}

TEST_CASE("system calls are an allow-list without those that change the machine") {
    const json seccomp = bundle()["linux"]["seccomp"];
    CHECK(seccomp["defaultAction"] == "SCMP_ACT_ERRNO");
    std::set<std::string> allowed;
    for (const json& rule : seccomp["syscalls"])
        if (rule["action"] == "SCMP_ACT_ALLOW" && !rule.contains("args"))
            for (const json& name : rule["names"]) allowed.insert(name);
    for (const char* name : {"read", "openat", "futex", "execve", "shmget", "semop"})
        CHECK(allowed.contains(name));
    for (const char* name :
         {"mount", "umount2", "unshare", "setns", "ptrace", "bpf", "keyctl", "init_module",
          "reboot", "io_uring_setup", "perf_event_open", "userfaultfd", "clock_settime",
          "pivot_root", "clone", "clone3", "socket", "socketpair"})
        CHECK_FALSE(allowed.contains(name));
}

TEST_CASE("what is counted for the whole machine is not there, and what must be is bounded") {
    const json made = bundle();
    std::set<std::string> absent;
    for (const json& rule : made["linux"]["seccomp"]["syscalls"])
        if (rule["action"] == "SCMP_ACT_ERRNO" && rule["errnoRet"] == 38)
            for (const json& name : rule["names"]) absent.insert(name);
    for (const char* name : {"inotify_init", "inotify_init1", "io_setup", "mq_open"})
        CHECK(absent.contains(name));
    std::map<std::string, json> limits;
    for (const json& one : made["process"]["rlimits"]) limits[one["type"]] = one;
    CHECK(limits["RLIMIT_SIGPENDING"]["hard"] == 1024);
    CHECK(has_option(mount_at(made, "/dev/pts"), "max=64"));
}

TEST_CASE("sockets are local ones, TCP, UDP and routes, of no other protocol") {
    std::set<std::string> given;
    const json made = bundle();
    for (const json& rule : made["linux"]["seccomp"]["syscalls"]) {
        if (rule["names"][0] != "socket") continue;
        std::string one;
        for (const json& argument : rule["args"])
            one += " " + std::to_string(argument.value("valueTwo", argument["value"].get<int>()));
        given.insert(one.substr(1));
    }
    // Family, then kind and protocol: 1 local, 2 and 10 the internet, 16 netlink.
    CHECK(given == std::set<std::string>{"1", "16 0", "2 1 0", "2 1 6", "2 2 0", "2 2 17", "10 1 0",
                                         "10 1 6", "10 2 0", "10 2 17"});
}

TEST_CASE("memory of sockets has the same limit where the kernel counts it apart") {
    BundleSpec spec;
    spec.memory = mebibytes(64);
    const auto memory = [&] {
        return json::parse(bundle_json(spec))["linux"]["resources"]["memory"];
    };
    CHECK_FALSE(memory().contains("kernelTCP"));
    spec.limit_sockets = true;
    CHECK(memory()["kernelTCP"] == 67'108'864);
}

TEST_CASE("the image's environment replaces ours by name") {
    const json env = bundle()["process"]["env"];
    CHECK(std::count(env.begin(), env.end(), json("LANG=fr_FR.UTF-8")) == 1);
    CHECK(std::count(env.begin(), env.end(), json("LANG=C.UTF-8")) == 0);
    CHECK(std::count(env.begin(), env.end(), json("EXTRA=1")) == 1);
}

TEST_CASE("a hook differs in command and group alone") {
    const json made = bundle();
    const auto text = bundle_for_hook(made.dump(), {"/init"}, "/foyer/n/acme-0-hook");
    REQUIRE(text.ok());
    json hook = json::parse(text.value());
    CHECK(hook["process"]["args"] == json({"/init"}));
    CHECK(hook["linux"]["cgroupsPath"] == "/foyer/n/acme-0-hook");
    hook["process"]["args"] = made["process"]["args"];
    hook["linux"]["cgroupsPath"] = made["linux"]["cgroupsPath"];
    CHECK(hook == made);
    CHECK_FALSE(bundle_for_hook("{", {"/init"}, "/x").ok());
}

TEST_CASE("a hook inside the service is the same user without rights") {
    const auto text = process_for_hook(bundle().dump(), {"/position"});
    REQUIRE(text.ok());
    const json process = json::parse(text.value());
    CHECK(process["args"] == json({"/position"}));
    CHECK(process["user"]["uid"] == 1000);
    CHECK(process["noNewPrivileges"] == true);
    CHECK_FALSE(process_for_hook("[]", {"/x"}).ok());
}
