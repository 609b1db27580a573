#include "node-agent/care/finding.h"

#include "common/base/enum_text.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent::care;

namespace {

Finding found(Severity severity, Kind kind = Kind::Heat, const std::string& subject = "sda") {
    return {kind, severity, subject, "it is so", "do this"};
}

}  // namespace

TEST_CASE("a whole box trusts itself wholly, and notes take nothing") {
    CHECK(trust_of({}) == 1000);
    CHECK(trust_of({found(Severity::Note), found(Severity::Note)}) == 1000);
}

TEST_CASE("what is worse takes trust, what fails takes all of it") {
    CHECK(trust_of({found(Severity::Worse)}) == 800);
    CHECK(trust_of({found(Severity::Worse), found(Severity::Note), found(Severity::Worse)}) == 600);
    // However much is worse, it works still: that differs from failing.
    CHECK(trust_of(std::vector<Finding>(9, found(Severity::Worse))) == 200);
    CHECK(trust_of({found(Severity::Worse), found(Severity::Failing)}) == 0);
}

TEST_CASE("the master is told the worst, in few words") {
    const Notice none = notice_of({});
    CHECK_FALSE(none.any);
    CHECK(none.trust_per_mille == 1000);
    CHECK(none.reason.empty());
    const Notice worst = notice_of({found(Severity::Worse, Kind::Heat),
                                    found(Severity::Failing, Kind::DiskFailing, "sdb"),
                                    found(Severity::Failing, Kind::Array, "md0")});
    CHECK(worst.any);
    CHECK(worst.kind == Kind::DiskFailing);
    CHECK(worst.severity == Severity::Failing);
    CHECK(worst.trust_per_mille == 0);
    CHECK(worst.reason == "sdb: it is so");
    Finding wordy = found(Severity::Worse, Kind::Clock, "");
    wordy.reason = std::string(1000, 'w');
    CHECK(notice_of({wordy}).reason == std::string(notice_bytes_max, 'w'));
}

TEST_CASE("every kind and severity has a name of its own") {
    for (const Kind kind : kinds) CHECK(enum_from_text(kinds, to_text(kind)) == kind);
    for (const Severity one : severities) CHECK(enum_from_text(severities, to_text(one)) == one);
}

TEST_CASE("the master hears of what is worse as worn, of what fails as failing, of notes nothing") {
    const auto with = [](Severity severity, Kind kind, std::string reason) {
        Notice notice;
        notice.any = true;
        notice.severity = severity;
        notice.kind = kind;
        notice.reason = std::move(reason);
        return notice;
    };
    CHECK(care_of(Notice{}) == BoxCare{});
    CHECK(care_of(with(Severity::Note, Kind::OnBattery, "on battery")) == BoxCare{});
    const Notice hot = with(Severity::Worse, Kind::Heat, "91 degrees");
    CHECK(care_of(hot) == BoxCare{BoxHealth::Worn, "91 degrees"});
    CHECK(care_of(with(Severity::Failing, Kind::DiskFailing, "sda: fails")) ==
          BoxCare{BoxHealth::Failing, "sda: fails"});
    CHECK_FALSE(is_news(hot, with(Severity::Worse, Kind::Heat, "93 degrees")));
    CHECK(is_news(hot, with(Severity::Worse, Kind::DiskWorn, "sda: 96 % used")));
    CHECK(is_news(hot, with(Severity::Failing, Kind::Heat, "105 degrees")));
    CHECK(is_news(hot, Notice{}));
    CHECK_FALSE(is_news(Notice{}, with(Severity::Note, Kind::OnBattery, "on battery")));
}
