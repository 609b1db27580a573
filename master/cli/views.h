// What people see of the API's answers. Functions of JSON, page and time.
#pragma once

#include <string>

#include "master/cli/session.h"

namespace foyer::cli {

std::string view_isps(const Json& list, const ViewContext& context);
std::string view_isp(const Json& isp, const ViewContext& context);
std::string view_hosts(const Json& list, const ViewContext& context);
std::string view_host(const Json& host, const ViewContext& context);
std::string view_sites(const Json& list, const ViewContext& context);
std::string view_site(const Json& site, const ViewContext& context);
std::string view_nodes(const Json& list, const ViewContext& context);
std::string view_node(const Json& node, const ViewContext& context);

std::string view_accounts(const Json& list, const ViewContext& context);
std::string view_account(const Json& account, const ViewContext& context);
std::string view_members(const Json& list, const ViewContext& context);
std::string view_member(const Json& member, const ViewContext& context);
std::string view_tokens(const Json& list, const ViewContext& context);
std::string view_token(const Json& token, const ViewContext& context);
std::string view_whoami(const Json& caller, const ViewContext& context);

std::string view_releases(const Json& list, const ViewContext& context);
std::string view_release(const Json& release, const ViewContext& context);

std::string view_instances(const Json& list, const ViewContext& context);
std::string view_instance(const Json& instance, const ViewContext& context);
// The table copy, home, ISP, country, role of an instance.
std::string view_copies(const Json& instance, const ViewContext& context);
// Why they are there, and why not elsewhere: a PlacementExplanation.
std::string view_placement(const Json& placement, const ViewContext& context);
// What a rebalancing would move, before and after: a RebalancePlan.
std::string view_balance(const Json& plan, const ViewContext& context);
// URL, database, user, password; what is empty is left out.
std::string view_connection(const Json& connection, const ViewContext& context);
// Its takeovers, moment by moment: an InstanceTimeline.
std::string view_timeline(const Json& timeline, const ViewContext& context);
// What a site has earned in a month: a SitePromise.
std::string view_letter(const Json& letter, const ViewContext& context);
std::string view_letter_html(const Json& letter, const ViewContext& context);
std::string view_promise(const Json& promise, const ViewContext& context);
std::string view_agent_releases(const Json& list, const ViewContext& context);
std::string view_agent_release(const Json& release, const ViewContext& context);
// How far an upgrade is, box by box.
std::string view_upgrade(const Json& upgrade, const ViewContext& context);
std::string view_price_lists(const Json& list, const ViewContext& context);
std::string view_price_list(const Json& list, const ViewContext& context);
std::string view_quote(const Json& quote, const ViewContext& context);
// "27.00 EUR a month, price list list-2027".
std::string quote_text(const Json& quote);
std::string view_events(const Json& list, const ViewContext& context);
std::string view_log_lines(const Json& part, const ViewContext& context);
std::string event_line(const Json& event);  // one, with its line end
std::string view_audit(const Json& list, const ViewContext& context);
std::string view_operation(const Json& operation, const ViewContext& context);
std::string view_operations(const Json& list, const ViewContext& context);

// "a, b, c" of a list of texts.
std::string joined(const Json& list);
// An enum's word; empty where the API says "unspecified".
std::string word_of(const Json& value, std::string_view key);
// How long ago a field's time was ("5 min"); "never" when absent.
std::string age_of(const Json& value, std::string_view key, WallTime now);

}  // namespace foyer::cli
