// What a copy costs, and what an order was quoted: rows of the catalogue (rows.h).
#pragma once

#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/base/units.h"
#include "common/model/ids.h"

namespace foyer::master {

using PriceListName = Id<struct PriceListNameTag>;

// What one copy costs a month, and what comes on top.
struct SizePrice {
    SizeName size;
    Cents copy;
    Cents synchronous;      // for each copy of a synchronous order
    Cents further_country;  // for each country that an order requires beyond the first
    friend bool operator==(const SizePrice&, const SizePrice&) = default;
};

// The same for every release, whoever publishes it. A list is never changed: the next one follows.
struct PriceList {
    PriceListName name;
    std::string currency;  // ISO 4217, "EUR"
    WallTime valid_from;
    std::vector<SizePrice> sizes;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const PriceList&, const PriceList&) = default;
};

enum class QuoteItem { Copies, Synchronous, FurtherCountries };

struct QuoteLine {
    QuoteItem item = QuoteItem::Copies;
    int quantity = 0;
    Cents each;
    Cents total;
    friend bool operator==(const QuoteLine&, const QuoteLine&) = default;
};

// What an order costs a month, kept with it.
struct Quote {
    PriceListName list;
    std::string currency;
    std::vector<QuoteLine> lines;
    Cents monthly;  // their sum
    friend bool operator==(const Quote&, const Quote&) = default;
};

}  // namespace foyer::master
