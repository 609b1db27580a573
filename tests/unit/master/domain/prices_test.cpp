#include "master/domain/prices.h"

#include "master/domain/decide.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

PriceList list(const std::string& name = "list-2026") {
    PriceList one;
    one.name = PriceListName(name);
    one.currency = "EUR";
    one.sizes = {{SizeName("s"), Cents(900), Cents(100), Cents(250)},
                 {SizeName("m"), Cents(1'800), Cents(0), Cents(0)}};
    return one;
}

PublishPriceList at_once(PriceList one = list()) { return {std::move(one), true}; }

std::string refusal(const World& world, const PublishPriceList& command) {
    const auto decision = world.attempt(command);
    return decision.ok() ? std::string() : decision.failure().message;
}

}  // namespace

TEST_CASE("a quote is the sum of its lines, which are quantities of prices") {
    const auto all = quote(list(), {SizeName("s"), 3, ReplicationMode::Synchronous, 2});
    REQUIRE(all.ok());
    CHECK(all.value().monthly == Cents(3 * 900 + 3 * 100 + 250));
    CHECK(all.value().currency == "EUR");
    CHECK(all.value().lines ==
          std::vector<QuoteLine>{{QuoteItem::Copies, 3, Cents(900), Cents(2'700)},
                                 {QuoteItem::Synchronous, 3, Cents(100), Cents(300)},
                                 {QuoteItem::FurtherCountries, 1, Cents(250), Cents(250)}});
    // What costs nothing is no line.
    const auto plain = quote(list(), {SizeName("m"), 2, ReplicationMode::Asynchronous, 1});
    CHECK(plain.value().lines.size() == 1);
    CHECK(plain.value().monthly == Cents(3'600));
    CHECK(quote(list(), {SizeName("l"), 3, ReplicationMode::Synchronous, 1}).failure().code ==
          ErrorCode::FailedPrecondition);
}

TEST_CASE("the dearest order cannot overflow") {
    PriceList dear = list();
    dear.sizes = {{SizeName("s"), Cents(cents_max), Cents(cents_max), Cents(cents_max)}};
    const auto made = quote(dear, {SizeName("s"), 9, ReplicationMode::Synchronous, 9});
    CHECK(made.value().monthly == Cents(26 * cents_max));
}

TEST_CASE("orders are quoted from the list that began last, and keep their quote") {
    World world;
    CHECK(price_list_at(world.state, world.now) == nullptr);
    world.run(world.order("free"));
    CHECK_FALSE(world.instance("free").quote);
    world.run(at_once());
    PriceList later = list("list-2027");
    later.valid_from = world.now + Duration(1'000);
    later.sizes[0].copy = Cents(1'000);
    world.run(PublishPriceList{later, false});
    world.run(world.order("acme"));
    REQUIRE(world.instance("acme").quote);
    CHECK(world.instance("acme").quote->list == PriceListName("list-2026"));
    world.now = world.now + Duration(1'000);
    CHECK(price_list_at(world.state, world.now)->name == PriceListName("list-2027"));
    world.run(world.order("shop"));
    CHECK(world.instance("shop").quote->list == PriceListName("list-2027"));
    CHECK(world.instance("acme").quote->monthly < world.instance("shop").quote->monthly);
    CHECK_FALSE(world.instance("free").quote);
}

TEST_CASE("an order that expected another price is refused, and says which it is") {
    World world;
    OrderInstance order = world.order("acme");
    order.expected = Cents(0);
    CHECK(world.attempt(order).ok());  // nothing is charged
    world.run(at_once());
    const auto refused = world.attempt(order);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.starts_with("it costs 30.00 EUR a month by the price list"));
    order.expected = Cents(3'000);
    CHECK(world.attempt(order).ok());
}

TEST_CASE("a quote needs no room, and refuses what an order would") {
    World world;
    world.run(at_once());
    OrderInstance order = world.order("acme");
    order.replicas = 5;
    order.min_countries = 4;  // of which there are not so many
    CHECK_FALSE(world.attempt(order).ok());
    const auto quoted = quote_order(world.state, order, world.now);
    REQUIRE(quoted.ok());
    CHECK(quoted.value()->monthly == Cents(5 * 900 + 5 * 100 + 3 * 250));
    order.size = SizeName("huge");
    CHECK(quote_order(world.state, order, world.now).failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("bad lists are refused with what to change") {
    World world;
    CHECK(refusal(world, at_once()).empty());
    PriceList bad = list("Nein!");
    CHECK_FALSE(refusal(world, at_once(bad)).empty());
    bad = list();
    bad.currency = "euro";
    CHECK(refusal(world, at_once(bad)).find("ISO 4217") != std::string::npos);
    bad = list();
    bad.sizes.clear();
    CHECK_FALSE(refusal(world, at_once(bad)).empty());
    bad = list();
    bad.sizes[0].copy = Cents(-1);
    CHECK(refusal(world, at_once(bad)).find("size 's'") != std::string::npos);
    bad = list();
    bad.sizes[1].further_country = Cents(cents_max + 1);
    CHECK_FALSE(refusal(world, at_once(bad)).empty());
    bad = list();
    bad.sizes[1].size = SizeName("s");
    CHECK(refusal(world, at_once(bad)).find("two prices") != std::string::npos);
    bad = list();
    bad.valid_from = world.now + Duration(-1);
    CHECK(refusal(world, {bad, false}).find("in the past") != std::string::npos);
    bad.valid_from = world.now + Duration(std::int64_t{400} * 24 * 3'600'000);
    CHECK_FALSE(refusal(world, {bad, false}).empty());
    world.run(at_once());
    CHECK(refusal(world, at_once()).find("already exists") != std::string::npos);
    CHECK(refusal(world, at_once(list("other"))).find("begins at that moment") !=
          std::string::npos);
}

TEST_CASE("a price list that has not begun is taken back, one that has is not") {
    World world;
    world.run(at_once());
    PriceList later = list("later");
    later.valid_from = world.now + Duration(86'400'000);
    world.run(PublishPriceList{later, false});
    const auto went = [&](const char* name) {
        return decide(world.state, DeletePriceList{PriceListName(name)}, world.now);
    };
    CHECK(went("none").failure().code == ErrorCode::NotFound);
    const auto began = went(list().name.str().c_str());
    REQUIRE_FALSE(began.ok());
    CHECK(began.failure().code == ErrorCode::FailedPrecondition);
    CHECK(began.failure().message.find("foyer price-list publish") != std::string::npos);
    world.run(DeletePriceList{later.name});
    CHECK(world.state.price_lists().size() == 1);
    CHECK(world.events("price_list_deleted") == 1);
    world.run(PublishPriceList{later, false});  // its name and its moment are free again
}

TEST_CASE("money is written with its currency") {
    CHECK(money_text(Cents(2'700), "EUR") == "27.00 EUR");
}

TEST_CASE("items of quotes are told apart by their words") {
    for (const QuoteItem item :
         {QuoteItem::Copies, QuoteItem::Synchronous, QuoteItem::FurtherCountries})
        CHECK(quote_item_from(to_text(item)) == item);
    CHECK_FALSE(quote_item_from("tax"));
}
