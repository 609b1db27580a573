#include "node-agent/domain/traffic_book.h"

namespace foyer::agent {
namespace {

Traffic since(const TrafficBook& book, const std::string& name, const DeviceCount& seen) {
    const auto before = book.devices.find(name);
    if (before == book.devices.end()) return seen.moved;
    const DeviceCount& known = before->second;
    const bool anew = known.number != seen.number || seen.moved.up < known.moved.up ||
                      seen.moved.down < known.moved.down;
    if (anew) return seen.moved;
    return {seen.moved.up - known.moved.up, seen.moved.down - known.moved.down};
}

}  // namespace

Booked booked(TrafficBook book, const std::map<std::string, DeviceCount>& seen, LocalMonth month) {
    Traffic moved;
    for (const auto& [name, count] : seen) {
        const Traffic more = since(book, name, count);
        moved.up += more.up;
        moved.down += more.down;
    }
    book.devices = seen;
    if (moved.sum() > Bytes(0)) {
        Traffic& total = book.months[month];
        total.up += moved.up;
        total.down += moved.down;
    }
    while (book.months.size() > months_max)
        book.months.erase(book.months.begin()->first == month ? std::next(book.months.begin())
                                                              : book.months.begin());
    return {std::move(book), moved};
}

}  // namespace foyer::agent
