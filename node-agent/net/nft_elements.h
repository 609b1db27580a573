// Changes of elements of named sets of the table `inet foyer`, as one transaction of netlink
// messages. Pure bytes.
//
// Not text for `nft`: that is 3 ms, a process and a program file each second and partition, on the
// path of a lease, where no disk may be waited for. Only elements of sets keyed by an interface's
// name are needed, and their messages are fixed by the kernel's own headers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

class NftElements {
public:
    NftElements();
    // From the commit on in the set, for good or for `timeout` (of a set with `flags timeout`),
    // whether or not it was there. Kernels before 6.12 keep the old timeout of an element that is
    // added again, so it is deleted in between; nobody sees it absent.
    void put(std::string_view set, std::string_view link, std::optional<Duration> timeout = {});
    // Not in the set; it need not have been.
    void remove(std::string_view set, std::string_view link);
    // The whole transaction; nothing may be changed after it.
    const std::string& finish();
    // Number of the last message of elements: its acknowledgement says that all were taken.
    std::uint32_t last_number() const { return number_; }

private:
    void element(int message, std::string_view set, std::string_view link,
                 std::optional<Duration> timeout);

    std::string bytes_;
    std::uint32_t number_ = 0;
};

// What the kernel answered, all datagrams together: ok when `last_number` was acknowledged and
// nothing was refused. NotFound: no such table, set or element; Unavailable: not acknowledged.
Status nft_answer(std::string_view answers, std::uint32_t last_number);

}  // namespace foyer::agent
