#include "tests/sim/people.h"

#include "master/domain/progress.h"
#include "tests/sim/scenario.h"

namespace foyer::sim {

using master::Answer;
using master::Command;

namespace {

// The same call again; anything else is an answer.
bool is_worth_repeating(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::Unknown ||
           code == ErrorCode::DeadlineExceeded || code == ErrorCode::Aborted;
}

constexpr Moment patience = 10 * second;
constexpr Moment promote_after = 3 * minute;
constexpr Moment force_after = 14 * minute;

}  // namespace

People::People(Room& room, SimMaster& master, Network& network, Services& services,
               const Scenario& scenario)
    : room_(room),
      master_(master),
      network_(network),
      services_(services),
      scenario_(scenario),
      dice_(room.dice.rng().next()),
      customers_(static_cast<std::size_t>(scenario.customers)) {}

void People::begin() {
    for (std::size_t i = 0; i < customers_.size(); ++i) {
        customers_[i].name = InstanceName("firm" + std::to_string(i));
        act_later(customers_[i], scenario_.orders_within);
        room_.timeline.after(dice_.between(0, scenario_.write_every), [this, i] { write(i); });
    }
    next_switch_ = room_.timeline.now() + scenario_.switch_every;
    next_care_ = room_.timeline.now() + scenario_.care_every;
    next_evening_ = room_.timeline.now() + scenario_.care_every;
    room_.timeline.after(minute, [this] { tend(); });
}

void People::ask(const std::string& what, std::function<Command()> make,
                 std::function<void(const Result<Answer>&)> then) {
    auto request = std::make_shared<Request>();
    request->id = RequestId("r-" + std::to_string(++requests_) + "-" + what);
    request->make = std::move(make);
    request->then = std::move(then);
    ++open_requests_;
    attempt(request);
}

void People::attempt(const std::shared_ptr<Request>& request) {
    if (request->over) return;
    ++request->attempts;
    master::Write write;
    write.command = request->make();
    write.account = AccountId("acme-org");
    write.request_id = room_.bug == Bug::ForgetRequests
                           ? RequestId(request->id.str() + "-" + std::to_string(request->attempts))
                           : request->id;
    write.body_hash = request->id.str();
    write.render = [repeats = write.command.is<master::PromoteInstance>()](
                       const master::State& after, const master::Reply& reply) {
        const std::string who =
            reply.subject + " by " + (reply.operation ? reply.operation->str() : "");
        // What changes nothing is not recorded, and answered anew.
        return repeats ? who : who + " at " + std::to_string(after.revision().number());
    };
    network_.ask(std::move(write),
                 [this, request](const Result<Answer>& answer) { hear(request, answer); });
    room_.timeline.after(patience + dice_.span(0, 20 * second),
                         [this, request] { attempt(request); });
}

void People::hear(const std::shared_ptr<Request>& request, const Result<Answer>& answer) {
    if (!answer.ok() && is_worth_repeating(answer.failure().code)) return;
    if (answer.ok() && request->answered && *request->answered != answer.value().rendered)
        room_.broken("request '" + request->id.str() + "' was answered '" + *request->answered +
                     "' and then '" + answer.value().rendered + "'");
    if (answer.ok()) request->answered = answer.value().rendered;
    if (request->over) return;
    request->over = true;
    --open_requests_;
    room_.trace.line("person", request->id.str(),
                     answer.ok() ? "ok: " + answer.value().rendered : answer.failure().message);
    request->then(answer);
}

void People::act_later(Customer& customer, Moment within) {
    room_.timeline.cancel(customer.next);
    customer.next = room_.timeline.after(dice_.between(1, within), [this, &customer] {
        customer.next = no_event;
        act(customer);
    });
}

void People::act(Customer& customer) {
    act_later(customer, 2 * scenario_.think);
    if (customer.busy || resting_) return;
    switch (customer.life) {
        case Life::None: return order(customer);
        case Life::Running: return dice_.one_in(2) ? stop(customer) : erase(customer);
        case Life::Stopped: return dice_.one_in(4) ? erase(customer) : start(customer);
        case Life::Asked:
        case Life::Deleting: return;
    }
}

master::OrderInstance People::order_of(const InstanceName& name) {
    master::OrderInstance order;
    order.name = name;
    order.owner = AccountId("acme-org");
    order.release = ReleaseName("erp");
    order.checked_version = ReleaseVersion("1");
    order.parameters_json = "{}";
    order.replicas = dice_.one_in(5) ? 5 : 3;
    if (dice_.one_in(6)) {
        order.mode = ReplicationMode::Asynchronous;
        order.replicas = 2;
    }
    if (dice_.one_in(4)) order.min_countries = 2;
    order.size = dice_.one_in(3) ? SizeName("m") : SizeName("s");
    return order;
}

void People::order(Customer& customer) {
    customer.busy = true;
    customer.life = Life::Asked;
    const master::OrderInstance order = order_of(customer.name);
    const std::string password = "s3cret-" + std::to_string(++passwords_);
    const auto make = [this, order, password]() -> Command {
        master::OrderInstance again = order;
        again.operation = new_operation();
        const auto sealed = [&](const char* name) {
            return master_.seal().seal(Secret(password), master::secret_place(again.name, name));
        };
        again.admin_password = sealed("admin_password");
        again.replication_password = sealed("replication_password");
        return again;
    };
    ask("order-" + customer.name.str(), make, [this, &customer](const Result<Answer>& answer) {
        customer.busy = false;
        customer.life = answer.ok() ? Life::Running : Life::None;
        customer.acknowledged = answer.ok();
        if (!answer.ok() && answer.failure().code == ErrorCode::AlreadyExists) {
            // A late delivery of an order that was refused at first may have been taken since.
            if (!customer.was_refused)
                room_.broken("a repeated order was not known again: " + answer.failure().message);
            customer.life = Life::Running;
        }
        customer.was_refused = !answer.ok();
        ++(answer.ok() ? orders_ : refused_);
    });
}

void People::stop(Customer& customer) {
    customer.busy = true;
    const auto make = [this, name = customer.name]() -> Command {
        return master::StopInstance{name, new_operation()};
    };
    ask("stop-" + customer.name.str(), make, [&customer](const Result<Answer>& answer) {
        customer.busy = false;
        if (answer.ok()) customer.life = Life::Stopped;
    });
}

void People::start(Customer& customer) {
    customer.busy = true;
    const auto make = [this, name = customer.name]() -> Command {
        return master::StartInstance{name, new_operation()};
    };
    ask("start-" + customer.name.str(), make, [&customer](const Result<Answer>& answer) {
        customer.busy = false;
        if (answer.ok()) customer.life = Life::Running;
    });
}

void People::erase(Customer& customer) {
    customer.busy = true;
    customer.acknowledged = false;
    customer.life = Life::Deleting;
    const auto make = [this, name = customer.name]() -> Command {
        return master::DeleteInstance{name, new_operation()};
    };
    ask("delete-" + customer.name.str(), make, [this, &customer](const Result<Answer>&) {
        // The name is free when every box has let go of it; tend() sees that.
        customer.busy = false;
        customer.life = Life::Deleting;
        (void)this;
    });
}

void People::write(std::size_t number) {
    room_.timeline.after(dice_.between(1, 2 * scenario_.write_every),
                         [this, number] { write(number); });
    if (Group* group = services_.group(customers_[number].name)) services_.write(*group);
}

std::string People::missing(const master::State& state) const {
    for (const Customer& customer : customers_) {
        if (!customer.acknowledged) continue;
        if (!state.instances().contains(customer.name)) return customer.name.str();
    }
    return {};
}

}  // namespace foyer::sim
