// A small valid world: five ISPs, homes and boxes, one release, one instance of three copies.
#pragma once

#include "master/app/store.h"

namespace foyer::test {

master::Account sample_account(const std::string& name, master::AccountRole role);
master::Node sample_node(int number, const std::string& name, const std::string& site);
master::Release sample_release(const std::string& version, std::int64_t sequence);
master::Instance sample_instance(const std::string& name);
master::Replica sample_replica(const std::string& instance, int index, const std::string& node,
                               int partition_number);

// As one decision, revision 1. Boxes box-1 … box-5 at home-1 … home-5 on isp-1 … isp-5, 4 cores
// each; isp-5 is of the family of isp-1. "acme" has copies 0, 1, 2 on box-1, box-2, box-3; 0 leads.
master::Changes sample_world();
// A part of it: hosts who apply, one whose words were erased, one who was rejected.
void add_sample_applications(master::Changes& all);
template <class... Rows>
master::Entry entry(std::uint64_t revision, Rows... rows) {
    master::Entry made{Revision(revision), {}};
    (made.changes.push_back(master::Put<Rows>{std::move(rows)}), ...);
    return made;
}

// "" when every row and index is equal, else the first list that differs.
std::string difference(const master::State& a, const master::State& b);

}  // namespace foyer::test
