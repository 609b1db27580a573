#include "node-agent/check/judge.h"

#include <algorithm>
#include <cstdio>

#include "common/base/check.h"
#include "common/base/text.h"
#include "node-agent/care/judge.h"
#include "node-agent/check/judge_health.h"

namespace foyer::agent {
namespace {

// Below it the smallest ERP has no room; with twice as much it has room beside the machine's own.
constexpr Bytes memory_needed = mebibytes(512);
constexpr Bytes memory_enough = mebibytes(1536);
constexpr Bytes disk_needed = gibibytes(4);
constexpr Bytes disk_enough = gibibytes(20);
// A database waits for one at each transaction; an SSD takes 0.1 to 3 ms, a disk that turns 8
// to 20.
constexpr std::chrono::microseconds safe_write_enough{5'000};

std::string in_gib(Bytes bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB",
                  static_cast<double>(bytes.count()) / static_cast<double>(gibibytes(1).count()));
    return text;
}

Finding unknown(std::string subject, std::string reason) {
    return {std::move(subject), "unknown", Verdict::Unknown, std::move(reason)};
}

Finding processors(const MachineFacts& facts) {
    if (!facts.processors) return unknown("processors", "");
    const bool one = *facts.processors < 2;
    return {"processors", std::to_string(*facts.processors), one ? Verdict::Poor : Verdict::Good,
            one ? "whatever you do on this machine slows down what it serves" : ""};
}

Finding memory(const MachineFacts& facts, Bytes kept) {
    if (!facts.memory) return unknown("memory", "");
    const Bytes left = *facts.memory > kept ? *facts.memory - kept : Bytes(0);
    const std::string kept_for_you = in_gib(kept) + " of it stay yours ([reserve] in node.toml)";
    if (left < memory_needed)
        return {"memory", in_gib(*facts.memory), Verdict::Bad,
                in_gib(memory_needed) + " are needed beside what stays yours"};
    return {"memory", in_gib(*facts.memory), left < memory_enough ? Verdict::Poor : Verdict::Good,
            left < memory_enough ? "room for one small ERP; " + kept_for_you : kept_for_you};
}

Finding disk(const MachineFacts& facts, Bytes kept) {
    if (!facts.disk) return unknown("disk", "");
    const DiskFacts& found = *facts.disk;
    std::string value = in_gib(found.free) + " free of " + in_gib(found.total);
    if (!found.file_system.empty()) value += ", " + found.file_system;
    if (found.in_memory)
        return {"disk", value, Verdict::Bad,
                "it is memory, and empty after a power cut: name another folder with --data"};
    const Bytes left = found.free > kept ? found.free - kept : Bytes(0);
    if (left < disk_needed)
        return {"disk", value, Verdict::Bad, in_gib(disk_needed + kept) + " free are needed"};
    return {"disk", value, left < disk_enough ? Verdict::Poor : Verdict::Good,
            left < disk_enough ? "room for few tenants" : ""};
}

Finding disk_speed(const MachineFacts& facts) {
    if (!facts.speed) return unknown("disk speed", "it could not be written to");
    char value[80];
    std::snprintf(value, sizeof value, "%.1f ms a safe write, %lld MB/s",
                  static_cast<double>(facts.speed->safe_write.count()) / 1000.0,
                  static_cast<long long>(facts.speed->bytes_per_second / 1'000'000));
    if (facts.speed->safe_write <= safe_write_enough)
        return {"disk speed", value, Verdict::Good, ""};
    const bool turns = facts.disk && facts.disk->rotates.value_or(false);
    return {"disk speed", value, Verdict::Poor,
            std::string("each write of a tenant waits for it") +
                (turns ? ": this disk turns, an SSD does not" : "")};
}

Finding groups(const MachineFacts& facts) {
    if (!facts.groups)
        return facts.groups_problem.empty()
                   ? unknown("control groups", "")
                   : Finding{"control groups", "none", Verdict::Bad, facts.groups_problem};
    switch (*facts.groups) {
        case CgroupMode::V2: return {"control groups", "version 2", Verdict::Good, ""};
        case CgroupMode::Hybrid:
        case CgroupMode::V1:
            return {"control groups", "version 1", Verdict::Poor,
                    "limits hold; systemd.unified_cgroup_hierarchy=1 at boot gives version 2"};
    }
    CHECK(false);
}

Finding needed(const char* subject, const std::optional<bool>& there, const char* without) {
    if (!there) return unknown(subject, "this kernel does not say");
    if (*there) return {subject, "yes", Verdict::Good, ""};
    return {subject, "no", Verdict::Bad, without};
}

Finding wireguard(const MachineFacts& facts) {
    if (facts.wireguard.value_or(false)) return {"wireguard", "in the kernel", Verdict::Good, ""};
    if (facts.wireguard_go)
        return {"wireguard", "wireguard-go", Verdict::Poor, "a program does it: more processor"};
    if (!facts.wireguard) return unknown("wireguard", "this kernel's modules cannot be read");
    return {"wireguard", "no", Verdict::Bad, "apt install wireguard-go, or Debian's own kernel"};
}

// In which ways new volumes can be encrypted; the first is what is done unless the host chose.
Finding volumes(const MachineFacts& facts) {
    const CipherMeans& means = facts.ciphers;
    const bool luks = means.cryptsetup && means.dm_crypt.value_or(false);
    const bool gocryptfs = means.gocryptfs && means.fuse.value_or(false);
    const std::string or_gocryptfs = gocryptfs ? ", or gocryptfs" : "";
    if (means.fscrypt.value_or(false))
        return {"volumes", (luks ? "fscrypt, or luks" : "fscrypt") + or_gocryptfs, Verdict::Good,
                ""};
    if (luks)
        return {"volumes", "luks" + or_gocryptfs, Verdict::Poor,
                "no fscrypt seen here: set volumes.encryption = \"luks\" in node.toml"};
    if (!means.fscrypt) return unknown("volumes", "this kernel has no ext4 loaded: modprobe ext4");
    const auto chosen = choose_cipher(CipherChoice::Auto, means);
    if (!chosen.ok())
        return {"volumes", "in clear", Verdict::Bad,
                "copies are refused: " + chosen.failure().message};
    return {"volumes", "gocryptfs", Verdict::Poor,
            "a program does it, at half the speed of fscrypt, which Debian's own kernel has"};
}

Finding clock(const MachineFacts& facts) {
    if (!facts.clock_synchronized) return unknown("clock", "");
    if (*facts.clock_synchronized) return {"clock", "follows a time server", Verdict::Good, ""};
    return {"clock", "on its own", Verdict::Poor,
            "apt install systemd-timesyncd: certificates and logs need the time"};
}

Finding ipv6(const MachineFacts& facts) {
    if (!facts.ipv6) return unknown("ipv6", "");
    return {"ipv6", *facts.ipv6 ? "yes" : "no", Verdict::Good,
            *facts.ipv6 ? "" : "not needed: the box dials out by IPv4"};
}

Finding programs(const MachineFacts& facts) {
    if (facts.programs_missing.empty()) return {"programs", "all there", Verdict::Good, ""};
    return {"programs", join(facts.programs_missing, ", ") + " missing", Verdict::Bad,
            "apt install --reinstall foyer-node brings them"};
}

// A new copy comes down in an hour at 20 Mbit/s, in a night at 4; an SME's ERP sends 1 to 2.
constexpr KbitPerSecond download_needed{4'000};
constexpr KbitPerSecond download_enough{20'000};
constexpr KbitPerSecond upload_needed{2'000};
constexpr KbitPerSecond upload_enough{10'000};

std::string in_mbit(KbitPerSecond rate) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f Mbit/s", static_cast<double>(rate.count()) / 1000.0);
    return text;
}

Verdict enough(KbitPerSecond found, KbitPerSecond needed, KbitPerSecond enough) {
    if (found < needed) return Verdict::Bad;
    return found < enough ? Verdict::Poor : Verdict::Good;
}

Finding download(const LineFacts& line) {
    const Verdict verdict = enough(line.download, download_needed, download_enough);
    return {"download", in_mbit(line.download), verdict,
            verdict == Verdict::Good ? "" : "a new copy takes hours to come here"};
}

Finding upload(const LineFacts& line) {
    const Verdict verdict = enough(line.upload, upload_needed, upload_enough);
    if (verdict == Verdict::Bad)
        return {"upload", in_mbit(line.upload), verdict,
                in_mbit(upload_needed) + " are needed to serve one small ERP"};
    // A tenth stays free, so that what a household sends does not stand in a queue.
    const std::string offer = std::to_string(line.upload.count() * 9 / 10 / 100 * 100);
    return {"upload", in_mbit(line.upload), verdict,
            "offer it with: foyer-node enrol --uplink-kbit " + offer};
}

Finding queue(const LineFacts& line) {
    if (!line.idle || !line.full) return unknown("line delay", "no datagram came back");
    const std::string value = std::to_string(line.idle->count()) + " ms, " +
                              std::to_string(line.full->count()) + " ms when full";
    if (care::added_delay({*line.idle, *line.full}) <= care::line_delay_enough)
        return {"line delay", value, Verdict::Good, ""};
    return {"line delay", value, Verdict::Poor,
            "whoever fills the line makes calls stutter: many routers have a setting against that "
            "(smart queue management)"};
}

Finding nat(const LineFacts& line) {
    if (!line.nat) return unknown("nat", "no datagram came back");
    const std::string value = std::string(to_text(*line.nat)) + ", seen as " + line.seen_as;
    const bool strict = *line.nat == NatKind::Strict;
    return {"nat", value, strict ? Verdict::Poor : Verdict::Good,
            strict ? "no direct way to other homes can be opened: all goes through an edge" : ""};
}

void add_line(const MachineFacts& facts, std::vector<Finding>& findings) {
    if (!facts.line) {
        findings.push_back(
            unknown("line", facts.line_problem.empty()
                                ? "it takes an edge of the cloud at the other end: --line HOST:PORT"
                                : facts.line_problem));
        return;
    }
    for (const auto finding : {download, upload, queue, nat})
        findings.push_back(finding(*facts.line));
}

}  // namespace

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
        case Verdict::Good: return "good";
        case Verdict::Poor: return "poor";
        case Verdict::Bad: return "bad";
        case Verdict::Unknown: return "unknown";
    }
    CHECK(false);
}

std::vector<Finding> judge(const MachineFacts& facts, const HostShare& kept) {
    std::vector<Finding> findings{
        processors(facts),
        memory(facts, kept.memory),
        disk(facts, kept.disk),
        disk_speed(facts),
        disk_health(facts),
        facts.kernel.empty() ? unknown("kernel", "")
                             : Finding{"kernel", facts.kernel, Verdict::Good, ""},
        groups(facts),
        needed("user namespaces", facts.user_namespaces,
               "tenants would be root: sysctl user.max_user_namespaces is 0"),
        needed("seccomp", facts.seccomp, "tenants' system calls could not be filtered"),
        needed("nftables", facts.nftables, "no walls between tenants and your home"),
        wireguard(facts),
        volumes(facts),
        programs(facts),
        clock(facts),
        ipv6(facts),
        temperature(facts),
        power(facts)};
    add_line(facts, findings);
    return findings;
}

bool can_be_a_box(const std::vector<Finding>& findings) {
    return std::ranges::none_of(findings,
                                [](const Finding& one) { return one.verdict == Verdict::Bad; });
}

}  // namespace foyer::agent
