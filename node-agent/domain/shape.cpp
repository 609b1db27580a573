#include <string_view>

#include "node-agent/domain/partition_state.h"

namespace foyer::agent {
namespace {

// FNV-1a, 64 bits: stable across builds (it is journalled), and no attacker gains anything from a
// collision: a missed restart.
class Fingerprint {
public:
    void add(std::string_view text) {
        for (const char letter : text) mix(static_cast<unsigned char>(letter));
        mix(0);
    }
    void add(std::int64_t number) { add(std::to_string(number)); }
    std::string text() const {
        std::string hex(16, '0');
        std::uint64_t rest = state_;
        for (auto digit = hex.rbegin(); digit != hex.rend(); ++digit, rest >>= 4) {
            *digit = "0123456789abcdef"[rest & 0xf];
        }
        return hex;
    }

private:
    void mix(unsigned char byte) {
        state_ ^= byte;
        state_ *= 0x100000001b3ULL;
    }
    std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::string shape_of(const Assignment& assignment) {
    Fingerprint fingerprint;
    fingerprint.add(assignment.release_json);
    fingerprint.add(assignment.size.str());
    fingerprint.add(assignment.reserved.cpu.count());
    fingerprint.add(assignment.reserved.memory.count());
    fingerprint.add(assignment.reserved.disk.count());
    fingerprint.add(assignment.parameters_json);
    fingerprint.add(assignment.hostname);
    fingerprint.add(assignment.url);
    fingerprint.add(assignment.address);
    return fingerprint.text();
}

}  // namespace foyer::agent
