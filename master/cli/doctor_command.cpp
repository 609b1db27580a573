// doctor: looks at everything between this machine and the cloud, in order.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/tls/presented_chain.h"
#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/diagnosis.h"
#include "master/cli/exit_code.h"
#include "master/cli/help.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr Duration patience{5000};
constexpr int word_width = 9;
constexpr int check_width = 12;
constexpr const char* login = "foyer login --api URL --ca FILE --token-file FILE";

// One run. Each look adds its finding; what cannot be known without an earlier one is skipped.
class Doctor {
public:
    explicit Doctor(Session& session) : session_(session) {}

    Status run() {
        const bool reached =
            look_at_config() && look_at_ca() && look_at_name() && look_at_connection();
        const bool heard = reached && look_at_tls() && look_at_master();
        const bool known = heard && look_at_token();
        if (heard) look_at_version();
        if (known) look_at_cloud();
        for (const char* check :
             {"config", "ca", "name", "connection", "tls", "master", "clock", "token", "version"})
            skip_unless_done(check);
        return finish();
    }

private:
    bool add(Finding finding) {
        const bool goes_on = finding.health != Health::Wrong;
        if (!session_.wants_json()) session_.console().data(line_of(finding));
        findings_.push_back(std::move(finding));
        return goes_on;
    }

    void skip_unless_done(const std::string& check) {
        for (const Finding& one : findings_)
            if (one.check == check) return;
        add(skipped(check, "not looked at: mend the above first"));
    }

    std::string line_of(const Finding& finding) const {
        const std::string word(word_of(finding.health));
        const int indent = word_width + check_width;
        const int width = session_.console().text_width();
        const bool mark = finding.health == Health::Wrong;
        std::string text = pad_right(mark ? "WRONG" : word, word_width) +
                           pad_right(finding.check, check_width) +
                           wrapped(printable(finding.said), width, indent) + "\n";
        if (!finding.next.empty())
            text += std::string(static_cast<std::size_t>(indent), ' ') +
                    wrapped("next: " + printable(finding.next), width, indent + 6) + "\n";
        return text;
    }

    bool look_at_config();
    bool look_at_ca();
    bool look_at_name();
    bool look_at_connection();
    bool look_at_tls();
    bool look_at_master();
    bool look_at_token();
    void look_at_version();
    void look_at_cloud();
    Status finish();

    Session& session_;
    std::vector<Finding> findings_;
    Profile profile_;
    ApiAddress address_;
    std::string authority_;  // PEM
    Json caller_;
};

bool Doctor::look_at_config() {
    const std::string path = session_.config_path();
    const auto config = session_.config();
    if (!config.ok()) {
        const bool open = config.failure().code == ErrorCode::FailedPrecondition;
        const bool absent = config.failure().code == ErrorCode::NotFound;
        return add(wrong("config", config.failure(),
                         open     ? "chmod 600 " + path
                         : absent ? login
                                  : "mend that line of " + path));
    }
    const auto profile = session_.profile();
    if (!profile.ok()) return add(wrong("config", profile.failure()));
    profile_ = profile.value();
    const std::string name = session_.options.profile.empty() ? config.value().default_profile
                                                              : session_.options.profile;
    const auto address = parse_api_url(profile_.api);
    if (!address.ok()) return add(wrong("config", address.failure(), login));
    address_ = address.value();
    // The client refuses what no call could be made with: a token that is empty or malformed.
    return add(well("config", fmt::format("profile '{}' of {}: {}", name, path, profile_.api)));
}

bool Doctor::look_at_ca() {
    auto pem = tls::read_small_file(profile_.ca_file);
    if (!pem.ok()) return add(wrong("ca", pem.failure(), login));
    authority_ = std::move(pem).value();
    const auto bundle = tls::split_bundle(authority_);
    if (!bundle.ok())
        return add(wrong("ca", in_context(fmt::format("'{}'", profile_.ca_file), bundle.failure()),
                         "ask the operator for the file, then " + std::string(login)));
    const auto facts = tls::read_certificate(bundle.value().front());
    if (!facts.ok()) return add(wrong("ca", facts.failure(), login));
    const std::string said = fmt::format("'{}' of {}, good until {}", facts.value().common_name,
                                         profile_.ca_file, day_of(facts.value().not_after));
    if (facts.value().not_after < session_.clock().wall())
        return add(wrong("ca", ErrorCode::FailedPrecondition, said + ": it is over",
                         "ask the operator for the new file, then " + std::string(login)));
    return add(well("ca", said));
}

bool Doctor::look_at_name() {
    const auto found = tls::addresses_of(address_.host);
    if (!found.ok())
        return add(wrong("name", found.failure(),
                         "check the address in the profile and this machine's name service: "
                         "getent hosts " +
                             address_.host));
    return add(well("name", fmt::format("'{}' is {}", address_.host, join(found.value(), ", "))));
}

bool Doctor::look_at_connection() {
    const std::string where = authority_of(address_);
    const MonoTime begun = session_.clock().mono();
    const Status done = tls::try_to_connect(where, patience, session_.clock());
    if (!done.ok()) {
        Error failure = done.failure();
        failure.code = ErrorCode::Unavailable;  // also when it did not answer in time
        return add(wrong("connection", failure,
                         "is the master on, the port right, a firewall between? nc -vz " +
                             address_.host + " " + std::to_string(address_.port)));
    }
    return add(well("connection", fmt::format("{} answers in {} ms", where,
                                              (session_.clock().mono() - begun).count())));
}

bool Doctor::look_at_tls() {
    const auto chain =
        tls::presented_chain(authority_of(address_), address_.host, patience, session_.clock());
    if (!chain.ok()) {
        Error failure = chain.failure();
        failure.code = ErrorCode::Unavailable;
        return add(wrong("tls", failure, "is this the master's API port? " + profile_.api));
    }
    const WallTime now = session_.clock().wall();
    const std::string& own = chain.value().front();
    const Status verified = tls::verify_certificate(own, authority_, now);
    if (!verified.ok()) {
        const bool when = verified.failure().code == ErrorCode::FailedPrecondition;
        return add(wrong("tls", in_context("the server is not trusted", verified.failure()),
                         when ? "check this machine's clock: date; if it is right, the master's "
                                "certificate has to be renewed"
                              : "foyer login with the CA file of this master (--ca FILE)"));
    }
    const auto facts = tls::read_certificate(own);
    if (!facts.ok()) return add(wrong("tls", facts.failure()));
    return add(judge_certificate(facts.value(), address_.host, now));
}

bool Doctor::look_at_master() {
    auto client = session_.api();
    if (!client.ok()) return add(wrong("token", client.failure(), login));
    const WallTime asked = session_.clock().wall();
    const auto reply = client.value()->call({.path = "/healthz"});
    if (!reply.ok())
        return add(wrong("master", reply.failure(), "wait a moment, and ask the operator"));
    const bool well_said =
        text_field(Json::parse(reply.value().body, nullptr, false), "status") == "ok";
    if (!well_said)
        return add(wrong("master", ErrorCode::Unavailable,
                         "the answer to /healthz is not a master's",
                         "check the address in the profile: " + profile_.api));
    add(well("master", "says it is well"));
    add(judge_clock(reply.value().date, asked, session_.clock().wall()));
    return true;
}

bool Doctor::look_at_token() {
    auto caller = session_.get_json("/v1/whoami");
    if (!caller.ok()) return add(wrong("token", caller.failure()));
    caller_ = std::move(caller).value();
    return add(judge_token(caller_, session_.clock().wall()));
}

void Doctor::look_at_version() {
    const auto document = session_.get_json("/v1/openapi.json");
    if (document.ok()) {
        add(judge_version(document.value()));
    } else {
        add(wrong("version", document.failure(), "foyer api get /v1/openapi.json"));
    }
}

// What this caller may see: an operator the boxes too, others their own instances.
void Doctor::look_at_cloud() {
    bool operates = false;
    bool orders = false;
    for (const Json& role : list_field(caller_, "roles")) {
        operates = operates || role == "operator";
        orders = orders || role == "customer" || role == "operator";
    }
    const auto list = [&](const char* check, const ListRoute& route) -> std::optional<Json> {
        const auto body = session_.whole_list(route);
        if (body.ok()) return field(Json::parse(body.value(), nullptr, false), route.rows);
        add(wrong(check, body.failure()));
        return std::nullopt;
    };
    if (operates) {
        if (const auto nodes = list("boxes", {"/v1/nodes", "nodes", ""})) {
            add(judge_silence(*nodes));
            add(judge_trust(*nodes));
            add(judge_refusals(*nodes));
            std::vector<Json> operations;
            for (const Json& node : *nodes) {
                const bool drains = text_field(node, "wish") == "draining";
                if (!drains || list_field(node, "partitions").empty()) continue;
                const auto operation =
                    session_.get_json(path_of("operations", text_field(node, "drain_operation")));
                operations.push_back(operation.ok() ? operation.value() : Json());
            }
            add(judge_drains(*nodes, operations));
        }
    }
    if (orders) {
        if (const auto all = list("instances", {"/v1/instances", "instances", ""}))
            add(judge_instances(*all));
    }
    const auto contacts = session_.get_json("/v1/contacts?page_size=500");
    add(contacts.ok() ? judge_mail(contacts.value()) : wrong("mail", contacts.failure()));
}

Status Doctor::finish() {
    const Finding* first = nullptr;
    std::size_t count = 0;
    OrderedJson checks = OrderedJson::array();
    for (const Finding& one : findings_) {
        const bool bad = one.health == Health::Wrong;
        if (bad && first == nullptr) first = &one;
        count += bad ? 1 : 0;
        OrderedJson shown = {
            {"check", one.check}, {"state", word_of(one.health)}, {"said", printable(one.said)}};
        if (!one.next.empty()) shown["next"] = one.next;
        checks.push_back(std::move(shown));
    }
    if (session_.wants_json())
        TRY(session_.print_json(
            own_output({{"well", first == nullptr}, {"checks", checks}}).dump()));
    if (first == nullptr) return ok_status();
    return error(first->code, fmt::format("{} of {} checks {} wrong", count, findings_.size(),
                                          count == 1 ? "is" : "are"));
}

}  // namespace

void add_doctor_command(Command app, Session& session) {
    Command command = add_command(app, "doctor", "find out what is wrong, and what to do about it");
    command.callback([&session] {
        session.action = [&session]() -> Status {
            session.set_patience(patience);
            return Doctor(session).run();
        };
    });
}

}  // namespace foyer::cli
