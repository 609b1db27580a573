#include "common/tls/tickets.h"

#include <openssl/conf.h>
#include <string>

#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

using ConfPtr = std::unique_ptr<CONF, FreeWith<NCONF_free>>;

// What the machine's configuration says of every TLS context, a line each.
std::string machine_lines() {
    char* file = CONF_get1_default_config_file();
    const ConfPtr conf(NCONF_new(nullptr));
    const bool read = file != nullptr && NCONF_load(conf.get(), file, nullptr) == 1;
    OPENSSL_free(file);
    std::string lines;
    const char* at = read ? NCONF_get_string(conf.get(), nullptr, "openssl_conf") : nullptr;
    for (const char* name : {"ssl_conf", "system_default"})
        at = at != nullptr ? NCONF_get_string(conf.get(), at, name) : nullptr;
    const STACK_OF(CONF_VALUE)* values =
        at != nullptr ? NCONF_get_section(conf.get(), at) : nullptr;
    for (int i = 0; i < sk_CONF_VALUE_num(values); ++i) {
        const CONF_VALUE* one = sk_CONF_VALUE_value(values, i);
        lines += std::string(one->name) + " = " + one->value + "\n";
    }
    ERR_clear_error();
    return lines;
}

}  // namespace

Status issue_no_tickets() {
    // The machine's first, so that it is not read later and undoes ours.
    if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr) != 1)
        return openssl_error(ErrorCode::Internal, "cannot begin with TLS");
    const std::string text =
        "foyer = parts\n[parts]\nssl_conf = uses\n[uses]\nsystem_default = every\n[every]\n" +
        machine_lines() + "NumTickets = 0\n";
    const BioPtr bio = read_bio(text);
    const ConfPtr conf(NCONF_new(nullptr));
    long line = 0;
    if (NCONF_load_bio(conf.get(), bio.get(), &line) != 1 ||
        CONF_modules_load(conf.get(), "foyer", 0) <= 0)
        return openssl_error(ErrorCode::Internal, "cannot switch session tickets off");
    return ok_status();
}

}  // namespace foyer::tls
