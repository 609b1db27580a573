#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/money.h"
#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"
#include "master/cli/order_parameters.h"
#include "master/cli/quote.h"
#include "master/cli/release_name.h"
#include "master/cli/retry.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

constexpr const char* releases_hint = "foyer release ls";
// The master refuses the order at any other price than this.
constexpr const char* guard = "expected_monthly_cents";

struct OrderOptions {
    std::string release;  // "tryton" or "tryton@7.0.30-1"
    std::string name;
    std::string size;
    std::vector<std::string> countries;
    std::string mode;
    std::string short_of_copies;
    std::string patience;
    std::vector<std::string> parameters;
    std::string parameters_file;
    int replicas = 0;
    int min_countries = 0;
    std::string expected_price;
    bool allow_same_isp = false;
    bool no_reveal = false;
    bool yes = false;
    WaitOptions wait;
};

Result<Json> read_parameters(Session& session, const OrderOptions& options) {
    if (options.parameters.empty() && options.parameters_file.empty()) return Json::object();
    const Json found = TRY(session.get_json(path_of_release(options.release), releases_hint));
    const Json schema = Json::parse(text_field(found, "parameters_schema_json"), nullptr, false);
    Json from_file;
    if (!options.parameters_file.empty()) {
        const std::string text = TRY(tls::read_small_file(options.parameters_file));
        from_file = Json::parse(text, nullptr, false);
        if (from_file.is_discarded()) {
            return usage_error(fmt::format("'{}' is not JSON", options.parameters_file));
        }
    }
    return order_parameters(schema, from_file, options.parameters);
}

Result<Json> order_body(Session& session, const OrderOptions& options) {
    const auto [release, version] = parse_release_name(options.release);
    Json body = {{"name", options.name}, {"release", release}};
    if (!version.empty()) body["version"] = version;
    if (!options.size.empty()) body["size"] = options.size;
    const Json parameters = TRY(read_parameters(session, options));
    if (!parameters.empty()) body["parameters"] = parameters;
    Json policy = Json::object();
    if (options.replicas > 0) policy["replicas"] = options.replicas;
    if (!options.countries.empty()) policy["countries"] = options.countries;
    if (options.min_countries > 0) policy["min_countries"] = options.min_countries;
    if (!options.mode.empty()) policy["mode"] = options.mode;
    if (!options.short_of_copies.empty())
        policy["short_of_copies"] = options.short_of_copies == "go-on" ? "go_on" : "stop_writes";
    if (!options.patience.empty()) policy["patience"] = options.patience;
    if (options.allow_same_isp) policy["allow_same_isp"] = true;
    if (!policy.empty()) body["policy"] = policy;
    if (!options.expected_price.empty()) body[guard] = TRY(parse_cents(options.expected_price));
    if (options.wait.dry_run) body["validate_only"] = true;
    return body;
}

// What is in force now, in cents a month; a person is asked whether that is right.
Result<std::int64_t> price_agreed(Session& session, const OrderOptions& options) {
    const QuoteQuestion question{options.release, options.size, options.mode, options.replicas,
                                 options.min_countries};
    const Json quote = TRY(session.get_json(quote_path(question), releases_hint));
    const std::int64_t cents = number_field(quote, "monthly_cents");
    const bool charged = !text_field(quote, "price_list").empty();
    if (!charged || options.yes || !session.console().is_interactive()) return cents;
    session.console().note(view_quote(quote, session.view_context()));
    const bool agreed =
        TRY(ask_yes(session, fmt::format("Order at {} {} a month?", decimal_text(Cents(cents)),
                                         text_field(quote, "currency"))));
    if (!agreed) return error(ErrorCode::FailedPrecondition, "nothing was ordered");
    return cents;
}

// The master takes a repetition only of the same order, which by then may be priced otherwise.
Error with_price(Error failure, const Json& body) {
    const std::string price = decimal_text(Cents(number_field(body, guard)));
    for (ErrorDetail& fact : failure.details)
        if (fact.key == next_key && is_retryable(failure.code))
            fact.value += " --expected-price " + price;
    return failure;
}

// At the price that was named or looked up, never at an unknown one. The API's answer.
Result<std::string> place_order(Session& session, const OrderOptions& options) {
    Json body = TRY(order_body(session, options));
    if (!options.wait.dry_run && !body.contains(guard))
        body[guard] = TRY(price_agreed(session, options));
    auto answer = session.write("POST", "/v1/instances", body, releases_hint);
    if (!answer.ok()) return with_price(std::move(answer).failure(), body);
    return answer;
}

// The answer in the API's shape, with what is known by now. The password is in it once.
Status show_order(Session& session, const Json& instance, const Json& operation,
                  const Json& connection) {
    if (session.wants_json()) {
        Json answer = {{"instance", instance}, {"operation", operation}};
        if (!connection.is_null()) answer["instance"]["connection"] = connection;
        return session.print_json(answer.dump());
    }
    const Json& shown = connection.is_null() ? field(instance, "connection") : connection;
    session.console().data(view_connection(shown, session.view_context()) + "\n" +
                           view_copies(instance, session.view_context()));
    if (!connection.is_null()) {
        session.console().note("\nthe password is shown once; keep it");
    }
    return ok_status();
}

Status finish_order(Session& session, const OrderOptions& options, const Json& operation) {
    const std::string path = path_of("instances", options.name);
    Json connection;
    if (!options.no_reveal) {
        const auto revealed =
            session.write("POST", path + ":reveal", Json::object(), {}, "-reveal");
        if (revealed.ok()) {
            connection = TRY(parse_json(revealed.value()));
        } else {
            session.console().note(
                "foyer: the password was not shown: " + revealed.failure().message +
                "; foyer instance reveal " + options.name);
        }
    }
    const Json instance = TRY(session.get_json(path));
    return show_order(session, instance, operation, connection);
}

Status order(Session& session, const OrderOptions& options) {
    const std::string answer = TRY(place_order(session, options));
    const Json ordered = TRY(parse_json(answer));
    if (!session.wants_json())
        for (const Json& promise : list_field(ordered, "promises"))
            if (promise.is_string())
                session.console().note("promise: " + promise.get<std::string>());
    const Json& quote = field(field(ordered, "instance"), "quote");
    if (!session.wants_json() && !quote.is_null())
        session.console().note("price: " + quote_text(quote));
    if (options.wait.dry_run || options.wait.no_wait) {
        if (options.wait.dry_run) session.console().note(dry_run_note);
        if (session.wants_json()) return session.print_json(answer);
        session.console().data(view_copies(field(ordered, "instance"), session.view_context()));
        const Json& placement = field(ordered, "placement");
        if (!placement.is_null())
            session.console().data("\n" + view_placement(placement, session.view_context()));
        const std::string id = text_field(field(ordered, "operation"), "id");
        if (!options.wait.dry_run)
            session.console().note("it goes on by itself: foyer op wait " + id);
        return ok_status();
    }
    const Duration timeout = TRY(parse_duration(options.wait.timeout));
    const auto finished =
        TRY(wait_for_operation(session, field(ordered, "operation").dump(), timeout));
    return finish_order(session, options, finished.operation());
}

void add_order_options(Command command, OrderOptions& options) {
    command.add_option("release", options.release, "its name, or NAME@VERSION").required();
    command.add_option("--name", options.name, "name of the instance, first label of its URL")
        .required();
    command.add_option("--size", options.size, "one of the release's sizes; absent: the smallest");
    command.add_option("--countries", options.countries, "where every copy must be: FR,BE")
        .delimiter(',');
    command.add_option("--min-countries", options.min_countries, "at least so many countries")
        .check(between(1, 5));
    command.add_option("--replicas", options.replicas, "copies of the data").check(between(1, 5));
    command.add_option("--mode", options.mode, "when a write counts")
        .check(one_of({"synchronous", "asynchronous"}));
    command
        .add_option("--short-of-copies", options.short_of_copies,
                    "when fewer copies live than a synchronous write needs; absent: stop-writes")
        .check(one_of({"stop-writes", "go-on"}));
    command
        .add_option("--patience", options.patience,
                    "how long a home that serves may be silent before another takes over: quick "
                    "7 s, patient 20 s; absent: measured, as its lines need it")
        .check(one_of({"measured", "quick", "patient"}));
    command
        .add_option("--expected-price", options.expected_price,
                    "a month, as `foyer quote` told it: 27.00; refused if it is another one, and "
                    "nobody is asked. Absent: what is in force now")
        .check(a_price());
    command.add_flag("--allow-same-isp", options.allow_same_isp,
                     "copies may share an ISP; the order then does not survive its loss");
    command
        .add_option("--param", options.parameters, "one of the release's parameters; several times")
        .one_value_each()
        .type_name("KEY=VALUE");
    command.add_option("--params-file", options.parameters_file, "JSON object with parameters")
        .type_name("FILE");
}

}  // namespace

void add_order_command(Command app, Session& session) {
    auto& options = session.keep<OrderOptions>();
    Command command = add_command(app, "order", "order an instance of a release");
    add_order_options(command, options);
    command.add_flag("--yes", options.yes, "do not ask whether the price is right");
    command.add_flag("--no-reveal", options.no_reveal, "do not show the password");
    command.add_flag("--no-wait", options.wait.no_wait, "do not wait until it serves");
    command.add_option("--timeout", options.wait.timeout, "how long to wait")
        .shows_default()
        .check(a_duration());
    add_dry_run(command, options.wait.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return order(session, options); };
    });
}

void add_plan_commands(Command app, Session& session) {
    Command group = add_group(app, "plan", "show what would happen, and why; change nothing");
    auto& options = session.keep<OrderOptions>();
    options.wait.dry_run = true;
    Command command = add_command(group, "order", "where the copies of an order would be");
    add_order_options(command, options);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return order(session, options); };
    });
}

}  // namespace foyer::cli
