// Rows on their way from the thread that reads them to the one that builds the state of them. Holds
// few at a time, so that a start never has the rows twice.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "master/domain/change.h"

namespace foyer::master {

class RowPipe {
public:
    // Waits for room. False: nobody takes rows any more.
    bool push(Changes rows);
    // Waits for rows. Absent: there are no more.
    std::optional<Changes> pop();
    void close();    // by who pushes: that was all
    void abandon();  // by who pops

private:
    static constexpr std::size_t waiting_max = 8;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<Changes> waiting_;
    bool closed_ = false;
    bool abandoned_ = false;
};

// While there is one, rows are taken.
class RowTaker {
public:
    explicit RowTaker(RowPipe& pipe) : pipe_(pipe) {}
    RowTaker(const RowTaker&) = delete;
    RowTaker& operator=(const RowTaker&) = delete;
    ~RowTaker() { pipe_.abandon(); }

private:
    RowPipe& pipe_;
};

}  // namespace foyer::master
