// Webhooks beside their table.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

const Table& webhooks() {
    using enum Column::Kind;
    static const Table table({"webhooks",
                              {"account", "name"},
                              {{"account"},
                               {"name"},
                               {"url"},
                               {"about"},
                               {"subject"},
                               {"kind"},
                               {"note"},
                               {"secret"},
                               {"last_sequence", Int8},
                               {"deliveries", Int8},
                               {"failing_since", Time},
                               {"failure"},
                               {"off_at", Time},
                               {"created_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_webhook(Row row, Changes& into) {
    Webhook w;
    TRY(row.into(w.account, w.name, w.url, w.about, w.subject, w.kind, w.note, w.secret, w.last,
                 w.deliveries, w.failing_since, w.failure, w.off_at, w.created_at, w.revision));
    into.push_back(Put<Webhook>{std::move(w)});
    return ok_status();
}

}  // namespace

Call put_call(const Webhook& w) {
    return {&webhooks().put, Params().add(w.account, w.name, w.url, w.about, w.subject, w.kind,
                                          w.note, w.secret, w.last, w.deliveries, w.failing_since,
                                          w.failure, w.off_at, w.created_at, w.revision)};
}

Call drop_call(const DropWebhook& change) {
    return {&webhooks().drop, Params().add(change.key.first, change.key.second)};
}

void add_webhook_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &webhooks().copy, read_webhook});
}

}  // namespace foyer::master
