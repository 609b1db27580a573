#include "node-agent/config.h"

// Debian builds the library with exceptions only; without them it is used as headers.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <functional>
#include <map>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include "common/base/text.h"
#include "common/base/toml_text.h"
#include "common/tls/private_file.h"

namespace foyer::agent {
namespace {

// What is printed for people is base64 with padding; the other alphabet is taken too.
std::string base64url_of(std::string text) {
    for (char& letter : text) {
        if (letter == '+') letter = '-';
        if (letter == '/') letter = '_';
    }
    while (text.ends_with('=')) text.pop_back();
    return text;
}

// Takes one value and says what is wrong with it, or nothing.
using Setter = std::function<std::string(const toml::node&)>;
using Keys = std::map<std::string, Setter>;

Setter text(std::string& target) {
    return [&target](const toml::node& value) -> std::string {
        const auto given = value.value_exact<std::string>();
        if (!given) return "must be text";
        target = *given;
        return {};
    };
}

Setter number(std::int64_t lowest, std::int64_t highest,
              const std::function<void(std::int64_t)>& take) {
    return [=](const toml::node& value) -> std::string {
        const auto given = value.value_exact<std::int64_t>();
        if (!given || *given < lowest || *given > highest) {
            return "must be a whole number from " + std::to_string(lowest) + " to " +
                   std::to_string(highest);
        }
        take(*given);
        return {};
    };
}

Setter integer(std::int64_t lowest, std::int64_t highest, int& target) {
    return number(lowest, highest,
                  [&target](std::int64_t given) { target = static_cast<int>(given); });
}

Setter milliseconds(std::int64_t lowest, Duration& target) {
    return number(lowest, 86'400'000, [&target](std::int64_t given) { target = Duration(given); });
}

Setter seconds(std::int64_t lowest, std::int64_t highest, Duration& target) {
    return number(lowest, highest,
                  [&target](std::int64_t given) { target = std::chrono::seconds(given); });
}

Setter seconds(Duration& target) { return seconds(0, 366LL * 86'400, target); }

Setter truth(bool& target) {
    return [&target](const toml::node& value) -> std::string {
        const auto given = value.value_exact<bool>();
        if (!given) return "must be true or false";
        target = *given;
        return {};
    };
}

Setter level(LogLevel& target) {
    return [&target](const toml::node& value) -> std::string {
        const auto given = log_level_from(value.value_or(std::string()));
        if (!given) return "must be debug, info, warn or error";
        target = *given;
        return {};
    };
}

// One of these words, each with what it stands for.
template <typename Choice>
Setter word(std::vector<std::pair<std::string, Choice>> words, Choice& target) {
    return [words = std::move(words), &target](const toml::node& value) -> std::string {
        const std::string given = value.value_or(std::string());
        std::string known;
        for (const auto& [name, choice] : words) {
            if (name == given) {
                target = choice;
                return {};
            }
            const bool last = name == words.back().first;
            known += (known.empty() ? "" : last ? " or " : ", ") + name;
        }
        return "must be " + known;
    };
}

Setter delivery(MailDelivery& target) {
    return word<MailDelivery>({{"off", MailDelivery::Off},
                               {"mx", MailDelivery::Mx},
                               {"smarthost", MailDelivery::Smarthost}},
                              target);
}

Setter cipher(CipherChoice& target) {
    return word<CipherChoice>({{"auto", CipherChoice::Auto},
                               {"fscrypt", CipherChoice::Fscrypt},
                               {"luks", CipherChoice::Luks},
                               {"gocryptfs", CipherChoice::Gocryptfs}},
                              target);
}

constexpr std::size_t publisher_keys_max = 8;

Setter publisher_keys(std::vector<std::string>& target) {
    return [&target](const toml::node& value) -> std::string {
        const toml::array* given = value.as_array();
        if (given == nullptr || given->size() > publisher_keys_max)
            return "must be a list of at most 8 keys, as foyer release keygen prints them";
        for (const toml::node& item : *given) {
            const std::string key = base64url_of(item.value_or(std::string()));
            const auto bytes = from_base64url(key);
            if (!bytes || bytes->size() != 32)
                return "must hold keys of 32 bytes, as foyer release keygen prints them";
            target.push_back(key);
        }
        return {};
    };
}

Keys keys_of(NodeConfig& config) {
    Keys keys;
    keys["log_level"] = level(config.log_level);
    keys["run_dir"] = text(config.run_dir);
    keys["cgroup_parent"] = text(config.cgroup_parent);
    keys["uid_claims"] = text(config.uid_claims);
    keys["exec"] = truth(config.exec);
    keys["plain_volumes"] = truth(config.plain_volumes);
    keys["volumes.encryption"] = cipher(config.volume_cipher);
    keys["partitions_max"] = integer(1, 4000, config.partitions_max);
    keys["wireguard.port"] = integer(1, 65535, config.wireguard_port);
    keys["edge.listen"] = text(config.edge_listen);
    keys["edge.https_port"] = integer(1, 65535, config.edge_https_port);
    keys["edge.http_port"] = integer(0, 65535, config.edge_http_port);
    keys["acme.agree_to_terms"] = truth(config.acme_agree_to_terms);
    keys["acme.directory"] = text(config.acme_directory);
    keys["acme.email"] = text(config.acme_email);
    keys["acme.ca_file"] = text(config.acme_ca_file);
    keys["acme.turn_s"] = seconds(4, 3'600, config.acme_turn);
    keys["acme.retry_first_s"] = seconds(1, 86'400, config.acme_retry_first);
    keys["acme.retry_longest_s"] = seconds(1, 7 * 86'400, config.acme_retry_longest);
    keys["mail.deliver"] = delivery(config.mail_delivery);
    keys["mail.smarthost"] = text(config.mail_smarthost);
    keys["mail.login_file"] = text(config.mail_login_file);
    keys["mail.plain"] = truth(config.mail_plain);
    keys["mail.message_mib_max"] = integer(1, 200, config.mail_message_mib_max);
    keys["mail.recipients_max"] = integer(1, 1'000, config.mail_recipients_max);
    keys["mail.queue_max"] = integer(1, 100'000, config.mail_queue_max);
    keys["mail.queue_mib_max"] = integer(1, 1 << 20, config.mail_queue_mib_max);
    keys["edge.connections_max"] = integer(1, 1'000'000, config.edge_connections_max);
    keys["edge.body_mib_max"] = integer(1, 65536, config.edge_body_mib_max);
    keys["edge.dns_listen"] = text(config.edge_dns_listen);
    keys["edge.dns_port"] = integer(0, 65535, config.edge_dns_port);
    keys["edge.line_port"] = integer(0, 65534, config.edge_line_port);
    keys["upgrade.publisher_keys"] = publisher_keys(config.upgrade_publisher_keys);
    keys["reserve.cpu_millicores"] = number(
        0, 1'000'000, [&config](std::int64_t given) { config.reserve_cpu = Millicores(given); });
    keys["reserve.memory_mib"] = number(
        0, 1 << 24, [&config](std::int64_t given) { config.reserve_memory = mebibytes(given); });
    keys["reserve.disk_gib"] = number(
        0, 1 << 24, [&config](std::int64_t given) { config.reserve_disk = gibibytes(given); });
    keys["hold.erase_s"] = seconds(config.erase_hold);
    keys["hold.forgotten_s"] = seconds(config.forgotten_hold);
    keys["partition.rejoin_after_ms"] = milliseconds(100, config.rejoin_after);
    keys["partition.retry_first_ms"] = milliseconds(10, config.retry_first);
    keys["partition.retry_longest_ms"] = milliseconds(10, config.retry_longest);
    keys["sync.retry_longest_ms"] = milliseconds(100, config.sync_retry_longest);
    keys["sync.report_quiet_ms"] = milliseconds(100, config.report_quiet);
    return keys;
}

// What is given together, or not at all. An e-mail address becomes the name of a folder.
std::string acme_mistake(const NodeConfig& config) {
    if (config.acme_retry_longest < config.acme_retry_first)
        return "acme.retry_longest_s is less than acme.retry_first_s";
    if (!config.acme_agree_to_terms) return {};
    if (!config.acme_directory.starts_with("https://") ||
        config.acme_directory.find_first_of(" \t\r\n") != std::string::npos)
        return "acme.directory has to be an https:// URL";
    const std::string& email = config.acme_email;
    const bool odd = email.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789.@_+-") != std::string::npos;
    if (odd || email.size() > 200 || email.find('@') == std::string::npos || email[0] == '.')
        return "acme.email has to be an address of letters, digits and . @ _ + - , where the "
               "authority can write to";
    if (!config.acme_ca_file.empty() && config.acme_ca_file[0] != '/')
        return "acme.ca_file has to be an absolute path";
    return {};
}

// A password and what customers write go over the Internet encrypted, or not at all.
std::string mail_mistake(const NodeConfig& config) {
    const bool smarthost = config.mail_delivery == MailDelivery::Smarthost;
    if (!smarthost && (!config.mail_smarthost.empty() || !config.mail_login_file.empty()))
        return "mail.smarthost and mail.login_file are for mail.deliver = \"smarthost\"";
    if (!smarthost) return config.mail_plain ? "mail.plain is for a smarthost on this machine" : "";
    const auto host = parse_smtp_host(config.mail_smarthost);
    if (!host.ok()) return "mail.smarthost: " + host.failure().message;
    const std::string& name = host.value().host;
    if (config.mail_plain && name != "localhost" && name != "127.0.0.1" && name != "::1")
        return "mail.plain is for a smarthost on this machine: 127.0.0.1, ::1 or localhost";
    if (!config.mail_login_file.empty() && config.mail_login_file[0] != '/')
        return "mail.login_file has to be an absolute path";
    return {};
}

void read_table(const toml::table& table, const std::string& prefix, const Keys& keys,
                const std::string& name, std::string& mistakes) {
    for (const auto& [key, value] : table) {
        const std::string path = prefix + std::string(key.str());
        const std::string at =
            name + ":" + std::to_string(value.source().begin.line) + ": " + path + " ";
        const bool is_section = keys.lower_bound(path + ".") != keys.end() &&
                                keys.lower_bound(path + ".")->first.starts_with(path + ".");
        if (const toml::table* section = value.as_table(); section != nullptr && is_section) {
            read_table(*section, path + ".", keys, name, mistakes);
            continue;
        }
        const auto setter = keys.find(path);
        const std::string mistake =
            setter == keys.end() ? "is not a key of this program" : setter->second(value);
        if (!mistake.empty()) mistakes += (mistakes.empty() ? "" : "\n") + at + mistake;
    }
}

}  // namespace

Result<NodeConfig> parse_config(std::string_view text_of_file, const std::string& name) {
    if (const auto line = line_of_odd_letter(text_of_file))
        return error(ErrorCode::InvalidArgument,
                     name + ":" + std::to_string(*line) + ": " + std::string(odd_letter_problem));
    const toml::parse_result parsed = toml::parse(text_of_file, name);
    if (!parsed) {
        const auto& failure = parsed.error();
        return error(ErrorCode::InvalidArgument, name + ":" +
                                                     std::to_string(failure.source().begin.line) +
                                                     ": " + std::string(failure.description()));
    }
    NodeConfig config;
    std::string mistakes;
    read_table(parsed.table(), "", keys_of(config), name, mistakes);
    if (!mistakes.empty()) return error(ErrorCode::InvalidArgument, mistakes);
    if (config.retry_longest < config.retry_first) {
        return error(ErrorCode::InvalidArgument,
                     name + ": partition.retry_longest_ms is less than partition.retry_first_ms");
    }
    if (config.edge_http_port < 0) config.edge_http_port = config.edge_https_port == 443 ? 80 : 0;
    const std::string acme = acme_mistake(config);
    if (!acme.empty()) return error(ErrorCode::InvalidArgument, name + ": " + acme);
    const std::string mail = mail_mistake(config);
    if (!mail.empty()) return error(ErrorCode::InvalidArgument, name + ": " + mail);
    return config;
}

std::string run_dir_of(const NodeConfig& config, const NodeId& node) {
    return config.run_dir.empty() ? "/run/foyer/" + node.str() : config.run_dir;
}

Result<NodeConfig> load_config(const std::string& path) {
    const std::string content = TRY(tls::read_small_file(path));
    return parse_config(content, path);
}

}  // namespace foyer::agent
