#include "node-agent/state/file_mail_counts.h"

#include <nlohmann/json.hpp>

#include "node-agent/state/checked_file.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {

using Json = nlohmann::json;

// A damaged one begins anew: a day's limit is no promise that must survive everything.
MailBook FileMailCounts::load() {
    const auto body = read_checked(file_);
    if (!body.ok()) return {};
    JsonFields fields(body.value());
    MailBook book;
    book.day = fields.number("day");
    book.strangers = fields.number("strangers");
    for (const Json& item : fields.list("counts")) {
        JsonFields one(item);
        const InstanceName instance(one.text("instance"));
        book.counts[instance] = {one.number("accepted"), one.number("refused")};
        fields.is(one.ok());
    }
    return fields.ok() ? book : MailBook{};
}

Status FileMailCounts::keep(const MailBook& book) {
    Json counts = Json::array();
    for (const auto& [instance, count] : book.counts)
        counts.push_back({{"instance", instance.str()},
                          {"accepted", count.accepted},
                          {"refused", count.refused}});
    return write_checked(file_,
                         {{"day", book.day}, {"strangers", book.strangers}, {"counts", counts}});
}

}  // namespace foyer::agent
