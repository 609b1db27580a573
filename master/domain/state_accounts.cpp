// The part of the state that knows people: accounts, their tokens, what their instances take, who
// asks to be taken in.
#include "master/domain/state.h"

namespace foyer::master {

void State::put(const Account& row) {
    const Account* before = accounts_.get(row.name);
    const bool moved = before != nullptr && before->country != row.country;
    accounts_.put(row.name, row);
    // Hosts may refuse its copies now, or no longer.
    if (!moved || loading_) return;
    for (const auto& [name, instance] : instances_)
        if (instance.owner == row.name) rank(name);
}

void State::put(const ApiToken& row) {
    if (const ApiToken* before = tokens_.get(row.id))
        aged_tokens_.erase({before->expires_at, before->id});
    aged_tokens_.insert({row.expires_at, row.id});
    tokens_.put(row.id, row);
}

void State::drop(const DropToken& change) {
    const ApiToken* row = tokens_.get(change.id);
    if (row == nullptr) return;
    aged_tokens_.erase({row->expires_at, row->id});
    tokens_.erase(change.id);
}

void State::put(const Member& row) { members_.put(key_of_member(row), row); }

void State::drop(const DropMember& change) { members_.erase(change.key); }

// The database does the same by its foreign keys.
void State::drop(const DropAccount& change) {
    std::vector<RequestId> requests;
    for (auto at = requests_.lower_bound({change.name, {}});
         at != requests_.end() && at->first.first == change.name; ++at)
        requests.push_back(at->first.second);
    for (const RequestId& id : requests) drop(DropRequest{change.name, id});
    std::vector<OperationId> operations;
    for (const auto& [id, row] : operations_) {
        if (row.owner == change.name) operations.push_back(id);
    }
    for (const OperationId& id : operations) drop(DropOperation{id});
    accounts_.erase(change.name);
}

void State::put(const Application& row) { applications_.put(row.id, row); }

void State::drop(const DropApplication& change) { applications_.erase(change.id); }

void State::put(const Contact& row) { contacts_.put(row.id, row); }

void State::drop(const DropContact& change) { contacts_.erase(change.id); }

void State::count_use(const Instance& row, int by) {
    Usage& usage = used_.edit(row.owner);
    usage.instances += by;
    usage.copies += std::int64_t{by} * row.policy.replicas;
    if (const Release* release = releases_.get({row.release, row.version})) {
        for (const ReleaseSize& size : release->sizes) {
            if (size.name == row.size)
                usage.disk +=
                    Bytes(size.resources.disk.count() * std::int64_t{by} * row.policy.replicas);
        }
    }
    if (usage == Usage{}) used_.erase(row.owner);
}

Usage State::used_by(const AccountId& account) const {
    const Usage* found = used_.get(account);
    return found == nullptr ? Usage{} : *found;
}

}  // namespace foyer::master
