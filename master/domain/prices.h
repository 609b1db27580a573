// What an order costs: price lists that follow each other, and quotes made of them. Integers in the
// smallest unit of a currency; no rounding anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "master/domain/command.h"
#include "master/domain/state.h"

namespace foyer::master {

inline constexpr std::int64_t cents_max = 1'000'000'000;  // of one price: sums never overflow
inline constexpr std::size_t sizes_max = 32;              // of one list
inline constexpr std::size_t price_lists_max = 1'000;

std::string_view to_text(QuoteItem item);
std::optional<QuoteItem> quote_item_from(std::string_view text);

// The list that began last; nullptr: none has begun, and orders cost nothing.
const PriceList* price_list_at(const State& state, WallTime now);

struct Ordered {
    SizeName size;
    int copies = 1;
    ReplicationMode mode = ReplicationMode::Synchronous;
    int min_countries = 1;
};
// FailedPrecondition: the list has no price for that size.
Result<Quote> quote(const PriceList& list, const Ordered& order);

// What this order would be quoted now, whether or not there is room for it; absent: nothing is
// charged. Refuses what order_instance() refuses of release, size and policy. (order.cpp)
Result<std::optional<Quote>> quote_order(const State& state, const OrderInstance& order,
                                         WallTime now);

// "27.00 EUR": two decimals, as all currencies that we charge have.
std::string money_text(Cents cents, std::string_view currency);

}  // namespace foyer::master
