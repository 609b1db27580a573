#include "master/domain/prices.h"

#include <algorithm>
#include <array>

#include "common/base/enum_text.h"
#include "common/base/money.h"
#include "common/base/text.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"

namespace foyer::master {
namespace {

// A list may be made known before it begins, and must not change what was charged before.
constexpr Duration known_before_max = limits::of_days(366);

Error refused(std::string_view field, std::string why) {
    return error(ErrorCode::InvalidArgument, std::move(why), {{"field", std::string(field)}});
}

Status check_price(const SizeName& size, std::string_view what, Cents cents) {
    if (cents.count() >= 0 && cents.count() <= cents_max) return ok_status();
    return refused("sizes", std::string(what) + " of size '" + size.str() + "' is " +
                                std::to_string(cents.count()) + " cents; it may be 0 to " +
                                std::to_string(cents_max));
}

Status check_sizes(const std::vector<SizePrice>& sizes) {
    if (sizes.empty()) return refused("sizes", "a price list needs the price of one size at least");
    if (sizes.size() > sizes_max)
        return refused("sizes", "a price list has at most " + std::to_string(sizes_max) + " sizes");
    std::set<SizeName> seen;
    for (const SizePrice& price : sizes) {
        TRY(check_name("size", price.size.str()));
        if (!seen.insert(price.size).second)
            return refused("sizes", "size '" + price.size.str() + "' has two prices");
        TRY(check_price(price.size, "the price of a copy", price.copy));
        TRY(check_price(price.size, "the price of synchronous writes", price.synchronous));
        TRY(check_price(price.size, "the price of a further country", price.further_country));
    }
    return ok_status();
}

Status check_currency(const std::string& currency) {
    if (is_currency_code(currency)) return ok_status();
    return refused("currency", "a currency is an ISO 4217 code of three capitals, like EUR");
}

Status check_begin(const State& state, WallTime valid_from, WallTime now) {
    if (valid_from < now)
        return refused("valid_from",
                       "a price list cannot begin in the past: what was ordered since then was "
                       "quoted otherwise; leave valid_from out for now");
    if (valid_from - now > known_before_max)
        return refused("valid_from", "a price list begins within a year");
    for (const auto& [name, other] : state.price_lists())
        if (other.valid_from == valid_from)
            return refused("valid_from", "price list '" + name.str() + "' begins at that moment");
    return ok_status();
}

void add_line(Quote& quote, QuoteItem item, int quantity, Cents each) {
    if (quantity <= 0 || each.count() == 0) return;
    const Cents total(each.count() * quantity);
    quote.lines.push_back({item, quantity, each, total});
    quote.monthly += total;
}

}  // namespace

std::string_view to_text(QuoteItem item) {
    switch (item) {
        case QuoteItem::Copies: return "copies";
        case QuoteItem::Synchronous: return "synchronous";
        case QuoteItem::FurtherCountries: return "further_countries";
    }
    CHECK(false);
}

std::optional<QuoteItem> quote_item_from(std::string_view text) {
    return enum_from_text(
        std::array{QuoteItem::Copies, QuoteItem::Synchronous, QuoteItem::FurtherCountries}, text);
}

const PriceList* price_list_at(const State& state, WallTime now) {
    const PriceList* newest = nullptr;
    for (const auto& [name, list] : state.price_lists())
        if (list.valid_from <= now && (newest == nullptr || list.valid_from > newest->valid_from))
            newest = &list;
    return newest;
}

Result<Quote> quote(const PriceList& list, const Ordered& order) {
    const auto price = std::ranges::find(list.sizes, order.size, &SizePrice::size);
    if (price == list.sizes.end())
        return error(ErrorCode::FailedPrecondition,
                     "size '" + order.size.str() + "' has no price in the list '" +
                         list.name.str() +
                         "' that is in force; order another size, or ask the "
                         "operator to publish a list that has it",
                     {{"rule", "no_price"}, {"price_list", list.name.str()}});
    Quote made{list.name, list.currency, {}, Cents(0)};
    add_line(made, QuoteItem::Copies, order.copies, price->copy);
    if (order.mode == ReplicationMode::Synchronous)
        add_line(made, QuoteItem::Synchronous, order.copies, price->synchronous);
    add_line(made, QuoteItem::FurtherCountries, order.min_countries - 1, price->further_country);
    return made;
}

std::string money_text(Cents cents, std::string_view currency) {
    return decimal_text(cents) + " " + std::string(currency);
}

Result<Decision> publish_price_list(const State& state, const PublishPriceList& command,
                                    WallTime now) {
    PriceList list = command.list;
    if (command.at_once) list.valid_from = now;
    TRY(check_name("price list", list.name.str()));
    TRY(check_currency(list.currency));
    TRY(check_sizes(list.sizes));
    if (state.price_lists().contains(list.name))
        return error(ErrorCode::AlreadyExists,
                     "price list '" + list.name.str() +
                         "' already exists, and orders may be quoted from it; publish another one",
                     {{"field", "name"}});
    if (state.price_lists().size() >= price_lists_max)
        return error(ErrorCode::ResourceExhausted,
                     std::to_string(price_lists_max) + " price lists are the most that are kept");
    TRY(check_begin(state, list.valid_from, now));
    list.created_at = now;
    Draft draft(state, now);
    draft.put(list);
    draft.event("price_list_published", list,
                "prices in " + list.currency + " from " + to_rfc3339(list.valid_from) + " on");
    return std::move(draft).done(list.name.str());
}

Result<Decision> delete_price_list(const State& state, const DeletePriceList& command,
                                   WallTime now) {
    const PriceList list =
        TRY(find_row(state.price_lists(), command.name, "price list", "foyer price-list ls"));
    if (list.valid_from <= now)
        return error(ErrorCode::FailedPrecondition,
                     "price list '" + list.name.str() + "' began at " +
                         to_rfc3339(list.valid_from) +
                         ", and orders may be quoted from it; publish another list, which follows "
                         "it: `foyer price-list publish FILE`",
                     {{"rule", "price_list_began"}});
    Draft draft(state, now);
    draft.event("price_list_deleted", list,
                "it would have begun at " + to_rfc3339(list.valid_from));
    draft.drop(DropPriceList{list.name});
    return std::move(draft).done(list.name.str());
}

}  // namespace foyer::master
