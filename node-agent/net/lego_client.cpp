#include "node-agent/net/lego_client.h"

#include <algorithm>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/tls/certificate.h"
#include "common/tls/jwk.h"
#include "node-agent/net/kept_process.h"
#include "node-agent/net/lego_output.h"

namespace foyer::agent {
namespace {

// A user that nobody is and nothing else runs as (Debian keeps 65000 to 65533 free for ever): it
// owns what lego may read and write.
constexpr os::FileOwner lego_user{65'210, 65'210};
constexpr std::size_t roots_bytes_max = std::size_t{1} << 20;

// "https://acme.example:14000/dir" -> "acme.example_14000", as lego names its folder.
std::string server_folder(const std::string& directory) {
    const std::size_t begin = directory.find("://");
    std::string host = begin == std::string::npos ? directory : directory.substr(begin + 3);
    host = host.substr(0, host.find('/'));
    std::ranges::replace(host, ':', '_');
    return host;
}

}  // namespace

LegoClient::LegoClient(LegoConfig config, Clock& clock)
    : config_(std::move(config)), clock_(clock) {}

std::string LegoClient::registration() const {
    return folder() + "/accounts/" + server_folder(config_.directory) + "/" + config_.email;
}

Result<Secret<std::string>> LegoClient::account_key() const {
    const auto held = os::read_file(account_file());
    if (held.ok()) return Secret(held.value());
    if (held.failure().code != ErrorCode::NotFound) return held.failure();
    TRY(os::make_dirs(config_.data_dir, 0711));
    Secret<std::string> made = TRY(tls::make_key());
    TRY(os::write_atomically(account_file(), made.reveal(), {.mode = 0600}));
    return made;
}

Result<std::string> LegoClient::thumbprint() {
    if (config_.directory.empty())
        return error(ErrorCode::FailedPrecondition, "ACME is not turned on at this edge");
    const auto key = TRY(account_key());
    return tls::jwk_thumbprint(key);
}

// What of an earlier order is there goes, but for the registration of the account.
Status LegoClient::make_folders(const std::string& csr) const {
    const std::string keys = registration() + "/keys";
    TRY(os::make_dirs(config_.data_dir, 0711));
    TRY(os::remove_tree(folder() + "/certificates"));
    TRY(os::remove_tree(folder() + "/answers"));
    std::string path = folder();
    for (const std::string& below :
         {std::string(), std::string("/accounts"), "/accounts/" + server_folder(config_.directory),
          "/accounts/" + server_folder(config_.directory) + "/" + config_.email,
          "/accounts/" + server_folder(config_.directory) + "/" + config_.email + "/keys",
          std::string("/answers")}) {
        TRY(os::make_dirs(path + below, 0700));
        TRY(os::change_owner(path + below, lego_user.uid, lego_user.gid));
    }
    const os::AtomicWrite theirs{.mode = 0600, .owner = lego_user};
    const auto held = TRY(account_key());
    const auto key = TRY(tls::to_sec1(held));
    TRY(os::write_atomically(keys + "/" + config_.email + ".key", key.reveal(), theirs));
    TRY(os::write_atomically(folder() + "/request.csr", csr, theirs));
    if (config_.ca_file.empty()) return ok_status();
    const std::string roots = TRY(os::read_file(config_.ca_file, roots_bytes_max));
    return os::write_atomically(folder() + "/roots.pem", roots, theirs);
}

std::vector<std::string> LegoClient::command(Duration limit) const {
    const std::string seconds = std::to_string(std::max<std::int64_t>(1, limit.count() / 1000));
    return unprivileged(
        lego_user,
        {"lego", "--server", config_.directory, "--accept-tos", "--email", config_.email, "--path",
         folder(), "--csr", folder() + "/request.csr", "--http", "--http.webroot",
         folder() + "/answers", "--http-timeout", seconds, "--cert.timeout", seconds, "run"});
}

Result<std::string> LegoClient::run(const std::string& name, Duration limit,
                                    std::stop_token stop) const {
    os::Command order{.argv = command(limit), .timeout = limit};
    order.env.push_back("HOME=" + folder());
    if (!config_.ca_file.empty())
        order.env.push_back("LEGO_CA_CERTIFICATES=" + folder() + "/roots.pem");
    const os::Finished done = TRY(os::run(order, std::move(stop)));
    if (is_account_lost(done.messages)) TRY(os::remove_file(registration() + "/account.json"));
    if (done.timed_out)
        return error(ErrorCode::DeadlineExceeded, "the authority did not end the order within " +
                                                      std::to_string(limit.count() / 1000) + " s");
    if (done.exit_code != 0)
        return error(
            is_rate_limited(done.messages) ? ErrorCode::ResourceExhausted : ErrorCode::Unavailable,
            lego_problem(done.messages));
    return os::read_file(folder() + "/certificates/" + name + ".crt", chain_bytes_max);
}

Result<AcmeClient::Issued> LegoClient::order(const std::string& name, Duration limit,
                                             std::stop_token stop) {
    if (!os::find_program("lego").ok())
        return error(ErrorCode::FailedPrecondition,
                     "lego is not installed on this edge: apt-get install lego");
    Issued issued;
    issued.key_pem = TRY(tls::make_key());
    const std::string request = TRY(tls::make_server_request(issued.key_pem, name));
    TRY(make_folders(request));
    issued.chain_pem = TRY(run(name, limit, std::move(stop)));
    issued.span = TRY(check_issued(issued.chain_pem, name, issued.key_pem, clock_.wall()));
    return issued;
}

}  // namespace foyer::agent
