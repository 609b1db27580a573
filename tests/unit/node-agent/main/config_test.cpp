#include "node-agent/config.h"

#include <fstream>
#include <sstream>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

std::string mistakes(std::string_view text) {
    const auto config = parse_config(text, "node.toml");
    return config.ok() ? std::string() : config.failure().message;
}

}  // namespace

TEST_CASE("an empty file gives the defaults, and the shipped file says the same") {
    const NodeConfig defaults = parse_config("", "node.toml").value();
    CHECK(defaults.partitions_max == 64);
    std::ostringstream text;
    text << std::ifstream(FOYER_SOURCE_DIR "/deploy/node.toml").rdbuf();
    REQUIRE_FALSE(text.str().empty());
    const NodeConfig shipped = parse_config(text.str(), "deploy/node.toml").value();
    CHECK(shipped.partitions_max == defaults.partitions_max);
    CHECK(shipped.uid_claims == defaults.uid_claims);
    CHECK(shipped.wireguard_port == defaults.wireguard_port);
    CHECK(shipped.edge_listen == defaults.edge_listen);
    CHECK(shipped.edge_https_port == defaults.edge_https_port);
    CHECK(shipped.edge_http_port == defaults.edge_http_port);
    CHECK(defaults.edge_http_port == 80);
    CHECK(shipped.acme_agree_to_terms == defaults.acme_agree_to_terms);
    CHECK(shipped.acme_directory == defaults.acme_directory);
    CHECK(shipped.acme_email == defaults.acme_email);
    CHECK(shipped.acme_turn == defaults.acme_turn);
    CHECK(shipped.acme_retry_first == defaults.acme_retry_first);
    CHECK(shipped.acme_retry_longest == defaults.acme_retry_longest);
    CHECK(shipped.mail_delivery == defaults.mail_delivery);
    CHECK(shipped.mail_message_mib_max == defaults.mail_message_mib_max);
    CHECK(shipped.mail_recipients_max == defaults.mail_recipients_max);
    CHECK(shipped.mail_queue_max == defaults.mail_queue_max);
    CHECK(shipped.mail_queue_mib_max == defaults.mail_queue_mib_max);
    CHECK(shipped.edge_dns_listen == defaults.edge_dns_listen);
    CHECK(shipped.edge_dns_port == defaults.edge_dns_port);
    CHECK(shipped.reserve_memory == defaults.reserve_memory);
    CHECK(shipped.reserve_disk == defaults.reserve_disk);
    CHECK(shipped.erase_hold == defaults.erase_hold);
    CHECK(shipped.forgotten_hold == defaults.forgotten_hold);
    CHECK(shipped.rejoin_after == defaults.rejoin_after);
    CHECK(shipped.retry_longest == defaults.retry_longest);
    CHECK(shipped.sync_retry_longest == defaults.sync_retry_longest);
    CHECK(shipped.report_quiet == defaults.report_quiet);
}

TEST_CASE("every mistake is told at once, each with its line and key") {
    const std::string said =
        mistakes("partitions_max = \"x\"\nfoo = 1\n[edge]\nhttps_port = 0\nbody = 3\n");
    CHECK(said.find("node.toml:1: partitions_max must be a whole number") != std::string::npos);
    CHECK(said.find("node.toml:2: foo is not a key") != std::string::npos);
    CHECK(said.find("node.toml:4: edge.https_port must be") != std::string::npos);
    CHECK(said.find("node.toml:5: edge.body is not a key") != std::string::npos);
}

TEST_CASE("an edge's name server has a port, or is off") {
    CHECK(parse_config("[edge]\ndns_port = 0", "node.toml").value().edge_dns_port == 0);
    const auto config =
        parse_config("[edge]\ndns_port = 5353\ndns_listen = \"198.18.1.11\"", "node.toml").value();
    CHECK(config.edge_dns_port == 5353);
    CHECK(config.edge_dns_listen == "198.18.1.11");
    CHECK(mistakes("[edge]\ndns_port = -1").find("edge.dns_port must be") != std::string::npos);
}

TEST_CASE("what is not TOML names its line") {
    CHECK(mistakes("a = 1\nb = [").find("node.toml:2") == 0);
    CHECK(mistakes("log_level = \"loud\"").find("must be debug") != std::string::npos);
    CHECK(mistakes("edge = 3").find("edge is not a key") != std::string::npos);
    CHECK(mistakes("[partition]\nretry_first_ms = 5000\nretry_longest_ms = 10").find("less than") !=
          std::string::npos);
}

TEST_CASE("a host says how new volumes are encrypted") {
    const auto cipher = [](const std::string& word) {
        return parse_config("[volumes]\nencryption = \"" + word + "\"", "node.toml")
            .value()
            .volume_cipher;
    };
    CHECK(parse_config("", "node.toml").value().volume_cipher == CipherChoice::Auto);
    CHECK(cipher("auto") == CipherChoice::Auto);
    CHECK(cipher("fscrypt") == CipherChoice::Fscrypt);
    CHECK(cipher("luks") == CipherChoice::Luks);
    CHECK(cipher("gocryptfs") == CipherChoice::Gocryptfs);
    CHECK(mistakes("[volumes]\nencryption = \"rot13\"")
              .find("must be auto, fscrypt, luks or gocryptfs") != std::string::npos);
}

TEST_CASE("plain HTTP is served beside https on its usual port, or where it is asked for") {
    CHECK(parse_config("[edge]\nhttps_port = 8443", "node.toml").value().edge_http_port == 0);
    const auto asked = parse_config("[edge]\nhttps_port = 8443\nhttp_port = 8080", "node.toml");
    CHECK(asked.value().edge_http_port == 8080);
    CHECK(parse_config("[edge]\nhttp_port = 0", "node.toml").value().edge_http_port == 0);
}

TEST_CASE("nobody is asked for certificates without agreement, an address and a URL") {
    CHECK_FALSE(parse_config("", "node.toml").value().acme_agree_to_terms);
    CHECK(mistakes("[acme]\nagree_to_terms = true").find("acme.email has to be") !=
          std::string::npos);
    CHECK(mistakes("[acme]\nagree_to_terms = true\nemail = \"a/../b@c.example\"")
              .find("acme.email has to be") != std::string::npos);
    CHECK(mistakes("[acme]\nagree_to_terms = true\nemail = \"a@b.example\"").empty());
    CHECK(mistakes("[acme]\nagree_to_terms = true\nemail = \"a@b.example\"\n"
                   "directory = \"http://a.example\"")
              .find("acme.directory") != std::string::npos);
    CHECK(mistakes("[acme]\nagree_to_terms = 1").find("must be true or false") !=
          std::string::npos);
    CHECK(mistakes("[acme]\nturn_s = 1").find("acme.turn_s must be") != std::string::npos);
    CHECK(mistakes("[acme]\nretry_first_s = 60\nretry_longest_s = 30").find("retry_longest_s") !=
          std::string::npos);
}

TEST_CASE("mail leaves where it was turned on, encrypted or to this machine") {
    CHECK(parse_config("", "node.toml").value().mail_delivery == MailDelivery::Off);
    CHECK(parse_config("[mail]\ndeliver = \"mx\"", "node.toml").value().mail_delivery ==
          MailDelivery::Mx);
    const std::string smarthost = "[mail]\ndeliver = \"smarthost\"\n";
    CHECK(mistakes(smarthost + "smarthost = \"mail.isp.example:587\"").empty());
    CHECK(mistakes(smarthost + "smarthost = \"127.0.0.1:25\"\nplain = true").empty());
    for (const std::string& bad : std::vector<std::string>{
             "[mail]\ndeliver = \"post\"", smarthost, smarthost + "smarthost = \"a b\"",
             smarthost + "smarthost = \"mail.isp.example\"\nplain = true",
             smarthost + "smarthost = \"a.example\"\nlogin_file = \"here\"",
             "[mail]\ndeliver = \"mx\"\nsmarthost = \"a.example\"", "[mail]\nplain = true",
             "[mail]\nrecipients_max = 0"}) {
        CAPTURE(bad);
        CHECK(mistakes(bad).find("mail.") != std::string::npos);
    }
}

TEST_CASE("publishers' keys are pinned as they are printed, and nothing else is a key") {
    const std::string key = std::string(42, '_') + "8";  // 32 bytes, base64url
    std::string printed = std::string(42, '/') + "8=";
    const auto keys = [](const std::string& text) {
        return parse_config("[upgrade]\npublisher_keys = " + text, "node.toml");
    };
    CHECK(parse_config("", "node.toml").value().upgrade_publisher_keys.empty());
    CHECK(keys("[\"" + key + "\", \"" + printed + "\"]").value().upgrade_publisher_keys ==
          std::vector{key, key});
    for (const std::string& odd : {std::string("\"") + key + "\"", std::string("[\"short\"]"),
                                   std::string("[7]"), std::string("[\"") + key + "AA\"]"})
        CHECK(keys(odd).failure().message.find("upgrade.publisher_keys must") != std::string::npos);
    std::string many = "[";
    for (int i = 0; i < 9; ++i) many += "\"" + key + "\", ";
    CHECK(keys(many + "]").failure().message.find("at most 8 keys") != std::string::npos);
}
