#include "common/wire/errand_convert.h"

#include "common/wire/agent_convert.h"
#include "foyer/agent/v1/agent.pb.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::wire;

namespace {

Errand program() {
    return {ErrandId("er-1"), PartitionId("acme-0"),
            RunProgram{{"psql", "-c", "select 1"}, std::string("a\0b", 3), Duration(30'000)}};
}
Errand log() {
    return {ErrandId("er-2"), PartitionId("acme-1"), ReadLog{0, "7-100", Duration(20'000)}};
}

Result<Errand> there_and_back(const Errand& errand) {
    agent::v1::Errand wire;
    to_wire(errand, wire);
    return from_wire(wire);
}

Result<FinishedErrand> there_and_back(const FinishedErrand& finished) {
    agent::v1::FinishErrandRequest wire;
    to_wire(finished, wire);
    return from_wire(wire);
}

template <class Change>
bool is_read(Errand errand, Change change) {
    change(errand);
    return there_and_back(errand).ok();
}

}  // namespace

TEST_CASE("errands travel as they are, with an answer of a Sync too") {
    CHECK(there_and_back(program()).value() == program());
    CHECK(there_and_back(log()).value() == log());
    SyncAnswer answer;
    answer.delta.lineage = LineageId("lineage-1");
    answer.errands = {program(), log()};
    agent::v1::SyncResponse wire;
    to_wire(answer, wire);
    CHECK(from_wire(wire).value().errands == answer.errands);
    wire.mutable_errands(0)->clear_what();  // of a newer master
    CHECK(from_wire(wire).value().errands == std::vector{log()});
}

TEST_CASE("an errand beyond its limits is refused") {
    const auto words = [](Errand& one) -> RunProgram& { return std::get<RunProgram>(one.what); };
    CHECK_FALSE(is_read(program(), [](Errand& one) { one.id = ErrandId(""); }));
    CHECK_FALSE(is_read(program(), [](Errand& one) { one.partition = PartitionId("../x"); }));
    CHECK_FALSE(is_read(program(), [&](Errand& one) { words(one).argv.clear(); }));
    CHECK_FALSE(is_read(program(), [&](Errand& one) { words(one).argv.resize(65, "x"); }));
    CHECK_FALSE(is_read(program(),
                        [&](Errand& one) { words(one).argv.resize(20, std::string(1'024, 'x')); }));
    CHECK_FALSE(
        is_read(program(), [&](Errand& one) { words(one).argv[1] = std::string("\0", 1); }));
    CHECK_FALSE(is_read(program(), [&](Errand& one) { words(one).input.resize(65'537); }));
    CHECK_FALSE(is_read(program(), [&](Errand& one) { words(one).timeout = Duration(60'001); }));
    CHECK_FALSE(is_read(log(), [](Errand& one) { std::get<ReadLog>(one.what).newest = 1'001; }));
    CHECK_FALSE(
        is_read(log(), [](Errand& one) { std::get<ReadLog>(one.what).wait = Duration(-1); }));
    CHECK_FALSE(is_read(
        log(), [](Errand& one) { std::get<ReadLog>(one.what).after = std::string(65, '1'); }));
}

TEST_CASE("how an errand ended travels, cut to its limits") {
    LogPart part;
    part.lines = {{WallTime{1'700}, LogStream::Error, "one", true},
                  {WallTime{1'701}, LogStream::Output, "", false}};
    part.last = "7-100";
    part.gap = part.more = true;
    const auto log_back = there_and_back(FinishedErrand{ErrandId("er-2"), ErrandOutcome(part)});
    CHECK(std::get<LogPart>(log_back.value().outcome.value()) == part);

    const ProgramEnd end{3, true, std::string("\xff\0", 2), "no such table", false};
    const auto end_back = there_and_back(FinishedErrand{ErrandId("er-1"), ErrandOutcome(end)});
    CHECK(std::get<ProgramEnd>(end_back.value().outcome.value()) == end);
    ProgramEnd long_end{0, false, std::string(300'000, 'o'), std::string(70'000, 'e') + "!", false};
    const auto cut = there_and_back(FinishedErrand{ErrandId("er-1"), ErrandOutcome(long_end)});
    const auto& was_cut = std::get<ProgramEnd>(cut.value().outcome.value());
    CHECK(was_cut.output.size() == errand_limits::output_bytes_max);
    CHECK(was_cut.output_cut);
    CHECK(was_cut.errors.size() == errand_limits::errors_bytes_max);
    CHECK(was_cut.errors.back() == '!');

    const Error why = error(ErrorCode::FailedPrecondition, "the copy does not run now");
    const auto failed = there_and_back(FinishedErrand{ErrandId("er-1"), why});
    CHECK(failed.value().outcome.failure().message == "the copy does not run now");
}

TEST_CASE("a box that says more than it may is not believed") {
    agent::v1::FinishErrandRequest wire;
    wire.set_id("er-1");
    wire.mutable_program()->set_exit_code(256);
    CHECK_FALSE(from_wire(wire).ok());
    wire.mutable_program()->set_exit_code(0);
    wire.mutable_program()->set_output(std::string(errand_limits::output_bytes_max + 1, 'x'));
    CHECK_FALSE(from_wire(wire).ok());
    for (int i = 0; i < 17; ++i)
        wire.mutable_log()->add_lines()->set_text(std::string(errand_limits::line_bytes_max, 'x'));
    CHECK_FALSE(from_wire(wire).ok());
    wire.mutable_log()->mutable_lines()->DeleteSubrange(0, 2);
    CHECK(from_wire(wire).ok());
    wire.mutable_log()->mutable_lines(0)->set_at_unix_ms(-1);
    CHECK_FALSE(from_wire(wire).ok());
}
