// The commands, a family a file. Each adds itself to the parser and, when chosen, sets the
// session's action.
#pragma once

#include <string>
#include <vector>

#include "master/cli/command_tree.h"
#include "master/cli/session.h"

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace foyer::cli {

void add_session_commands(CLI::App& app, Session& session);     // login, whoami
void add_api_commands(CLI::App& app, Session& session);         // api
void add_fleet_commands(CLI::App& app, Session& session);       // isp, host, site, node
void add_account_commands(CLI::App& app, Session& session);     // account
void add_member_commands(CLI::App& app, Session& session);      // member
void add_me_commands(CLI::App& app, Session& session);          // me, logout
void add_token_commands(CLI::App& app, Session& session);       // token
void add_audit_commands(CLI::App& app, Session& session);       // audit
void add_event_commands(CLI::App& app, Session& session);       // event
void add_webhook_commands(CLI::App& app, Session& session);     // webhook
void add_contact_commands(CLI::App& app, Session& session);     // contact
void add_domain_commands(CLI::App& app, Session& session);      // domain
void add_release_commands(CLI::App& app, Session& session);     // release
void add_order_command(CLI::App& app, Session& session);        // order
void add_price_commands(CLI::App& app, Session& session);       // price-list, quote
void add_rebalance_commands(CLI::App& app, Session& session);   // rebalance
void add_plan_commands(CLI::App& app, Session& session);        // plan
void add_instance_commands(CLI::App& app, Session& session);    // instance
void add_console_commands(CLI::App& app, Session& session);     // logs, exec
void add_operation_commands(CLI::App& app, Session& session);   // op
void add_completion_commands(CLI::App& app, Session& session);  // completion
void add_profile_commands(CLI::App& app, Session& session);     // profile
void add_doctor_command(CLI::App& app, Session& session);       // doctor
void add_man_commands(CLI::App& app, Session& session);         // man, help

// All of them, and the options of every command.
void add_all(CLI::App& app, Session& session);

// What a shell's completion asks: `foyer __complete WORD…`, never typed by people.
void answer_completion(Session& session, const CommandNode& tree,
                       const std::vector<std::string>& words);

// A group of commands ("node"): one of them must follow.
CLI::App& add_group(CLI::App& app, const std::string& name, const std::string& description);
CLI::App& add_command(CLI::App& group, const std::string& name, const std::string& description);

// One of these words, "did you mean" otherwise.
CLI::Validator one_of(std::vector<std::string> words);
// A whole number from low to high.
CLI::Validator between(int low, int high);
// A format as output_format.h reads it.
CLI::Validator a_format();
CLI::Validator a_role();   // of an account
CLI::Validator a_thing();  // what an event is about
// A duration as human.h reads it.
CLI::Validator a_duration();
// An amount of money as human.h reads it.
CLI::Validator a_price();
void add_dry_run(CLI::App& command, bool& flag);

// A list command ("ls") of a collection.
void add_list_command(CLI::App& group, Session& session, const ListRoute& route, View view);
// The positional that names one of them: "NODE" in help, and what completion asks the API for.
CLI::Option& add_name(CLI::App& command, std::string& name, const std::string& kind);
// A command showing one thing by its name ("show").
void add_show_command(CLI::App& group, Session& session, const std::string& collection, View view);

// A command that removes one thing of a collection by its name ("delete").
struct DeleteRoute {
    std::string collection;
    std::string description;
    std::string loss;  // what is lost with it, asked before; empty: nothing that needs asking
};
void add_delete_command(CLI::App& group, Session& session, const DeleteRoute& route);

// A create command's end: what was made, or that it would be.
Status show_created(Session& session, const std::string& body, View view, bool dry_run);

// Before something is lost: the name typed again on a terminal, --yes elsewhere.
Status confirm_loss(Session& session, const std::string& name, const std::string& question,
                    bool yes);

}  // namespace foyer::cli
