#include "master/domain/limits.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/world.h"

namespace foyer::master {
namespace {

// What the core says to an operator who wants a token for the world's customer.
ErrorCode asked(test::World& world, Duration valid, std::size_t note_bytes) {
    const AccountId owner = world.state.accounts().begin()->first;
    const TokenId maker("maker");
    if (!world.state.tokens().contains(maker)) {
        const AccountId name("operator");
        world.run(CreateAccount{name, {AccountRole::Operator}});
        world.run(CreateToken{maker, name, "00ff", "", limits::master_token_valid});
    }
    CreateToken command{TokenId("t1"), owner, "00ff", std::string(note_bytes, 'n'), valid};
    command.maker = maker;
    const auto decided = world.attempt(command);
    return decided.ok() ? ErrorCode::Internal : decided.failure().code;
}

}  // namespace

TEST_CASE("a limit itself is taken, one more is refused") {
    test::World world;
    constexpr ErrorCode taken = ErrorCode::Internal;
    constexpr Duration moment{1};
    CHECK(asked(world, limits::api_token_valid_max, 0) == taken);
    CHECK(asked(world, limits::api_token_valid_max + moment, 0) == ErrorCode::InvalidArgument);
    CHECK(asked(world, limits::token_valid_min, 0) == taken);
    CHECK(asked(world, limits::token_valid_min - moment, 0) == ErrorCode::InvalidArgument);
    CHECK(asked(world, Duration(0), limits::token_note_bytes_max) == taken);
    CHECK(asked(world, Duration(0), limits::token_note_bytes_max + 1) ==
          ErrorCode::InvalidArgument);
}

TEST_CASE("limits are told in days and meant in days") {
    CHECK(limits::of_days(1) == Duration(86'400'000));
    CHECK(limits::node_token_valid_max < limits::api_token_valid_max);
    CHECK(limits::node_token_valid_default <= limits::node_token_valid_max);
    CHECK(limits::api_token_valid_default <= limits::api_token_valid_max);
}

}  // namespace foyer::master
