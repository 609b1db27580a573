// Where a browser comes back to from the identity provider: one page on this machine's loopback,
// for one answer (RFC 8252).
#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"

namespace foyer::cli {

struct BrowserAnswer {
    std::string state;
    std::string code;
};

class BrowserReturn {
public:
    static Result<BrowserReturn> listen();
    ~BrowserReturn();
    BrowserReturn(BrowserReturn&&) noexcept;
    BrowserReturn& operator=(BrowserReturn&&) noexcept;

    const std::string& address() const { return address_; }
    // Until it comes back, five minutes at most. Unauthenticated: the provider let nobody in.
    Result<BrowserAnswer> wait();

private:
    struct Listener;
    BrowserReturn();

    std::unique_ptr<Listener> listener_;
    std::string address_;
};

}  // namespace foyer::cli
