#include "node-agent/net/exim_config.h"

#include "common/base/text.h"
#include "node-agent/net/zone_file.h"

namespace foyer::agent {
namespace {

constexpr std::string_view letters_of_paths =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+";
constexpr std::string_view letters_of_hosts = "abcdefghijklmnopqrstuvwxyz0123456789.-:";

// Neither blanks nor anything that Exim expands.
Status check_path(const std::string& path) {
    if (path.starts_with('/') && path.find_first_not_of(letters_of_paths) == std::string::npos)
        return ok_status();
    return error(ErrorCode::InvalidArgument, "'" + path + "' cannot be written for exim");
}

// Networks nobody on the Internet receives mail in: who is told to look there by somebody's MX
// record would knock at the edge's own neighbours.
constexpr const char* private_networks =
    "<; 0.0.0.0/8 ; 10.0.0.0/8 ; 100.64.0.0/10 ; 127.0.0.0/8 ; 169.254.0.0/16 ; 172.16.0.0/12 ; "
    "192.168.0.0/16 ; 224.0.0.0/3 ; ::/8 ; 64:ff9b::/96 ; fc00::/7 ; fe80::/10 ; ff00::/8";

std::string main_part(const EximSettings& settings) {
    return "exim_path = " + settings.program +
           "\n"
           "primary_hostname = " +
           settings.hostname +
           "\n"
           "qualify_domain = " +
           settings.zone +
           "\n"
           "spool_directory = " +
           settings.spool +
           "\n"
           "log_file_path = " +
           settings.log_folder +
           "/exim-%s.log\n"
           "pid_file_path = /dev/null\n"
           "log_selector = -all +smtp_confirmation\n"
           "write_rejectlog = false\n"
           "keep_environment =\n"
           "deliver_drop_privilege = true\n"
           "never_users =\n"
           "host_lookup =\n"
           // Who says an address of ours ("EHLO [127.0.0.1]", as a copy without a name does) would
           // wait for a name server that its edge may not have.
           "helo_lookup_domains =\n"
           "rfc1413_query_timeout = 0s\n"
           "tls_advertise_hosts =\n"
           "smtputf8_advertise_hosts =\n"
           "prdr_enable = false\n"
           "message_size_limit = " +
           std::to_string(settings.message_max.count()) +
           "\n"
           "recipients_max = " +
           std::to_string(settings.recipients_max) +
           "\n"
           "recipients_max_reject = true\n"
           "smtp_accept_max = 40\n"
           "smtp_accept_max_per_host = 4\n"
           "smtp_accept_max_per_connection = 100\n"
           "smtp_accept_queue = 20\n"
           "smtp_ratelimit_hosts = *\n"
           "smtp_ratelimit_mail = 20,0.5s,1.05,1m\n"
           "smtp_receive_timeout = 1m\n"
           "receive_timeout = 1m\n"
           "queue_run_max = 1\n"
           "remote_max_parallel = 2\n"
           "check_spool_space = 200M\n"
           "check_spool_inodes = 1000\n"
           "bounce_return_body = false\n"
           "ignore_bounce_errors_after = 0s\n"
           "timeout_frozen_after = 1h\n"
           "delay_warning =\n"
           "smtp_banner = $primary_hostname ESMTP\n"
           "received_header_text = Received: by $primary_hostname with $received_protocol; "
           "$tod_full\n"
           "acl_smtp_connect = connect\n"
           "acl_smtp_mail = mail\n"
           "acl_smtp_rcpt = rcpt\n"
           "acl_smtp_data = data\n"
           "acl_smtp_vrfy = nothing\n"
           "acl_smtp_etrn = nothing\n";
}

// The answer decides: "ok INSTANCE DOMAIN SELECTOR", or an SMTP answer.
std::string asked(const EximSettings& settings, const std::string& question) {
    return "  warn set acl_m_said = ${readsocket{" + settings.ask_socket + "}{" + question +
           "\\n}{10s}{}{}}\n"
           "  deny condition = ${if match{$acl_m_said}{\\N^5\\d\\d \\N}}\n"
           "       message = $acl_m_said\n"
           "       log_message = refused\n"
           "  defer condition = ${if match{$acl_m_said}{\\N^4\\d\\d \\N}}\n"
           "       message = $acl_m_said\n"
           "       log_message = put off\n"
           "  defer condition = ${if !match{$acl_m_said}{\\N^ok \\S+ \\S+ \\S+$\\N}}\n"
           "       message = 451 4.3.0 the relay is not ready; try again in a minute\n"
           "       log_message = not ready\n";
}

std::string acl_part(const EximSettings& settings) {
    return "begin acl\n"
           "nothing:\n"
           "  deny\n"
           "connect:\n"
           "  accept\n"
           "mail:\n" +
           asked(settings, "mail $sender_host_address ${base64:$sender_address}") +
           "  accept\n"
           "rcpt:\n"
           "  accept\n"
           "data:\n" +
           asked(settings,
                 "data $sender_host_address ${base64:$sender_address} $recipients_count "
                 "${base64:${addresses:$rh_from:}}") +
           "  warn set acl_m_key = ${extract{3}{ }{$acl_m_said}}\n"
           "       set acl_m_selector = ${extract{4}{ }{$acl_m_said}}\n"
           "  accept\n";
}

// Nothing leaves unsigned: what has no key (lost with the power, until the master is there) waits.
// What tells a sender of a failure is signed as the zone.
std::string key_domain(const EximSettings& settings) {
    return "${if def:sender_address{$acl_m_key}{" + settings.zone + "}}";
}

std::string router_part(const EximSettings& settings) {
    const std::string waits =
        "waits:\n"
        "  driver = redirect\n"
        "  allow_defer\n"
        "  condition = ${lookup{" +
        key_domain(settings) + ".pem}dsearch{" + settings.keys() +
        "}{no}{yes}}\n"
        "  data = :defer: the key that it is signed with is not here\n";
    if (settings.delivery == MailDelivery::Smarthost)
        return "begin routers\n" + waits +
               "smarthost:\n"
               "  driver = manualroute\n"
               "  transport = out\n"
               "  route_list = * \"<+ " +
               settings.smarthost +
               "\"\n"
               "  self = send\n"
               "  host_find_failed = defer\n"
               "  no_more\n";
    return "begin routers\n" + waits +
           "mx:\n"
           "  driver = dnslookup\n"
           "  transport = out\n"
           "  ignore_target_hosts = " +
           private_networks +
           "\n"
           "  self = fail\n"
           "  no_more\n";
}

std::string transport_part(const EximSettings& settings) {
    std::string text =
        "begin transports\n"
        "out:\n"
        "  driver = smtp\n"
        "  hosts_try_fastopen =\n"
        "  connect_timeout = 1m\n"
        "  dkim_domain = ${lookup{" +
        key_domain(settings) + ".pem}dsearch{" + settings.keys() +
        "}{${sg{$value}{\\N\\.pem$\\N}{}}}}\n"
        "  dkim_selector = ${if def:sender_address{$acl_m_selector}{" +
        settings.zone_selector +
        "}}\n"
        "  dkim_private_key = " +
        settings.keys() +
        "/$dkim_domain.pem\n"
        "  dkim_strict = true\n"
        "  dkim_canon = relaxed\n"
        "  dkim_timestamps = 1209600\n";
    if (settings.delivery == MailDelivery::Smarthost) {
        text += "  port = " + std::to_string(settings.smarthost_port) + "\n";
        if (settings.plain)
            text += "  allow_localhost\n  hosts_avoid_tls = *\n";
        else
            text +=
                "  hosts_require_tls = *\n  tls_verify_certificates = system\n"
                "  tls_verify_hosts = *\n";
        if (settings.login) text += "  hosts_require_auth = *\n";
    }
    return text;
}

std::string login_part(const EximSettings& settings) {
    if (!settings.login) return {};
    const std::string line = "${extract{";
    const std::string of_file = "}{\\n}{${readfile{" + settings.login_file() + "}}}}";
    return "begin authenticators\n"
           "plain:\n"
           "  driver = plaintext\n"
           "  public_name = PLAIN\n"
           "  client_send = ^" +
           line + "1" + of_file + "^" + line + "2" + of_file +
           "\n"
           "login:\n"
           "  driver = plaintext\n"
           "  public_name = LOGIN\n"
           "  client_send = : " +
           line + "1" + of_file + " : " + line + "2" + of_file + "\n";
}

}  // namespace

Result<std::string> exim_config(const EximSettings& settings) {
    for (const std::string* path : {&settings.program, &settings.folder, &settings.spool,
                                    &settings.log_folder, &settings.ask_socket})
        TRY(check_path(*path));
    for (const std::string* name : {&settings.hostname, &settings.zone, &settings.zone_selector})
        if (!is_zone_name(*name))
            return error(ErrorCode::InvalidArgument, "'" + *name + "' is not a name of DNS");
    if (settings.delivery == MailDelivery::Off)
        return error(ErrorCode::FailedPrecondition, "mail is not turned on here");
    const bool odd = settings.smarthost.empty() ||
                     settings.smarthost.find_first_not_of(letters_of_hosts) != std::string::npos;
    if (settings.delivery == MailDelivery::Smarthost && odd)
        return error(ErrorCode::InvalidArgument, "'" + settings.smarthost + "' is no mail server");
    return main_part(settings) + acl_part(settings) + router_part(settings) +
           transport_part(settings) +
           "begin retry\n"
           "* * F,1h,1m; F,4h,15m; F,2d,1h\n" +
           login_part(settings);
}

Result<SmtpHost> parse_smtp_host(const std::string& text) {
    SmtpHost to;
    std::string rest = text;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end != std::string::npos) {
            to.host = text.substr(1, end - 1);
            rest = text.substr(end + 1);
        }
    } else {
        to.host = text.substr(0, text.find(':'));
        rest = text.substr(to.host.size());
    }
    const auto port = rest.starts_with(':') ? parse_int(rest.substr(1)) : std::nullopt;
    if (port) to.port = static_cast<int>(*port);
    const bool bad_port = !rest.empty() && (!port || *port < 1 || *port > 65'535);
    if (bad_port || to.host.empty() ||
        to.host.find_first_not_of(letters_of_hosts) != std::string::npos)
        return error(ErrorCode::InvalidArgument,
                     "'" + text +
                         "' is no mail server: host:port, as mail.isp.example:587 or "
                         "[2001:db8::1]:25, in lower case");
    return to;
}

Result<std::string> exim_login(const std::string& file_text) {
    std::vector<std::string> lines = split(file_text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const bool two = lines.size() == 2 && !lines[0].empty() && !lines[1].empty();
    // Exim takes ^ for a zero byte and doubled letters for single ones.
    if (!two || file_text.find_first_of("^\r\t\"\\:{}$") != std::string::npos ||
        file_text.find('\0') != std::string::npos)
        return error(ErrorCode::InvalidArgument,
                     "the login's file has to have two lines, a name and a password, without "
                     "any of ^ : \" \\ { } $ or tabs");
    return lines[0] + "\n" + lines[1] + "\n";
}

}  // namespace foyer::agent
