// Price lists, and quotes as messages.
#include "master/domain/prices.h"

#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

void show_in(const State& state, const PriceList& list, WallTime now, api::PriceList& to) {
    show(list, price_list_at(state, now) == &list, to);
}

}  // namespace

void show(const PriceList& from, bool in_force, api::PriceList& to) {
    to.set_name(from.name.str());
    to.set_currency(from.currency);
    set_time(from.valid_from, *to.mutable_valid_from());
    for (const SizePrice& price : from.sizes) {
        api::SizePrice& added = *to.add_sizes();
        added.set_size(price.size.str());
        added.set_copy_cents(price.copy.count());
        added.set_synchronous_cents(price.synchronous.count());
        added.set_further_country_cents(price.further_country.count());
    }
    set_time(from.created_at, *to.mutable_created_at());
    to.set_in_force(in_force);
    to.set_revision(from.revision.number());
}

void show(const Quote& from, api::Quote& to) {
    to.set_price_list(from.list.str());
    to.set_currency(from.currency);
    for (const QuoteLine& line : from.lines) {
        api::QuoteLine& added = *to.add_lines();
        added.set_item(std::string(to_text(line.item)));
        added.set_quantity(line.quantity);
        added.set_each_cents(line.each.count());
        added.set_total_cents(line.total.count());
    }
    to.set_monthly_cents(from.monthly.count());
}

void publish_price_list(const ApiContext& context, ApiCall call,
                        const api::PublishPriceListRequest& request, api::PriceList& response) {
    PublishPriceList publish;
    publish.list.name = PriceListName(request.name());
    publish.list.currency = request.currency();
    publish.at_once = !request.has_valid_from();
    if (request.has_valid_from()) {
        const auto begins = time_in(request.valid_from(), "valid_from");
        if (!begins.ok()) return call.done(begins.failure());
        publish.list.valid_from = begins.value();
    }
    for (const api::SizePrice& price : request.sizes())
        publish.list.sizes.push_back({SizeName(price.size()), Cents(price.copy_cents()),
                                      Cents(price.synchronous_cents()),
                                      Cents(price.further_country_cents())});
    PreparedWrite write;
    write.command = std::move(publish);
    write.render = [](const State& after, const Reply& reply, google::protobuf::Message& answer) {
        const PriceList& list = after.price_lists().at(PriceListName(reply.subject));
        show_in(after, list, list.created_at, static_cast<api::PriceList&>(answer));
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_price_list(const ApiContext& context, ApiCall call,
                       const api::DeletePriceListRequest& request,
                       api::DeletePriceListResponse& response) {
    PreparedWrite write;
    write.command = DeletePriceList{PriceListName(request.name())};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void get_price_list(const ApiContext& context, ApiCall call,
                    const api::GetPriceListRequest& request, api::PriceList& response) {
    const WallTime now = context.clock.wall();
    call.done(context.planner.read([&](const State& state) {
        return show_found(state.price_lists(), request.name(), "price list",
                          [&](const PriceList& row) { show_in(state, row, now, response); });
    }));
}

void list_price_lists(const ApiContext& context, ApiCall call,
                      const api::ListPriceListsRequest& request,
                      api::ListPriceListsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    const WallTime now = context.clock.wall();
    context.planner.read([&](const State& state) {
        list_rows(
            state, state.price_lists(), window.value(), *response.mutable_page(),
            [&](const PriceList& row) { show_in(state, row, now, *response.add_price_lists()); });
    });
    call.done(ok_status());
}

}  // namespace foyer::master
