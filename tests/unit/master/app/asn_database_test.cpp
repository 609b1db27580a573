#include "master/app/asn_database.h"

#include <array>
#include <cstdint>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;

namespace {

// The smallest database there can be, by the published format (MaxMind DB File Format 2.0): one
// node; addresses that begin with 0 (all of IPv4) are of the one network, others of none.
// tests/clients/lines reads one that MaxMind's own writer made.
class MadeDatabase {
public:
    std::string bytes(std::uint32_t number, const std::string& holder, const std::string& type) {
        made_.clear();
        const std::uint32_t first_record = 1 + 16;  // nodes, the gap, offset 0 of the data
        add24(first_record);
        add24(1);  // nothing found
        made_.append(16, '\0');
        map(2);
        text("autonomous_system_number");
        made_ += static_cast<char>((6U << 5U) | 4U);
        add32(number);
        text("autonomous_system_organization");
        text(holder);
        made_ += "\xAB\xCD\xEFMaxMind.com";
        metadata(type);
        return made_;
    }

private:
    void add24(std::uint32_t value) {
        made_ += {static_cast<char>(value >> 16U), static_cast<char>(value >> 8U),
                  static_cast<char>(value)};
    }
    void add32(std::uint32_t value) {
        made_ += static_cast<char>(value >> 24U);
        add24(value & 0xffffffU);
    }
    void map(unsigned entries) { made_ += static_cast<char>((7U << 5U) | entries); }
    void text(const std::string& value) {
        if (value.size() < 29) {
            made_ += static_cast<char>((2U << 5U) | value.size());
        } else {
            made_ += static_cast<char>((2U << 5U) | 29U);
            made_ += static_cast<char>(value.size() - 29);
        }
        made_ += value;
    }
    void small(const std::string& name, std::uint16_t value) {
        text(name);
        made_ += static_cast<char>((5U << 5U) | 2U);
        made_ += {static_cast<char>(value >> 8U), static_cast<char>(value)};
    }
    void metadata(const std::string& type) {
        map(9);
        text("node_count");
        made_ += static_cast<char>((6U << 5U) | 4U);
        add32(1);
        small("record_size", 24);
        small("ip_version", 6);
        text("database_type");
        text(type);
        text("languages");
        made_ += {'\x00', '\x04'};  // an empty array: extended type 11
        small("binary_format_major_version", 2);
        small("binary_format_minor_version", 0);
        text("build_epoch");
        made_ += {'\x04', '\x02'};  // uint64, 4 bytes: extended type 9
        add32(1'700'000'000);
        text("description");
        map(0);
    }
    std::string made_;
};

void write(const std::string& path, const std::string& bytes) {
    {
        std::ofstream file(path + ".new", std::ios::binary);
        file << bytes;
    }
    std::filesystem::rename(path + ".new", path);
}

}  // namespace

TEST_CASE("an address is in the network that the database says") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/networks.mmdb";
    MadeDatabase made;
    write(path, made.bytes(64501, "ISP One", "Test-ASN"));
    AsnDatabase networks(path);
    CHECK_FALSE(networks.find("203.0.113.9"));  // not read yet
    REQUIRE(networks.refresh().value());
    CHECK(networks.find("203.0.113.9") == AutonomousSystem{Asn(64501), "ISP One"});
    CHECK_FALSE(networks.find("ffff::1"));
    CHECK_FALSE(networks.find("nobody"));
    CHECK_FALSE(networks.find(""));
    CHECK(networks.built_at() == WallTime{1'700'000'000'000});
}

TEST_CASE("a newer file takes the old one's place; a bad one does not") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/networks.mmdb";
    MadeDatabase made;
    write(path, made.bytes(64501, "ISP One", "Test-ASN"));
    AsnDatabase networks(path);
    REQUIRE(networks.refresh().value());
    CHECK_FALSE(networks.refresh().value());
    write(path, made.bytes(64502, "ISP Two", "Test-ASN"));
    CHECK(networks.refresh().value());
    CHECK(networks.find("203.0.113.9")->number == Asn(64502));
    write(path, "no database");
    CHECK(networks.refresh().failure().code == ErrorCode::InvalidArgument);
    CHECK(networks.find("203.0.113.9")->number == Asn(64502));
    std::filesystem::remove(path);
    CHECK(networks.refresh().failure().code == ErrorCode::NotFound);
    CHECK(networks.find("203.0.113.9")->number == Asn(64502));
}

TEST_CASE("a file that is written over, or cut, harms nobody") {
    const test::TempFolder folder;
    const std::string path = folder.path() + "/networks.mmdb";
    MadeDatabase made;
    write(path, made.bytes(64501, "ISP One", "Test-ASN"));
    AsnDatabase networks(path);
    REQUIRE(networks.refresh().value());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << "half";
    CHECK(networks.find("203.0.113.9")->number == Asn(64501));
    CHECK_FALSE(networks.refresh().ok());
    CHECK(networks.find("203.0.113.9")->number == Asn(64501));
}

TEST_CASE("without a database no network is known; a wrong one is refused, and waited for") {
    AsnDatabase none("");
    CHECK_FALSE(none.refresh().value());
    CHECK_FALSE(none.find("203.0.113.9"));
    CHECK_FALSE(none.built_at());
    const test::TempFolder folder;
    const std::string path = folder.path() + "/networks";
    AsnDatabase late(path);
    CHECK(late.refresh().failure().code == ErrorCode::NotFound);
    MadeDatabase made;
    write(path, made.bytes(1, "", "GeoLite2-City"));
    CHECK(late.refresh().failure().message.find("GeoLite2-City") != std::string::npos);
    CHECK_FALSE(late.find("203.0.113.9"));
    write(path, made.bytes(64501, "ISP One", "Test-ASN"));
    CHECK(late.refresh().value());
    CHECK(late.find("203.0.113.9")->number == Asn(64501));
}
