// Customers' names, and what edges have for them, beside their tables.
#include "master/store/row_mapping.h"

namespace foyer::master {
namespace {

const Table& domains() {
    using enum Column::Kind;
    static const Table table({"domains",
                              {"name", "owner"},
                              {{"name"},
                               {"instance"},
                               {"owner"},
                               {"token"},
                               {"seen"},
                               {"created_at", Time},
                               {"proven_at", Time},
                               {"use"},
                               {"mail_selector"},
                               {"mail_public_key"},
                               {"mail_private_key"},
                               {"revision", Int8}}});
    return table;
}

const Table& zone_mail_keys() {
    using enum Column::Kind;
    static const Table table(
        {"zone_mail_keys",
         {"zone"},
         {{"zone"}, {"selector"}, {"public_key"}, {"private_key"}, {"revision", Int8}}});
    return table;
}

const Table& certificates() {
    using enum Column::Kind;
    static const Table table({"domain_certificates",
                              {"domain", "edge"},
                              {{"domain"},
                               {"owner"},
                               {"edge"},
                               {"not_after", Time},
                               {"failures", Int4},
                               {"failure"},
                               {"failed_at", Time},
                               {"retry_at", Time},
                               {"revision", Int8}}});
    return table;
}

Status read_domain(Row row, Changes& into) {
    Domain d;
    MailKey key;
    TRY(row.into(d.name, d.instance, d.owner, d.token, d.seen, d.created_at, d.proven_at, d.use,
                 key.selector, key.public_key, key.private_key, d.revision));
    if (!key.selector.empty()) d.mail_key = std::move(key);
    into.push_back(Put<Domain>{std::move(d)});
    return ok_status();
}

Status read_zone_mail_key(Row row, Changes& into) {
    ZoneMailKey k;
    TRY(row.into(k.zone, k.key.selector, k.key.public_key, k.key.private_key, k.revision));
    into.push_back(Put<ZoneMailKey>{std::move(k)});
    return ok_status();
}

Status read_certificate(Row row, Changes& into) {
    DomainCertificate c;
    TRY(row.into(c.domain, c.owner, c.edge, c.not_after, c.failures, c.failure, c.failed_at,
                 c.retry_at, c.revision));
    into.push_back(Put<DomainCertificate>{std::move(c)});
    return ok_status();
}

}  // namespace

Call put_call(const Domain& d) {
    const MailKey key = d.mail_key.value_or(MailKey{});
    return {&domains().put,
            Params().add(d.name, d.instance, d.owner, d.token, d.seen, d.created_at, d.proven_at,
                         d.use, key.selector, key.public_key, key.private_key, d.revision)};
}

Call put_call(const ZoneMailKey& k) {
    return {&zone_mail_keys().put,
            Params().add(k.zone, k.key.selector, k.key.public_key, k.key.private_key, k.revision)};
}

Call drop_call(const DropDomain& change) {
    return {&domains().drop, Params().add(change.key.first, change.key.second)};
}

Call put_call(const DomainCertificate& c) {
    return {&certificates().put, Params().add(c.domain, c.owner, c.edge, c.not_after, c.failures,
                                              c.failure, c.failed_at, c.retry_at, c.revision)};
}

Call drop_call(const DropDomainCertificate& change) {
    return {&certificates().drop, Params().add(change.domain, change.edge)};
}

void add_domain_loaders(std::vector<Loader>& loaders) {
    loaders.push_back({{}, &domains().copy, read_domain});
    loaders.push_back({{}, &certificates().copy, read_certificate});
    loaders.push_back({{}, &zone_mail_keys().copy, read_zone_mail_key});
}

}  // namespace foyer::master
