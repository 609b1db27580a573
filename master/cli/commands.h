// The commands, a family a file. Each adds itself to the parser and, when chosen, sets the
// session's action.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "master/cli/command_tree.h"
#include "master/cli/parser.h"
#include "master/cli/session.h"

namespace foyer::cli {

void add_session_commands(Command app, Session& session);        // login, whoami
void add_api_commands(Command app, Session& session);            // api
void add_fleet_commands(Command app, Session& session);          // isp, host, site, node
void add_application_commands(Command app, Session& session);    // application
void add_account_commands(Command app, Session& session);        // account
void add_member_commands(Command app, Session& session);         // member
void add_me_commands(Command app, Session& session);             // me, logout
void add_token_commands(Command app, Session& session);          // token
void add_audit_commands(Command app, Session& session);          // audit
void add_event_commands(Command app, Session& session);          // event
void add_webhook_commands(Command app, Session& session);        // webhook
void add_contact_commands(Command app, Session& session);        // contact
void add_domain_commands(Command app, Session& session);         // domain
void add_release_commands(Command app, Session& session);        // release
void add_order_command(Command app, Session& session);           // order
void add_price_commands(Command app, Session& session);          // price-list, quote
void add_rebalance_commands(Command app, Session& session);      // rebalance
void add_agent_release_commands(Command app, Session& session);  // agent-release
void add_upgrade_commands(Command app, Session& session);        // upgrade
void add_plan_commands(Command app, Session& session);           // plan
void add_instance_commands(Command app, Session& session);       // instance
void add_console_commands(Command app, Session& session);        // logs, exec
void add_operation_commands(Command app, Session& session);      // op
void add_completion_commands(Command app, Session& session);     // completion
void add_profile_commands(Command app, Session& session);        // profile
void add_doctor_command(Command app, Session& session);          // doctor
void add_man_commands(Command app, Session& session);            // man, help

// All of them, and the options of every command.
void add_all(Command app, Session& session);

// What a shell's completion asks: `foyer __complete WORD…`, never typed by people.
void answer_completion(Session& session, const CommandNode& tree,
                       const std::vector<std::string>& words);

// A group of commands ("node"): one of them must follow.
Command add_group(Command app, const std::string& name, const std::string& description);
Command add_command(Command group, const std::string& name, const std::string& description);

// One of these words, "did you mean" otherwise.
Check one_of(std::vector<std::string> words);
// A whole number from low to high.
Check between(std::int64_t low, std::int64_t high);
// A format as output_format.h reads it.
Check a_format();
Check a_role();   // of an account
Check a_thing();  // what an event is about
// A duration as human.h reads it.
Check a_duration();
// An amount of money as human.h reads it.
Check a_price();
void add_dry_run(Command command, bool& flag);

// A list command ("ls") of a collection.
void add_list_command(Command group, Session& session, const ListRoute& route, View view);
// The positional that names one of them: "NODE" in help, and what completion asks the API for.
Option add_name(Command command, std::string& name, const std::string& kind);
// A command showing one thing by its name ("show").
void add_show_command(Command group, Session& session, const std::string& collection, View view);

// A command that removes one thing of a collection by its name ("delete").
struct DeleteRoute {
    std::string collection;
    std::string description;
    std::string loss;  // what is lost with it, asked before; empty: nothing that needs asking
};
void add_delete_command(Command group, Session& session, const DeleteRoute& route);

// A create command's end: what was made, or that it would be.
Status show_created(Session& session, const std::string& body, View view, bool dry_run);

// Before something is lost: the name typed again on a terminal, --yes elsewhere.
Status confirm_loss(Session& session, const std::string& name, const std::string& question,
                    bool yes);
// A question that one letter answers, on a terminal; whatever is not "y" or "yes" is no.
Result<bool> ask_yes(Session& session, const std::string& question);

}  // namespace foyer::cli
