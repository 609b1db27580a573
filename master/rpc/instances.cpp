// Orders, and what a customer does with an instance.
#include <algorithm>
#include <google/protobuf/util/json_util.h>

#include "master/app/parameters.h"
#include "master/domain/durability.h"
#include "master/domain/electing.h"
#include "master/domain/explain.h"
#include "master/domain/prices.h"
#include "master/domain/releases.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr std::size_t password_length = 20;    // 100 bits
constexpr std::size_t volume_key_length = 52;  // 260 bits

Result<std::string> parameters_of(const api::OrderInstanceRequest& request,
                                  const std::string& schema) {
    std::string json = "{}";
    if (request.has_parameters()) {
        json.clear();
        if (!google::protobuf::util::MessageToJsonString(request.parameters(), &json).ok()) {
            return error(ErrorCode::InvalidArgument, "'/parameters' holds what JSON cannot say",
                         {{"path", "/parameters"}});
        }
    }
    return complete_parameters(schema, json);
}

Result<ReplicationMode> mode_of(api::ReplicationMode mode) {
    if (mode == api::REPLICATION_MODE_UNSPECIFIED || mode == api::REPLICATION_MODE_SYNCHRONOUS)
        return ReplicationMode::Synchronous;
    if (mode == api::REPLICATION_MODE_ASYNCHRONOUS) return ReplicationMode::Asynchronous;
    return error(ErrorCode::InvalidArgument, "'/policy/mode' must be synchronous or asynchronous",
                 {{"path", "/policy/mode"}});
}

Result<std::optional<ShortOfCopies>> short_of(api::ShortOfCopies choice) {
    using Choice = std::optional<ShortOfCopies>;
    if (choice == api::SHORT_OF_COPIES_UNSPECIFIED) return Choice();
    if (choice == api::SHORT_OF_COPIES_STOP_WRITES) return Choice(ShortOfCopies::StopWrites);
    if (choice == api::SHORT_OF_COPIES_GO_ON) return Choice(ShortOfCopies::GoOn);
    return error(ErrorCode::InvalidArgument,
                 "'/policy/short_of_copies' must be stop_writes or go_on",
                 {{"path", "/policy/short_of_copies"}});
}

Result<Patience> patience_of(api::Patience patience) {
    switch (patience) {
        case api::PATIENCE_UNSPECIFIED:
        case api::PATIENCE_MEASURED: return Patience::Measured;
        case api::PATIENCE_QUICK: return Patience::Quick;
        case api::PATIENCE_PATIENT: return Patience::Patient;
        default:
            return error(ErrorCode::InvalidArgument,
                         "'/policy/patience' must be measured, quick or patient",
                         {{"path", "/policy/patience"}});
    }
}

// The order as the core wants it. The release is looked at now; the decision refuses if it is
// another one by then.
Result<OrderInstance> order_of(const ApiContext& context, const AccountId& owner,
                               const api::OrderInstanceRequest& request) {
    OrderInstance order;
    order.name = InstanceName(request.name());
    order.owner = owner;
    order.release = ReleaseName(request.release());
    order.version = ReleaseVersion(request.version());
    order.size = SizeName(request.size());
    std::string schema;
    const Status published = context.planner.read([&](const State& state) -> Status {
        const Release& release = *TRY(find_release(state, order.release, order.version));
        order.checked_version = release.version;
        schema = release.parameters_schema_json;
        return ok_status();
    });
    TRY(published);
    order.parameters_json = TRY(parameters_of(request, schema));
    const api::ReplicationPolicy& policy = request.policy();
    if (policy.replicas() != 0) order.replicas = policy.replicas();
    for (const std::string& country : policy.countries())
        order.countries.insert(CountryCode(country));
    order.min_countries = policy.min_countries() == 0 ? 1 : policy.min_countries();
    order.mode = TRY(mode_of(policy.mode()));
    order.allow_same_isp = policy.allow_same_isp();
    order.short_of_copies = TRY(short_of(policy.short_of_copies()));
    order.patience = TRY(patience_of(policy.patience()));
    if (request.has_expected_monthly_cents())
        order.expected = Cents(request.expected_monthly_cents());
    order.operation = new_operation(context);
    order.admin_password = context.seal.seal(Secret<std::string>(context.rng.text(password_length)),
                                             secret_place(order.name, "admin_password"));
    order.replication_password =
        context.seal.seal(Secret<std::string>(context.rng.text(password_length)),
                          secret_place(order.name, "replication_password"));
    order.volume_key = context.seal.seal(Secret<std::string>(context.rng.text(volume_key_length)),
                                         secret_place(order.name, std::string(volume_key_name)));
    return order;
}

// What decides the price of an order, as one that nobody places.
Result<OrderInstance> order_to_quote(const State& state, const api::QuoteOrderRequest& request) {
    OrderInstance order;
    order.release = ReleaseName(request.release());
    order.version = ReleaseVersion(request.version());
    order.checked_version = TRY(find_release(state, order.release, order.version))->version;
    order.size = SizeName(request.size());
    if (request.replicas() != 0) order.replicas = request.replicas();
    order.mode = TRY(mode_of(request.mode()));
    order.min_countries = request.min_countries() == 0 ? 1 : request.min_countries();
    return order;
}

// Only the owner's, and NotFound for anybody else, before anything is decided.
Status check_own(const ApiContext& context, const Caller& caller, const std::string& name) {
    return context.planner.read([&](const State& state) -> Status {
        TRY(find_own(state, caller, name));
        return ok_status();
    });
}

// Whose an instance must be when it is decided on. Empty: whoever's.
AccountId owner_for(const Caller& caller) {
    return caller.is_operator() ? AccountId() : caller.account;
}

// A repetition is answered even if the instance is gone by now, so ownership is only checked for
// what is new. The decision checks it again: the request may be forgotten, or the name another's,
// by then.
bool is_repetition(const ApiContext& context, const Caller& caller, const std::string& request_id) {
    if (request_id.empty()) return false;
    return context.planner.read([&](const State& state) {
        return state.requests().contains({caller.account, RequestId(request_id)});
    });
}

// A refusal changes nothing, so nobody would hear of it; one for the quota is told (quota.h).
Api::Done telling_refusal(const ApiContext& context, const AccountId& owner, Api::Done done) {
    return [&context, owner, done = std::move(done)](const Status& outcome) {
        const auto is_quota = [](const ErrorDetail& detail) {
            return detail.key == "rule" && detail.value == "quota";
        };
        if (!outcome.ok() && std::ranges::any_of(outcome.failure().details, is_quota)) {
            Write write;
            write.command = NoteRefusedOrder{owner, outcome.failure().message};
            context.planner.submit(std::move(write), [](const Result<Answer>& told) {
                discard(told, "the order is refused all the same");
            });
        }
        done(outcome);
    };
}

// What was ordered as it is by now; the promises stay what they were.
void show_again(const State& state, api::OrderInstanceResponse& response) {
    const Instance* instance = state.instances().get(InstanceName(response.instance().name()));
    const Operation* operation = state.operations().get(OperationId(response.operation().id()));
    const bool same = instance != nullptr && instance->owner.str() == response.instance().owner();
    if (!same || operation == nullptr) return;  // the name may be another's by now
    response.clear_instance();
    show(state, *instance, *response.mutable_instance());
    response.clear_operation();
    show(*operation, *response.mutable_operation());
}

template <class Make>
void act(const ApiContext& context, ApiCall call, const api::InstanceActionRequest& request,
         api::Operation& response, Make make) {
    if (!is_repetition(context, call.caller, request.request_id())) {
        const Status own = check_own(context, call.caller, request.name());
        if (!own.ok()) return call.done(own);
    }
    const auto wait = wait_of(context, request.wait_ms());
    if (!wait.ok()) return call.done(wait.failure());
    call.done = once_ended(context, wait.value(), response, std::move(call.done));
    PreparedWrite write;
    auto command = make(InstanceName(request.name()), new_operation(context));
    command.owner = owner_for(call.caller);
    write.command = std::move(command);
    write.render = render_operation;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace

void order_instance(const ApiContext& context, ApiCall call,
                    const api::OrderInstanceRequest& request,
                    api::OrderInstanceResponse& response) {
    auto order = order_of(context, call.caller.account, request);
    if (!order.ok()) return call.done(order.failure());
    const auto wait = wait_of(context, request.wait_ms());
    if (!wait.ok()) return call.done(wait.failure());
    call.done = once_ended(
        context, wait.value(),
        [&response]() -> const api::Operation& { return response.operation(); },
        [&response](const State& state) { show_again(state, response); }, std::move(call.done));
    PreparedWrite write;
    const bool only_plan = request.validate_only();
    if (call.caller.is_operator()) order.value().reader = Reader::Operator;
    write.command = std::move(order).value();
    if (!only_plan) call.done = telling_refusal(context, call.caller.account, std::move(call.done));
    const bool all = call.caller.is_operator();
    write.render = [only_plan, all](const State& after, const Reply& reply,
                                    google::protobuf::Message& answer) {
        auto& shown = static_cast<api::OrderInstanceResponse&>(answer);
        const auto instance = after.instances().find(InstanceName(reply.subject));
        if (instance != after.instances().end()) {
            show(after, instance->second, *shown.mutable_instance());
            for (const std::string& promise :
                 promises_of(instance->second.policy, elects(instance->second)))
                shown.add_promises(promise);
            if (only_plan) show(explain(after, instance->second), all, *shown.mutable_placement());
        }
        if (!only_plan) render_operation(after, reply, *shown.mutable_operation());
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void quote_order(const ApiContext& context, ApiCall call, const api::QuoteOrderRequest& request,
                 api::Quote& response) {
    const WallTime now = context.clock.wall();
    call.done(context.planner.read([&](const State& state) -> Status {
        const OrderInstance order = TRY(order_to_quote(state, request));
        const std::optional<Quote> quote = TRY(quote_order(state, order, now));
        if (quote) show(*quote, response);
        return ok_status();
    }));
}

void stop_instance(const ApiContext& context, ApiCall call,
                   const api::InstanceActionRequest& request, api::Operation& response) {
    act(context, std::move(call), request, response, [](InstanceName name, OperationId operation) {
        return StopInstance{std::move(name), std::move(operation)};
    });
}

void start_instance(const ApiContext& context, ApiCall call,
                    const api::InstanceActionRequest& request, api::Operation& response) {
    act(context, std::move(call), request, response, [](InstanceName name, OperationId operation) {
        return StartInstance{std::move(name), std::move(operation)};
    });
}

void delete_instance(const ApiContext& context, ApiCall call,
                     const api::InstanceActionRequest& request, api::Operation& response) {
    act(context, std::move(call), request, response, [](InstanceName name, OperationId operation) {
        return DeleteInstance{std::move(name), std::move(operation)};
    });
}

void promote_instance(const ApiContext& context, ApiCall call,
                      const api::PromoteInstanceRequest& request, api::Operation& response) {
    if (!is_repetition(context, call.caller, request.request_id())) {
        const Status own = check_own(context, call.caller, request.name());
        if (!own.ok()) return call.done(own);
    }
    const std::string& accepted = request.accept_data_loss();
    if (request.force())
        return call.done(error(ErrorCode::InvalidArgument,
                               "'force' is taken no more; to lose what missing copies hold, set "
                               "accept_data_loss to '" +
                                   request.name() + "'",
                               {{"field", "force"}}));
    if (!accepted.empty() && accepted != request.name())
        return call.done(error(ErrorCode::InvalidArgument,
                               "to accept a loss of data, type the name of this very instance: '" +
                                   request.name() + "', not '" + accepted + "'",
                               {{"field", "accept_data_loss"}}));
    PromoteInstance command{InstanceName(request.name()), std::nullopt, !accepted.empty(),
                            new_operation(context), call.caller.account};
    if (request.has_index()) command.index = ReplicaIndex{request.index()};
    command.owner = owner_for(call.caller);
    const auto wait = wait_of(context, request.wait_ms());
    if (!wait.ok()) return call.done(wait.failure());
    call.done = once_ended(context, wait.value(), response, std::move(call.done));
    PreparedWrite write;
    write.command = std::move(command);
    write.render = render_operation;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

// The decision says whether the password may still be shown; what is shown was sealed when it was
// ordered and is opened only here.
void reveal_instance(const ApiContext& context, ApiCall call,
                     const api::InstanceActionRequest& request, api::InstanceConnection& response) {
    if (request.wait_ms() != 0)
        return call.done(error(ErrorCode::InvalidArgument,
                               "'/wait_ms' must be 0: a reveal begins no operation",
                               {{"path", "/wait_ms"}}));
    const InstanceName name(request.name());
    std::optional<Sealed> sealed;
    const Status own = context.planner.read([&](const State& state) -> Status {
        sealed = TRY(find_own(state, call.caller, request.name()))->admin_password;
        return ok_status();
    });
    if (!own.ok()) return call.done(own);
    std::string password;
    if (sealed && !request.validate_only()) {
        const auto plain = context.seal.open(*sealed, secret_place(name, "admin_password"));
        if (!plain.ok())
            return call.done(
                error(ErrorCode::Internal,
                      "the password cannot be opened: is seal.key the one of this database?"));
        password = plain.value().reveal();
    }
    PreparedWrite write;
    write.command = RevealInstance{name, owner_for(call.caller)};
    write.kind = AnswerKind::Secret;
    write.render = [password](const State& after, const Reply& reply,
                              google::protobuf::Message& answer) {
        const auto instance = after.instances().find(InstanceName(reply.subject));
        if (instance == after.instances().end()) return;
        auto& shown = static_cast<api::InstanceConnection&>(answer);
        show_connection(after, instance->second, shown);
        shown.set_password(password);
    };
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
