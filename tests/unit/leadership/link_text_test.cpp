#include "common/leadership/link_text.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;
using namespace foyer::leadership::test;

namespace {

Link joint_link() {
    Link link = link_of(first_of_three());
    link.ballot = {Generation(1), Epoch(4), 9};
    link.old_members = {entry(0), entry(1), entry(3)};
    link.signatures = {{ReplicaIndex{0}, "c2ln"}, {ReplicaIndex{3}, "b3RoZXI"}};
    return link;
}

Certificate certificate() {
    return {{Generation(1), Epoch(4)},
            ReplicaIndex{1},
            {Generation(1), Epoch(3), 7},
            first_of_three().config_hash,
            {{ReplicaIndex{1}, "dm90ZQ"}, {ReplicaIndex{2}, "YW5vdGhlcg"}},
            at(3, 77)};
}

// No prefix is taken for the whole, and nothing but what was written is read.
template <class Parse>
void check_strict(const std::string& text, const Parse& parse) {
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = parse(text.substr(0, length));
        if (cut.ok()) CHECK(to_text(cut.value()) == text.substr(0, length));
    }
    CHECK_FALSE(parse(text + "\n").ok());
    CHECK_FALSE(parse(" " + text).ok());
}

}  // namespace

TEST_CASE("links and certificates are read as they were written") {
    CHECK(parse_link(to_text(joint_link())).value() == joint_link());
    CHECK(parse_certificate(to_text(certificate())).value() == certificate());
    check_strict(to_text(joint_link()), parse_link);
    check_strict(to_text(certificate()), parse_certificate);
}

TEST_CASE("the largest link fits its bound") {
    const Link link = largest_link();
    CHECK(to_text(link).size() <= link_text_max);
    CHECK(parse_link(to_text(link)).value() == link);
}

TEST_CASE("what is no signature is refused") {
    CHECK(is_signature_text("c2ln-_"));
    CHECK_FALSE(is_signature_text(""));
    CHECK_FALSE(is_signature_text("a+b"));
    CHECK_FALSE(is_signature_text("two words"));
    CHECK_FALSE(is_signature_text(std::string(signature_text_max + 1, 'A')));
    std::string text = to_text(joint_link());
    text.replace(text.find("c2ln"), 4, "c2=n");
    CHECK_FALSE(parse_link(text).ok());
}
