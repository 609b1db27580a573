// What a tenant's software writes to its log, what a program says, and what a box tells of either.
#include <google/protobuf/stubs/logging.h>

#include "common/base/check.h"
#include "common/wire/errand_convert.h"
#include "foyer/agent/v1/errand.pb.h"
#include "node-agent/domain/log_lines.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

// Whatever was written, the box can tell it and the master reads it.
void check_told(const ErrandOutcome& outcome) {
    agent::v1::FinishErrandRequest message;
    wire::to_wire({ErrandId("er-1"), outcome}, message);
    agent::v1::FinishErrandRequest carried;
    CHECK(carried.ParseFromString(message.SerializeAsString()));
    CHECK(wire::from_wire(carried).value().outcome.ok());
}

void read_log(std::string_view bytes) {
    const agent::LogPlace begin{7, 100};
    for (const int newest : {0, 1, 2'000}) {
        const LogPart part = agent::lines_of(bytes, begin, newest);
        const auto end = agent::parse_log_place(part.last);
        CHECK(end && end->file == 7 && end->offset >= 100 && end->offset <= 100 + bytes.size());
        check_told(part);
    }
    // Part after part, to the same end.
    std::size_t at = 0;
    for (bool more = true; more;) {
        const LogPart part = agent::lines_of(bytes.substr(at), {7, at}, 0);
        const std::size_t next = agent::parse_log_place(part.last)->offset;
        CHECK(!part.more || next > at);
        more = part.more;
        at = next;
    }
    CHECK(bytes.find('\n', at) == std::string_view::npos);
    CHECK(!agent::parse_log_place(bytes) || bytes.size() < 42);
}

void read_outcome(const std::string& bytes) {
    agent::v1::FinishErrandRequest message;
    if (!message.ParseFromString(bytes)) return;
    const auto finished = wire::from_wire(message);
    if (finished.ok() && finished.value().outcome.ok())
        check_told(finished.value().outcome.value());
}

void feed(std::string_view bytes) {
    google::protobuf::SetLogHandler(nullptr);  // its complaints about UTF-8 are the point here
    read_log(bytes);
    read_outcome(std::string(bytes));
    check_told(ProgramEnd{.output = std::string(bytes), .errors = std::string(bytes)});
}

std::vector<std::string> seeds() {
    agent::v1::FinishErrandRequest message;
    wire::to_wire({ErrandId("er-1"),
                   ErrandOutcome(LogPart{
                       {{WallTime{1'700}, LogStream::Error, "one", true}}, "7-100", true, true})},
                  message);
    return {
        "2026-03-01T12:30:00.250123456+00:00 stdout F one\n"
        "2026-03-01T13:30:00.5+01:00 stderr P two\n2026-03-01T12:30:01Z stdout F three\nfo",
        message.SerializeAsString()};
}

}  // namespace

const Target errand{"errand", feed, seeds};

}  // namespace foyer::fuzz
