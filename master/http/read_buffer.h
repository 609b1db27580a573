// What has come in and is not parsed yet: never more than is allowed, for Beast's parser waits
// without end for the end of a chunk's first line or of a trailer (the read ends with
// http::error::buffer_overflow instead). Sees a header before the parser does.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <string_view>

#include "master/http/fold_watch.h"

namespace foyer::master {

class ReadBuffer : public boost::beast::flat_buffer {
    using Held = boost::beast::flat_buffer;

public:
    explicit ReadBuffer(std::size_t held_max) : Held(held_max) {}

    // Of the next request; what is here already is its begin.
    void begin_header() {
        folds_ = FoldWatch();
        folds_.see(last(size()));
    }
    // A line of it went on in the next.
    bool folded() const { return folds_.folded(); }

    // As Beast tells a dynamic buffer.
    void commit(std::size_t bytes) noexcept {
        Held::commit(bytes);
        folds_.see(last(bytes));
    }

private:
    std::string_view last(std::size_t bytes) const {
        return {static_cast<const char*>(data().data()) + (size() - bytes), bytes};
    }

    FoldWatch folds_;
};

}  // namespace foyer::master
