#include "master/cli/manual_text.h"

#include <algorithm>

namespace foyer::cli {
namespace {

using Entries = std::vector<ManualEntry>;

void add_everyday(Entries& to) {
    to.push_back(
        {"foyer",
         "Everything the master does for customers, hosts and operators is behind one HTTPS API, "
         "and this command is a client of it like any other. Data goes to standard output, "
         "progress and notes to standard error; what goes wrong is said with its cause and with "
         "the command to type next.",
         {{"foyer login --api https://cloud.example:7444 --ca ca.crt --token-file token",
           "remember a master and a token"},
          {"foyer order tryton --name acme --size s --param company=Acme", "order an ERP"},
          {"foyer instance ls", "see what runs"},
          {"foyer doctor", "find out what is wrong"}}});
    to.push_back({"foyer login",
                  "Checks the token with the master, then keeps the address, the certificate "
                  "authority's file and the token as a profile, in a file only you may read.",
                  {{"foyer login --api https://cloud.example:7444 --ca ca.crt --token-file token",
                    "the profile 'default'"},
                   {"foyer login --profile work --api https://cloud.example:7444 --ca ca.crt "
                    "--token-file -",
                    "another profile; the token is read from standard input"}}});
    to.push_back({"foyer whoami", "", {{"foyer whoami", ""}}});
    to.push_back({"foyer profile",
                  "login makes profiles. One is the default; --profile or FOYER_PROFILE name "
                  "another for one command.",
                  {{"foyer profile ls", ""},
                   {"foyer profile use work", "the default from now on"},
                   {"foyer instance ls --profile home", "another, once"}}});
    to.push_back({"foyer profile rm", "", {{"foyer profile rm work", ""}}});
    to.push_back(
        {"foyer doctor",
         "Looks in order at the configuration, the certificate authority's file, the name, the "
         "connection, TLS, the master, the clock, the token and the version of the API, then at "
         "what the caller may see: an operator's boxes and drains, everyone's instances. Each line "
         "says what is so, and what to type next when it is wrong. The exit status is 0 when "
         "nothing is wrong (warnings are not), else that of the first thing that is.",
         {{"foyer doctor", ""}, {"foyer doctor --output json", "for programs"}}});
    to.push_back(
        {"foyer order",
         "Orders an instance and waits until it serves. The answer is its URL, the generated "
         "password (shown once) and where its copies are. The price in force is looked up first; "
         "a person at a terminal is asked whether it is right, and at any other price nothing is "
         "ordered. Where nothing is charged nobody is asked. Repeating an order that was "
         "interrupted with the same --request-id orders nothing twice.",
         {{"foyer order tryton --name acme --size s --param company='Acme SARL'", ""},
          {"foyer order tryton@7.0.30-1 --name acme --countries FR,BE --min-countries 2 "
           "--replicas 3",
           "one version, and where its copies may be"},
          {"foyer order tryton --name acme --yes", "at the price in force, unasked"},
          {"foyer order tryton --name acme --expected-price 27.00", "at that price or not at all"},
          {"foyer order tryton --name acme --dry-run", "would it be accepted?"}}});
    to.push_back({"foyer plan order",
                  "Shows the homes that would hold the copies, those that come next, and why the "
                  "others are out.",
                  {{"foyer plan order tryton --name acme --min-countries 2", ""}}});
    to.push_back({"foyer quote", "", {{"foyer quote tryton --size s --replicas 3", ""}}});
}

void add_instances(Entries& to) {
    to.push_back(
        {"foyer instance ls",
         "",
         {{"foyer instance ls", ""},
          {"foyer instance ls --output json | jq -r '.instances[].url'", "for programs"}}});
    to.push_back({"foyer instance show", "", {{"foyer instance show acme", ""}}});
    to.push_back({"foyer instance events", "", {{"foyer instance events acme", ""}}});
    to.push_back({"foyer instance timeline",
                  "Each row is a takeover: who led, who leads, why, and how long after the last "
                  "sign of life each step came.",
                  {{"foyer instance timeline acme", ""}}});
    to.push_back({"foyer instance explain", "", {{"foyer instance explain acme", ""}}});
    to.push_back({"foyer instance stop", "", {{"foyer instance stop acme", ""}}});
    to.push_back({"foyer instance start", "", {{"foyer instance start acme --no-wait", ""}}});
    to.push_back({"foyer instance delete",
                  "Erases every copy and its data, after the name was typed again (or with --yes). "
                  "There is no way back.",
                  {{"foyer instance delete acme --yes", ""}}});
    to.push_back(
        {"foyer instance promote",
         "Hands the lead to another copy without losing a write. When most copies are gone for "
         "good, --accept-data-loss goes on with those that answer; what only the others held is "
         "lost.",
         {{"foyer instance promote acme", "to the best standby"},
          {"foyer instance promote acme --to 2", "to a named one"}}});
    to.push_back({"foyer instance reveal", "", {{"foyer instance reveal acme", ""}}});
    to.push_back({"foyer instance wait",
                  "",
                  {{"foyer instance wait acme --state stopped --timeout 5m", "in a script"}}});
    to.push_back({"foyer op show", "", {{"foyer op show op-7f3k", ""}}});
    to.push_back({"foyer op wait",
                  "Waits as the command did that began the operation. Its end decides the exit "
                  "status.",
                  {{"foyer op wait op-7f3k --timeout 30m", ""}}});
}

void add_applications(Entries& to) {
    to.push_back({"foyer application",
                  "Hosts without a token apply from their boxes (foyer-node apply), where the "
                  "configuration says accept = true. What they say is their own word; the key of "
                  "the box and the network of its address are known.",
                  {{"foyer application how", "the line to publish"},
                   {"foyer application ls --state open", "who waits"}}});
    to.push_back({"foyer application approve",
                  "Makes site, host and account where they are missing; the box that applied, and "
                  "no other one, enrols by itself. Approved once more, a box that did not come in "
                  "time may come again.",
                  {{"foyer application approve q4n8w1z7kp --host martin --class vetted", ""}}});
    to.push_back({"foyer application reject",
                  "",
                  {{"foyer application reject q4n8w1z7kp --reason 'no edge near you yet'", ""}}});
}

void add_fleet(Entries& to) {
    to.push_back(
        {"foyer isp create",
         "ISPs that share a network are one family, and count as one where copies are "
         "kept apart.",
         {{"foyer isp create alder", ""},
          {"foyer isp create alder-light --family alder", "a brand of the same network"}}});
    to.push_back(
        {"foyer isp set",
         "Its networks (autonomous systems) tell whether a box stands behind the line it says: one "
         "whose address is in none of them gets nothing new. Terms that forbid a box refuse its "
         "sites, tokens and boxes, with their own words.",
         {{"foyer isp set alder --asn 64500,64501", "two further networks of its homes"},
          {"foyer isp set alder --no-asns --asn 64502", "this one, and none of before"},
          {"foyer isp set alder --terms silent --source 'terms 4.2' --read-on 2026-11-27", ""},
          {"foyer isp set alder --terms forbidden --quote 'No servers.' --read-on 2026-11-27",
           ""}}});
    to.push_back({"foyer host create", "", {{"foyer host create maison", ""}}});
    to.push_back(
        {"foyer site create",
         "The class of its host decides what a home may hold: house and vetted ones may lead, "
         "open ones hold standbys and witnesses.",
         {{"foyer site create lille --isp alder --country FR --host maison --class house", ""}}});
    to.push_back({"foyer site earned", "", {{"foyer site earned lille --month 2026-11", ""}}});
    to.push_back(
        {"foyer site letter",
         "For whoever lives there, a landlord, an ISP, the police. It names who answers "
         "for the cloud: contact in master.toml.",
         {{"foyer site letter lille", ""},
          {"foyer site letter lille --language fr --html > lettre.html", "to be printed"}}});
    to.push_back({"foyer node ls", "", {{"foyer node ls", ""}}});
    to.push_back({"foyer node accept-line",
                  "Where an ISP's homes are in a network that is not recorded, and only this box "
                  "is to be believed; foyer isp set records it for all.",
                  {{"foyer node accept-line lille-1", ""}}});
    to.push_back({"foyer node show", "", {{"foyer node show lille-1", ""}}});
    to.push_back({"foyer node token",
                  "The token is good once. It also tells the box which master to trust.",
                  {{"foyer node token --site lille", ""},
                   {"foyer node token --site lille --edge --address 192.0.2.1", "for an edge"}}});
    to.push_back({"foyer node cordon", "", {{"foyer node cordon lille-1", ""}}});
    to.push_back({"foyer node uncordon", "", {{"foyer node uncordon lille-1", ""}}});
    to.push_back({"foyer node drain",
                  "Copies are made elsewhere first, and leave the box then. With a deadline the "
                  "master says early when that cannot be done in time.",
                  {{"foyer node drain lille-1 --deadline 2d", ""},
                   {"foyer node cancel-drain lille-1", "it may stay after all"}}});
    to.push_back({"foyer node cancel-drain", "", {{"foyer node cancel-drain lille-1", ""}}});
    to.push_back({"foyer node delete", "", {{"foyer node delete lille-1 --yes", ""}}});
    to.push_back({"foyer rebalance plan", "", {{"foyer rebalance plan --moves 5", ""}}});
    to.push_back({"foyer rebalance start", "", {{"foyer rebalance start --moves 5", ""}}});
    to.push_back({"foyer rebalance stop", "", {{"foyer rebalance stop", ""}}});
    to.push_back(
        {"foyer agent-release publish",
         "Signs a small document that names the .deb's version, architecture, size and "
         "SHA-256, sends the file, and publishes. Publish the version that boxes run too: "
         "it is their way back.",
         {{"foyer agent-release publish foyer-node_0.2.0_amd64.deb --key house.key", ""}}});
    to.push_back({"foyer agent-release show", "", {{"foyer agent-release show 0.2.0", ""}}});
    to.push_back({"foyer upgrade start",
                  "Never two boxes that hold copies of one instance at once. It stops by itself "
                  "when a box fails.",
                  {{"foyer upgrade start 0.2.0 --canary lille-1 --observe 2h", "one goes first"},
                   {"foyer upgrade start 0.2.0 --at-most 5%", ""}}});
    to.push_back({"foyer upgrade show", "", {{"foyer upgrade show", ""}}});
    to.push_back({"foyer upgrade pause", "", {{"foyer upgrade pause", ""}}});
    to.push_back({"foyer upgrade resume", "", {{"foyer upgrade resume", ""}}});
    to.push_back({"foyer upgrade back", "", {{"foyer upgrade back", ""}}});
    to.push_back({"foyer price-list publish", "", {{"foyer price-list publish list.json", ""}}});
}

void add_house(Entries& to) {
    to.push_back({"foyer account create",
                  "",
                  {{"foyer account create acme --role customer", ""},
                   {"foyer account create house --role publisher,auditor", ""}}});
    to.push_back({"foyer token create",
                  "The token is printed once, alone on standard output, so that it can go into a "
                  "file at once.",
                  {{"foyer token create --account acme --valid 30d > token", ""}}});
    to.push_back({"foyer release keygen", "", {{"foyer release keygen --key house.key", ""}}});
    to.push_back({"foyer release publish",
                  "Compares every blob of the image with its digest, signs release.json, sends "
                  "what the master does not have yet, and publishes.",
                  {{"foyer release publish tryton/ --key house.key", ""}}});
    to.push_back({"foyer release show", "", {{"foyer release show tryton@7.0.30-1", ""}}});
    to.push_back(
        {"foyer release withdraw",
         "",
         {{"foyer release withdraw tryton@7.0.30-1 --reason 'loses invoices; use 7.0.31-1'", ""}}});
    to.push_back({"foyer audit ls",
                  "",
                  {{"foyer audit ls --subject acme --since 7d", "who stopped it?"},
                   {"foyer audit ls --account acme --member anna@acme.example", ""},
                   {"foyer audit ls --output json > audit.json", "save it"},
                   {"foyer audit verify audit.json", "is it whole?"}}});
    to.push_back({"foyer audit verify",
                  "",
                  {{"foyer audit verify audit.json", ""},
                   {"foyer audit verify audit.json --expect-entry 4711",
                    "and is its end still there? best with --expect-hash, too"}}});
    to.push_back({"foyer api get",
                  "",
                  {{"foyer api get /v1/whoami", ""},
                   {"foyer api get /v1/openapi.json > foyer.json", "the API's own description"}}});
    to.push_back({"foyer api post", "", {{"foyer api post /v1/isps --body isp.json", ""}}});
    to.push_back({"foyer api delete", "", {{"foyer api delete /v1/instances/acme --dry-run", ""}}});
    to.push_back({"foyer completion",
                  "The script asks the command itself what may follow, so it needs no renewal. "
                  "Names of instances, nodes and the like come from the API of the profile, within "
                  "a second and a half or not at all.",
                  {{"foyer completion bash > ~/.local/share/bash-completion/completions/foyer", ""},
                   {"foyer completion zsh > \"${fpath[1]}/_foyer\"", ""},
                   {"foyer completion fish > ~/.config/fish/completions/foyer.fish", ""}}});
    to.push_back(
        {"foyer man",
         "On a terminal the page is shown by man(1); elsewhere its source is printed.",
         {{"foyer man node drain", ""},
          {"foyer man --all ~/.local/share/man/man1", "then man foyer-node-drain works"}}});
}

Entries make_entries() {
    Entries entries;
    add_everyday(entries);
    add_instances(entries);
    add_applications(entries);
    add_fleet(entries);
    add_house(entries);
    return entries;
}

}  // namespace

std::span<const ManualEntry> manual_entries() {
    static const Entries entries = make_entries();
    return entries;
}

const ManualEntry& manual_entry(std::string_view path) {
    static const ManualEntry none{};
    const auto entries = manual_entries();
    const auto found = std::ranges::find(entries, path, &ManualEntry::path);
    return found == entries.end() ? none : *found;
}

}  // namespace foyer::cli
