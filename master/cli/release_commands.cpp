#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/tls/ed25519.h"
#include "common/tls/private_file.h"
#include "master/cli/commands.h"
#include "master/cli/exit_code.h"
#include "master/cli/oci_layout.h"
#include "master/cli/release_name.h"
#include "master/cli/send_blob.h"
#include "master/cli/signing_key.h"
#include "master/cli/views.h"
#include "master/cli/watch.h"

namespace foyer::cli {
namespace {

Status make_key(Session& session, const std::string& file) {
    const tls::SigningKey key = tls::make_signing_key(session.rng());
    TRY(tls::create_private_file(file, signing_key_text(key)));
    const std::string shown = padded_base64(key.public_key);
    if (session.wants_json()) {
        TRY(session.print_json(own_output({{"publisher_key", shown}}).dump()));
    } else {
        session.console().data(shown + "\n");
    }
    session.console().note(
        fmt::format("signing key written to '{}'; keep a copy in a safe place: "
                    "new versions of your releases need it",
                    file));
    return ok_status();
}

Status send_blobs(Session& session, const ReleaseFolder& release) {
    for (const Blob& blob : release.blobs)
        TRY(send_blob(session, fmt::format("{} {}", release.name, blob.what), blob));
    return ok_status();
}

struct PublishOptions {
    std::string folder;
    std::string key_file;
    bool dry_run = false;
};

Status publish(Session& session, const PublishOptions& options) {
    const Secret<std::string> seed = TRY(read_signing_key(options.key_file));
    const ReleaseFolder release = TRY(read_release_folder(options.folder));
    const std::string signature = TRY(tls::ed25519_sign(seed, release.document));
    const std::string public_key = TRY(tls::public_key_of(seed));
    // A dry run may still need the blobs there; it sends none and lets the master say so.
    if (!options.dry_run) TRY(send_blobs(session, release));
    Json body = {
        {"release_json", padded_base64(to_base64url(as_bytes(release.document)))},
        {"signature", padded_base64(signature)},
        {"publisher_key", padded_base64(public_key)},
    };
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write("POST", "/v1/software-releases", body));
    session.console().note(options.dry_run
                               ? dry_run_note
                               : fmt::format("published {} {}", release.name, release.version));
    return session.show(answer, view_release);
}

Status show_release(Session& session, const std::string& wanted) {
    return session.show(TRY(session.get(path_of_release(wanted), "foyer release ls")),
                        view_release);
}

struct WithdrawOptions {
    std::string release;
    std::string reason;
    bool dry_run = false;
};

Status withdraw(Session& session, const WithdrawOptions& options) {
    if (parse_release_name(options.release).version.empty()) {
        return usage_error(fmt::format("'{}' does not say which version", options.release),
                           "foyer release withdraw " + options.release + "@VERSION --reason TEXT");
    }
    Json body = {{"reason", options.reason}};
    if (options.dry_run) body["validate_only"] = true;
    const std::string answer = TRY(session.write(
        "POST", path_of_release(options.release) + ":withdraw", body, "foyer release ls"));
    session.console().note(
        options.dry_run
            ? dry_run_note
            : fmt::format("{} is withdrawn: instances that run it go on, nothing new is "
                          "ordered of it",
                          options.release));
    return session.show(answer, view_release);
}

void add_withdraw(Command group, Session& session) {
    auto& options = session.keep<WithdrawOptions>();
    Command command =
        add_command(group, "withdraw", "take a version back: nothing new is ordered of it");
    command.add_option("release", options.release, "which version")
        .required()
        .type_name("NAME@VERSION");
    command.add_option("--reason", options.reason, "why; those who order it read it").required();
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return withdraw(session, options); };
    });
}

}  // namespace

void add_release_commands(Command app, Session& session) {
    Command group = add_group(app, "release", "software to order");
    add_list_command(group, session,
                     {"/v1/software-releases", "releases",
                      "no releases yet: foyer release publish DIR --key FILE"},
                     view_releases);
    auto& shown = session.keep<std::string>();
    Command show = add_command(group, "show", "show one, with its sizes and parameters");
    add_name(show, shown, "RELEASE").description("its name, or NAME@VERSION");
    show.callback([&session, &shown] {
        session.action = [&session, &shown] { return show_release(session, shown); };
    });

    add_withdraw(group, session);
    auto& key_file = session.keep<std::string>();
    Command keygen =
        add_command(group, "keygen", "make a signing key; prints its public half (base64)");
    keygen.add_option("--key", key_file, "file to make, mode 0600").required().type_name("FILE");
    keygen.callback([&session, &key_file] {
        session.action = [&session, &key_file] { return make_key(session, key_file); };
    });

    auto& options = session.keep<PublishOptions>();
    Command command = add_command(group, "publish", "sign a release, send its image, publish it");
    command.add_option("dir", options.folder, "folder with release.json and image/")
        .required()
        .type_name("DIR");
    command.add_option("--key", options.key_file, "signing key (foyer release keygen)")
        .required()
        .type_name("FILE");
    add_dry_run(command, options.dry_run);
    command.callback([&session, &options] {
        session.action = [&session, &options] { return publish(session, options); };
    });
}

}  // namespace foyer::cli
