#include "master/notices/texts/english.h"

#include <array>

namespace foyer::master {
namespace {

constexpr auto instances = std::to_array<KindText>({
    {"copies_enough", "enough copies again", "Enough copies of {name} are there again.",
     "Each write is on as many boxes as you ordered.", "Nothing: it mended itself."},
    {"copies_short", "too few copies", "{name} goes on with fewer copies than ordered.",
     "It works, but the loss of one more box could lose the newest writes.",
     "Usually nothing: a new copy is made. If this lasts, see what it waits for:\n  foyer instance "
     "show {name}"},
    {"copy_added", "a new copy is there", "A new copy of {name} has caught up with the others.",
     "{name} has one more copy that can take over.", "Nothing."},
    {"copy_failed", "a copy fails", "One copy of {name} fails: {detail}",
     "The others go on. If it stays so, a copy is made on another box.",
     "Nothing for now. To see how it stands:\n  foyer instance show {name}"},
    {"copy_given_up", "a new copy was given up",
     "A copy of {name} that was being made was given up: {detail}",
     "Another box is tried. Until then {name} has a copy less than ordered.",
     "Look whether boxes are short of room or of line:\n  foyer instance show {name}\n  foyer node "
     "ls"},
    {"copy_leaves", "a copy moves to another box",
     "The operator empties a box that holds a copy of {name}.",
     "A copy is made elsewhere first, then the old one goes. {name} goes on; the lead may move "
     "once, which takes seconds.",
     "Nothing."},
    {"copy_moves", "a copy moves to another box",
     "A copy of {name} moves so that the boxes share the load.",
     "The old copy goes once the new one has caught up. {name} goes on.", "Nothing."},
    {"copy_ordered", "a copy is made anew",
     "A copy of {name} is gone or has to go, and is made anew on another box.",
     "Until it has caught up, {name} has a copy less. It goes on.", "Nothing."},
    {"data_loss_accepted", "a loss of data was accepted",
     "Somebody let {name} go on without copies that may have held more: {detail}",
     "The newest writes may be missing.",
     "Check the last things that were entered in {name}. Who decided it, and when:\n  foyer "
     "instance events {name}"},
    {"deleted", "deleted", "The last copy of {name} is erased.",
     "Nothing of it is left on any box.",
     "Nothing, if you ordered it. If you did not, ask your operator today who did."},
    {"false_voter", "a box signed two votes", "{detail}",
     "The box of that copy is faulty, or somebody has its key. Its votes count no more; a copy is "
     "made elsewhere.",
     "Take the box out of service and look at it:\n  foyer instance events {name}"},
    {"lead_moves", "the lead moves to another copy",
     "Another copy of {name} is asked to lead: {detail}",
     "{name} pauses for some seconds while the new copy takes over. Nothing is lost.", "Nothing."},
    {"leader_chosen", "another copy took over", "Another copy of {name} leads now.",
     "Users of {name} may have had to wait or to log in again. What was confirmed to them is kept.",
     "Nothing: it mends itself. What happened, minute by minute:\n  foyer instance timeline "
     "{name}"},
    {"leader_elected", "another copy took over",
     "The copies of {name} elected another one to lead.",
     "Users of {name} may have had to wait or to log in again. What was confirmed to them is kept.",
     "Nothing: it mends itself. What happened, minute by minute:\n  foyer instance timeline "
     "{name}"},
    {"order_failed", "an order was not carried out",
     "The order of {name} ended before it was done: {detail}",
     "{name} was stopped or deleted, or another order took its place.",
     "If that is not what you wanted, see how it stands:\n  foyer instance show {name}"},
    {"order_succeeded", "your order is ready", "{name} was ordered and serves.", "It can be used.",
     "Its address and how to log in:\n  foyer instance show {name}"},
    {"patience_lowered", "another home takes over sooner again", "{name}: {detail}.",
     "A home that is really gone is missed for a shorter time.", "Nothing."},
    {"patience_raised", "another home takes over later, for short silences", "{name}: {detail}.",
     "Moments in which the line of a home is silent cost a wait and no takeover; a home that is "
     "really gone is missed for 13 s longer.",
     "Nothing. The lines of the homes that led it are told by:\n  foyer instance timeline {name}"},
    {"promote_succeeded", "the lead moved as planned",
     "{name} is led by the copy that was to lead.", "The change is done.", "Nothing."},
});

constexpr auto more_instances = std::to_array<KindText>({
    {"promotion_failed", "the lead did not move as planned",
     "{name} is not led by the copy that was to lead: {detail}",
     "It goes on with the copy that leads now; what was confirmed is kept.",
     "Customers need do nothing. How its copies stand:\n  foyer instance show {name}"},
    {"repair_waits", "there is no place for a copy",
     "{name} needs a new copy and there is no place for it: {detail}",
     "It goes on with fewer copies until there is one. It is tried again each minute.",
     "Customers need do nothing. Operators: what would make a place:\n  foyer instance show "
     "{name}"},
    {"serving", "it serves", "{name} serves.", "It can be used.", "Nothing."},
    {"start_succeeded", "started", "{name} runs again.", "It can be used.", "Nothing."},
    {"stop_succeeded", "stopped", "{name} is stopped; its copies are kept.",
     "It cannot be used until it is started.",
     "When you want it back:\n  foyer instance start {name}"},
});

constexpr auto homes = std::to_array<KindText>({
    {"application_received", "a host asks to be taken in", "{detail}.",
     "Nothing happens until an operator decides; the box waits.",
     "Look at it, then approve it or say no:\n  foyer application ls --state open"},
    {"eviction_held", "many boxes fell silent together", "{detail}",
     "This looks like the master's own line or a wide outage: no box is given up for it, and no "
     "copy is moved.",
     "Check the line of the master. Boxes that you know to be gone for good:\n  foyer node drain "
     "NAME"},
    {"master_certificate_ends", "the master's certificate is about to end", "{detail}",
     "Once it is over, boxes and users cannot reach the master. Instances go on.",
     "Restart the master: it makes a new one at its start. If it is the authority itself (ten "
     "years), see the operator's manual."},
    {"node_certificate_ends", "the certificate of a box is about to end", "Box {name}: {detail}",
     "A box renews it by itself while it reaches the master; this one did not. Once it is over the "
     "box is refused.",
     "See that the box is on and its clock right. After the end it has to be deleted and enrolled "
     "anew:\n  foyer node show {name}"},
    {"node_cordoned", "a box gets nothing new", "The operator wants nothing new on box {name}.",
     "What it holds stays and goes on.", "Nothing."},
    {"node_deleted", "a box was taken out", "Box {name} was deleted by the operator.",
     "It holds nothing any more and is refused from now on.", "You may switch it off."},
    {"node_drain_cancelled", "a box is not emptied after all",
     "The operator no longer empties box {name}.",
     "What has moved away stays where it is; the rest stays here.", "Leave the box on."},
    {"node_drain_late", "a box could not be emptied in time", "Box {name}: {detail}",
     "If it is switched off now, copies are lost that have no replacement yet.",
     "Leave the box on until it is empty. What is still there, and why:\n  foyer node show {name}"},
    {"node_drained", "a box is empty", "Box {name} holds nothing any more.",
     "Nobody depends on it now.", "It may be switched off, moved or repaired."},
    {"node_draining", "a box is being emptied", "The operator empties box {name}: {detail}",
     "Its copies move to other boxes, one after the other.",
     "Leave the box on until you are told that it is empty."},
    {"node_found", "a box is back", "Box {name} is heard of again.",
     "It goes on with what it held.", "Nothing: it mended itself."},
    {"node_host_drains", "a box is being emptied",
     "The host of box {name} wants it empty: {detail}",
     "Its copies move to other boxes, one after the other.",
     "Leave the box on until nothing is left on it; on the box:\n  foyer-node status"},
    {"node_host_leaves", "a box is leaving",
     "The host of box {name} takes it out of the cloud: {detail}",
     "Its copies move to other boxes, one after the other. Then it gets its receipt and is no "
     "more.",
     "Leave the box on until it has its receipt; on the box:\n  foyer-node status"},
    {"node_left", "a box has left", "Box {name} has left the cloud, as its host wanted.",
     "It holds nothing, and its certificate is refused. What it earned stays listed at its site.",
     "Nothing. It may be switched off; its receipt is on it:\n  foyer-node receipt"},
});

constexpr auto lost_homes = std::to_array<KindText>({
    {"node_lost", "a box is lost", "Box {name} was silent for so long that it is given up.",
     "Its copies are made anew on other boxes. Instances that it led were taken over.",
     "Look at the box: power, line, lights. When it is on again it joins by itself; if it is gone "
     "for good, its operator deletes it:\n  foyer node show {name}"},
    {"node_missing", "a box is silent", "Box {name} has not been heard of for several minutes.",
     "Its copies do not work, or work out of sight. If it stays away they are made anew elsewhere.",
     "Look at the box: power, line, lights. It joins by itself when it is on and has its line."},
    {"node_overcommitted", "a box offers less than it holds",
     "Box {name} offers less than its copies were promised.", "Some of them move to other boxes.",
     "If nobody lowered what it offers, look whether memory or a disk failed:\n  foyer node show "
     "{name}"},
    {"node_pause_lasts", "a box stays paused", "The host of box {name} paused it some time ago.",
     "Its copies are made anew on other boxes, where one that runs can be copied.",
     "Nothing. What is on the box is erased once its replacement is there; after the pause it gets "
     "other work."},
    {"node_paused", "a box is paused", "The host of box {name} paused it: {detail}",
     "Nothing of a customer runs there. Where another copy can lead it takes over; an instance of "
     "one copy waits for the end of the pause.",
     "Nothing. The pause ends by its time, or on the box:\n  foyer-node resume"},
    {"node_resumed", "a box serves again", "The host of box {name} lets it serve again.",
     "It goes on with what it still holds, and may get copies again.", "Nothing."},
    {"node_returned", "a lost box is back", "Box {name}, which was given up, is heard of again.",
     "What was made anew elsewhere stays there; what is old here is erased.", "Nothing."},
    {"node_uncordoned", "a box may get copies again",
     "The operator lets copies come to box {name} again.", "It is used like any other.",
     "Nothing."},
    {"rebalance_ended", "the rebalancing ended", "{detail}", "No further copies move for it.",
     "Nothing."},
    {"rebalance_started", "a rebalancing began",
     "Copies move so that the boxes share the load: {detail}", "Instances go on.",
     "Nothing. To end it:\n  foyer rebalance stop"},
});

constexpr auto doubtful_homes = std::to_array<KindText>({
    {"clocks_differ", "clocks of most boxes differ from the master's", "{detail}.",
     "Nothing follows from it by itself; certificates and times in logs may be wrong.",
     "Look at the clock of the master's machine, then at those of the boxes:\n  date -u\n  foyer "
     "node ls"},
    {"node_clock_right", "the clock of a box is right again", "Box {name}: {detail}.",
     "Instances may be led from it again.", "Nothing."},
    {"node_clock_wrong", "the clock of a box is wrong", "Box {name}: {detail}.",
     "What it holds stays and follows; what it leads is handed over to another copy. Invoices "
     "written meanwhile may bear a wrong date.",
     "Set its clock and let it follow a time server; on the box:\n  timedatectl set-ntp "
     "true\n  foyer-node status"},
    {"node_failing", "a box is about to fail", "Box {name} says so itself: {detail}",
     "Its copies move to other boxes, one after the other; nothing new comes to it.",
     "Leave it on until it is empty, then mend it; on the box:\n  foyer-node status"},
    {"node_line_accepted", "the line of a box is accepted", "Box {name}: {detail}.",
     "It counts as a box of its ISP, and may get copies again.", "Nothing."},
    {"node_line_declared", "the line of a box is as declared again", "Box {name}: {detail}.",
     "It counts as a box of its ISP, and may get copies again.", "Nothing."},
    {"node_line_differs", "a box is behind another line than declared", "Box {name}: {detail}.",
     "What it holds stays, but nothing new comes: its copies might share an ISP with others.",
     "If its home has another ISP now, the operator makes a site with that one. If the network is "
     "its ISP's all the same, for all its boxes or for this one alone:\n  foyer isp set ISP --asn "
     "NUMBER\n  foyer node accept-line {name}"},
    {"node_well", "a box is well again", "Box {name} says that nothing is wrong with it any more.",
     "It may get copies again.", "Nothing."},
    {"node_worn", "a box wears out", "Box {name} says so itself: {detail}",
     "What it holds stays and goes on; nothing new comes to it.",
     "Have it looked at before it fails; on the box:\n  foyer-node status"},
});

constexpr auto upgrades = std::to_array<KindText>({
    {"node_upgrade_failed", "a box did not take an upgrade",
     "Box {name} was to take another version of its agent: {detail}",
     "What it serves goes on. No further box begins until the operator has looked.",
     "Nothing, unless the box is not heard of; on the box:\n  foyer-node status"},
    {"node_upgrade_skipped", "a box was left out of an upgrade", "Box {name}: {detail}",
     "It goes on with the agent it has.", "Once its leads can move:\n  foyer upgrade show"},
    {"upgrade_finished", "an upgrade is finished", "{detail}",
     "Every box that takes part has the version it should have.", "Nothing."},
    {"upgrade_started", "an upgrade began", "Boxes take another version of their agent: {detail}",
     "Instances go on; never two boxes of one are upgraded at once.",
     "Nothing. To watch it, and to hold it:\n  foyer upgrade show\n  foyer upgrade pause"},
    {"upgrade_stopped", "an upgrade stopped by itself", "{detail}",
     "No further box begins. Those under way are carried through.",
     "Look at the box that failed, then go on or go back:\n  foyer upgrade show\n  foyer upgrade "
     "resume\n  foyer upgrade back"},
    {"upgrade_turned_back", "an upgrade goes back", "Boxes go {detail}",
     "Each takes the version it came from, by the same rules.",
     "Nothing. To watch it:\n  foyer upgrade show"},
});

constexpr auto names = std::to_array<KindText>({
    {"domain_failing", "no certificate for a name of yours", "{detail}",
     "The present certificate is used until its end; without one the name does not answer.",
     "Look whether its DNS records are as they should be; it is tried again by itself:\n"
     "  foyer domain ls"},
    {"domain_forgotten", "a name of yours was not proven", "{detail}",
     "The name does not lead to your instance.",
     "Make the DNS records, then ask for the name again:\n  foyer domain add NAME --instance "
     "{name}"},
    {"domain_lapsed", "somebody else proved a name you asked for", "{detail}",
     "The name does not lead to your instance.",
     "If the name is yours, look at who can change its DNS, and ask your operator:\n"
     "  foyer domain ls"},
    {"domain_serving", "a name of yours has a certificate", "{detail}",
     "The name leads to your instance; its certificate is renewed by itself.", "Nothing."},
});

constexpr auto people = std::to_array<KindText>({
    {"identity_linked", "a login was tied to an identity provider", "In account {name}: {detail}.",
     "This person gets in there without our password and code.",
     "Nothing, if that was meant. Else end the membership:\n  foyer member delete MEMBER"},
    {"member_added", "a person was added to your account", "In account {name}: {detail}.",
     "Who holds the invitation can choose a password and log in.",
     "Nothing, if that was meant. Else:\n  foyer member delete MEMBER"},
    {"member_invited", "a person was invited again", "In account {name}: {detail}.",
     "Who holds the invitation can choose another password and log in.",
     "Nothing, if that was meant. Else:\n  foyer member delete MEMBER"},
    {"password_changed", "a password was changed", "In account {name}: {detail}.",
     "The other sessions of this person were ended.",
     "Nothing, if that was meant. Else invite the person again:\n  foyer member invite MEMBER"},
    {"totp_off", "a login asks for no code any more", "In account {name}: {detail}.",
     "The password alone lets this person in.",
     "Nothing, if that was meant. Else end the membership:\n  foyer member delete MEMBER"},
});

constexpr auto others = std::to_array<KindText>({
    {"contact_off", "mail to a contact is refused",
     "Mail to one of your contacts was refused three times, and it is switched off: {detail}",
     "Nobody is written to at that address any more.",
     "Check the address, then have a new code mailed to it, or remove it:\n  foyer contact ls"},
    {"quota_near", "your quota is nearly used up", "{detail} are used.",
     "Orders beyond it will be refused. What runs goes on.",
     "Delete what you no longer need, or ask your operator for more:\n  foyer account show"},
    {"quota_reached", "an order was refused for your quota", "{detail}",
     "Nothing was ordered. What runs goes on.",
     "Delete what you no longer need, or ask your operator for more:\n  foyer account show"},
    {"webhook_off", "a webhook was switched off", "{detail}",
     "Nothing is sent to it any more; nothing is left out once it is on again.",
     "Mend the receiver, then:\n  foyer webhook enable NAME"},
});

constexpr auto kinds = joined(instances, more_instances, homes, lost_homes, doubtful_homes,
                              upgrades, names, people, others);
static_assert(is_complete(kinds));

}  // namespace

const Texts english{
    kinds,
    {
        .subject_more = " (and {count} more)",
        .over = " (over)",
        .cloud = "the cloud",
        .what = "What happened: ",
        .when = "When: ",
        .means = "What it means: ",
        .todo = "What to do: ",
        .before = "Before that:",
        .older = "Some time ago, in short:",
        .more = "and {count} more",
        .left_out = "{count} further notices are not in this mail. All of them:\n  foyer event ls",
        .after_start = "The master was away and listens again since {time}; it may have learnt of "
                       "some of this late.",
        .footer = "You get this mail because {address} is a contact of account {account}.\n"
                  "To be told of less:\n  foyer contact set {id} --topic TOPIC\n"
                  "To get no more mail:\n  foyer contact rm {id}",
        .code_subject = "your code",
        .code = "Somebody, hopefully you, wants notices about account {account} to be mailed to "
                "{address}.\n\n"
                "If that is right, give this code back until {time}:\n\n  foyer contact confirm "
                "{id} {code}\n\n"
                "If you know nothing of this, do nothing: nothing more is mailed to you.",
    }};

}  // namespace foyer::master
