// Contacts beside their table.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

const Table& contacts() {
    using enum Column::Kind;
    static const Table table({"contacts",
                              {"id"},
                              {{"id"},
                               {"account"},
                               {"address"},
                               {"language"},
                               {"topics", Texts},
                               {"code_hash"},
                               {"code"},
                               {"code_expires_at", Time},
                               {"code_tries", Int4},
                               {"codes", Int4},
                               {"codes_since", Time},
                               {"codes_made", Int8},
                               {"confirmed_at", Time},
                               {"last_sequence", Int8},
                               {"mails", Int8},
                               {"under_way", Int8},
                               {"failing_since", Time},
                               {"failure"},
                               {"refused", Int4},
                               {"off_at", Time},
                               {"removed_at", Time},
                               {"created_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_contact(Row row, Changes& into) {
    Contact c;
    TRY(row.into(c.id, c.account, c.address, c.language, c.topics, c.code_hash, c.code,
                 c.code_expires_at, c.code_tries, c.codes, c.codes_since, c.codes_made,
                 c.confirmed_at, c.last, c.mails, c.under_way, c.failing_since, c.failure,
                 c.refused, c.off_at, c.removed_at, c.created_at, c.revision));
    into.push_back(Put<Contact>{std::move(c)});
    return ok_status();
}

}  // namespace

Call put_call(const Contact& c) {
    return {&contacts().put,
            Params().add(c.id, c.account, c.address, c.language, c.topics, c.code_hash, c.code,
                         c.code_expires_at, c.code_tries, c.codes, c.codes_since, c.codes_made,
                         c.confirmed_at, c.last, c.mails, c.under_way, c.failing_since, c.failure,
                         c.refused, c.off_at, c.removed_at, c.created_at, c.revision)};
}

Call drop_call(const DropContact& change) { return {&contacts().drop, Params().add(change.id)}; }

void add_contact_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &contacts().copy, read_contact});
}

}  // namespace foyer::master
