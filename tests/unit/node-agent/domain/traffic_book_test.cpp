#include "node-agent/domain/traffic_book.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr LocalMonth may{2026, 5};
constexpr LocalMonth june{2026, 6};

DeviceCount device(std::int64_t number, std::int64_t up, std::int64_t down) {
    return {number, {Bytes(up), Bytes(down)}};
}

}  // namespace

TEST_CASE("what devices moved since the last look is booked once, in its month") {
    auto seen = booked({}, {{"wg1", device(3, 100, 10)}, {"wg2", device(4, 1, 0)}}, may);
    CHECK(seen.moved == Traffic{Bytes(101), Bytes(10)});
    seen = booked(seen.book, {{"wg1", device(3, 150, 10)}, {"wg2", device(4, 1, 0)}}, may);
    CHECK(seen.moved == Traffic{Bytes(50), Bytes(0)});
    seen = booked(seen.book, {{"wg1", device(3, 150, 30)}}, june);
    CHECK(seen.book.used(may) == Bytes(161));
    CHECK(seen.book.used(june) == Bytes(20));
    CHECK(booked(seen.book, {{"wg1", device(3, 150, 30)}}, june).book == seen.book);
}

TEST_CASE("a device that was made anew begins at nothing") {
    auto seen = booked({}, {{"wg1", device(3, 100, 100)}}, may);
    seen = booked(seen.book, {{"wg1", device(7, 120, 100)}}, may);
    CHECK(seen.moved == Traffic{Bytes(120), Bytes(100)});
    seen = booked(seen.book, {{"wg1", device(7, 5, 200)}}, may);
    CHECK(seen.moved == Traffic{Bytes(5), Bytes(200)});
    seen = booked(seen.book, {}, may);
    seen = booked(seen.book, {{"wg1", device(7, 5, 200)}}, may);
    CHECK(seen.book.used(may) == Bytes(200 + 220 + 205 + 205));
}

TEST_CASE("a clock that jumps away and back finds its month as it was") {
    auto seen = booked({}, {{"wg1", device(1, 1000, 0)}}, may);
    for (const LocalMonth wrong : {LocalMonth{1970, 1}, LocalMonth{2038, 1}, LocalMonth{2026, 4}})
        seen = booked(seen.book, {{"wg1", device(1, 1000, 0)}}, wrong);
    CHECK(seen.book.used(may) == Bytes(1000));
    CHECK(seen.book.used({2038, 1}) == Bytes(0));
}

TEST_CASE("months are bounded, and the present one stays however early it is") {
    TrafficBook book = booked({}, {{"wg1", device(1, 1, 0)}}, {1970, 1}).book;
    for (int i = 0; i < 100; ++i)
        book = booked(book, {{"wg1", device(1, i + 2, 0)}}, {2030 + i, 1}).book;
    CHECK(book.months.size() == months_max);
    book = booked(book, {{"wg1", device(1, 200, 0)}}, may).book;
    CHECK(book.months.size() == months_max);
    CHECK(book.used(may) == Bytes(200 - 101));
}
