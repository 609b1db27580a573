// price-list, quote: what an order costs.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/quote.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

constexpr const char* releases_hint = "foyer release ls";

struct Publishing {
    std::string file;
    bool dry_run = false;
};

Status publish(Session& session, const Publishing& options) {
    const std::string text = TRY(tls::read_small_file(options.file));
    Json list = Json::parse(text, nullptr, false);
    if (!list.is_object())
        return usage_error(fmt::format("'{}' is not a JSON object", options.file),
                           "foyer price-list publish --help shows one");
    if (options.dry_run) list["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/price-lists", list));
    return show_created(session, answer, view_price_list, options.dry_run);
}

void add_publish(Command group, Session& session) {
    auto& options = session.keep<Publishing>();
    Command command = add_command(group, "publish", "publish a price list (operator)");
    command
        .add_option("file", options.file,
                    R"(JSON: {"name": "list-2027", "currency": "EUR", "valid_from": )"
                    R"("2027-01-01T00:00:00Z", "sizes": [{"size": "s", "copy_cents": 900, )"
                    R"("synchronous_cents": 100, "further_country_cents": 200}]}; )"
                    R"(without valid_from it begins now)")
        .required()
        .type_name("FILE");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return publish(session, options); };
    });
}

void add_quote(Command app, Session& session) {
    auto& options = session.keep<QuoteQuestion>();
    Command command = add_command(app, "quote", "what an order would cost a month");
    command.add_option("release", options.release, "its name, or NAME@VERSION").required();
    command.add_option("--size", options.size, "one of the release's sizes; absent: the smallest");
    command.add_option("--replicas", options.replicas, "copies of the data").check(between(1, 5));
    command.add_option("--mode", options.mode, "when a write counts")
        .check(one_of({"synchronous", "asynchronous"}));
    command.add_option("--min-countries", options.min_countries, "at least so many countries")
        .check(between(1, 5));
    command.callback([&session, &options] {
        session.action = [&session, &options]() -> Status {
            return session.show(TRY(session.get(quote_path(options), releases_hint)), view_quote);
        };
    });
}

}  // namespace

void add_price_commands(Command app, Session& session) {
    Command group = add_group(app, "price-list", "what copies cost a month");
    add_publish(group, session);
    add_list_command(group, session,
                     {"/v1/price-lists", "price_lists",
                      "no price lists: nothing is charged; foyer price-list publish FILE"},
                     view_price_lists);
    add_show_command(group, session, "price-lists", view_price_list);
    add_delete_command(group, session,
                       {.collection = "price-lists",
                        .description = "take back a list that has not begun (operator)",
                        .loss = {}});
    add_quote(app, session);
}

}  // namespace foyer::cli
