// What an order would cost: the question to the API, of `foyer quote` and before an order.
#pragma once

#include <string>

namespace foyer::cli {

struct QuoteQuestion {
    std::string release;  // "tryton" or "tryton@7.0.30-1"
    std::string size;     // empty: the smallest
    std::string mode;     // "synchronous", "asynchronous"; empty: synchronous
    int replicas = 0;     // 0: as many as the release makes
    int min_countries = 0;
};

// "/v1/quote?release=tryton&size=s"
std::string quote_path(const QuoteQuestion& question);

}  // namespace foyer::cli
