#include "master/notices/texts/french.h"

#include <array>

namespace foyer::master {
namespace {

constexpr auto instances = std::to_array<KindText>({
    {"copies_enough", "de nouveau assez de copies", "{name} a de nouveau assez de copies.",
     "Chaque écriture est sur autant de machines que vous l’avez commandé.",
     "Rien~: tout est rentré dans l’ordre."},
    {"copies_short", "trop peu de copies", "{name} continue avec moins de copies que commandé.",
     "Le service fonctionne, mais la perte d’une machine de plus pourrait faire perdre les "
     "dernières écritures.",
     "En général rien~: une nouvelle copie est en cours. Si cela dure, voyez ce qu’elle attend~:\n "
     " foyer instance show {name}"},
    {"copy_added", "une nouvelle copie est prête",
     "Une nouvelle copie de {name} a rattrapé les autres.",
     "{name} a une copie de plus qui peut prendre le relais.", "Rien."},
    {"copy_failed", "une copie est en panne", "Une copie de {name} est en panne~: {detail}",
     "Les autres continuent. Si cela dure, une copie est refaite sur une autre machine.",
     "Rien pour l’instant. Pour voir où elle en est~:\n  foyer instance show {name}"},
    {"copy_given_up", "une nouvelle copie est abandonnée",
     "Une copie de {name} en cours de création est abandonnée~: {detail}",
     "Une autre machine est essayée. D’ici là, {name} a une copie de moins que commandé.",
     "Voyez si la place ou le débit manque aux machines~:\n  foyer instance show {name}\n  foyer "
     "node ls"},
    {"copy_leaves", "une copie change de machine",
     "L’exploitant vide une machine qui porte une copie de {name}.",
     "Une copie est d’abord faite ailleurs, puis l’ancienne s’en va. {name} continue~; la copie "
     "active peut changer une fois, en quelques secondes.",
     "Rien."},
    {"copy_moves", "une copie change de machine",
     "Une copie de {name} se déplace pour répartir la charge entre les machines.",
     "L’ancienne copie s’en va quand la nouvelle l’a rattrapée. {name} continue.", "Rien."},
    {"copy_ordered", "une copie est refaite",
     "Une copie de {name} a disparu ou doit partir~; elle est refaite sur une autre machine.",
     "Tant qu’elle n’est pas prête, {name} a une copie de moins. Le service continue.", "Rien."},
    {"data_loss_accepted", "une perte de données a été acceptée",
     "Quelqu’un a fait continuer {name} sans des copies qui en savaient peut-être plus~: {detail}",
     "Les dernières écritures peuvent manquer.",
     "Vérifiez ce qui a été saisi en dernier dans {name}. Qui l’a décidé, et quand~:\n  foyer "
     "instance events {name}"},
    {"deleted", "supprimé", "La dernière copie de {name} est effacée.",
     "Il n’en reste rien sur aucune machine.",
     "Rien, si vous l’avez demandé. Sinon, demandez aujourd’hui à votre exploitant qui l’a fait."},
    {"false_voter", "une machine a signé deux votes", "{detail}",
     "La machine de cette copie est défectueuse, ou quelqu’un a sa clé. Ses votes ne comptent "
     "plus~; une copie est faite ailleurs.",
     "Retirez cette machine du service et examinez-la~:\n  foyer instance events {name}"},
    {"lead_moves", "la copie active va changer",
     "Une autre copie de {name} doit devenir active~: {detail}",
     "{name} s’interrompt quelques secondes pendant le relais. Rien n’est perdu.", "Rien."},
    {"leader_chosen", "une autre copie a pris le relais",
     "Une autre copie de {name} est maintenant active.",
     "Les utilisateurs de {name} ont pu attendre ou devoir se reconnecter. Ce qui leur a été "
     "confirmé est conservé.",
     "Rien~: cela se répare seul. Ce qui s’est passé, minute par minute~:\n  foyer instance "
     "timeline {name}"},
    {"leader_elected", "une autre copie a pris le relais",
     "Les copies de {name} en ont élu une autre comme copie active.",
     "Les utilisateurs de {name} ont pu attendre ou devoir se reconnecter. Ce qui leur a été "
     "confirmé est conservé.",
     "Rien~: cela se répare seul. Ce qui s’est passé, minute par minute~:\n  foyer instance "
     "timeline {name}"},
    {"order_failed", "une commande n’a pas été menée à bien",
     "La commande de {name} s’est terminée avant d’aboutir~: {detail}",
     "{name} a été arrêté ou supprimé, ou une autre demande a pris sa place.",
     "Si ce n’est pas ce que vous vouliez, voyez où il en est~:\n  foyer instance show {name}"},
});

constexpr auto more_instances = std::to_array<KindText>({
    {"order_succeeded", "votre commande est prête", "{name} a été commandé et il est en service.",
     "Vous pouvez l’utiliser.",
     "Son adresse, et comment se connecter~:\n  foyer instance show {name}"},
    {"patience_lowered", "le relais se fait de nouveau plus tôt", "{name}~: {detail}.",
     "Un foyer vraiment perdu manque moins longtemps.", "Rien."},
    {"patience_raised", "le relais attend davantage lors de courts silences", "{name}~: {detail}.",
     "Les moments où la ligne d’un foyer se tait coûtent une attente et non plus un relais~; un "
     "foyer vraiment perdu manque 13 s de plus.",
     "Rien. Les lignes des foyers actifs se lisent par~:\n  foyer instance timeline {name}"},
    {"promote_succeeded", "la copie active a changé comme prévu",
     "La copie voulue de {name} est active.", "Le changement est fait.", "Rien."},
    {"promotion_failed", "la copie active n’a pas changé comme prévu",
     "La copie voulue de {name} n’est pas devenue active~: {detail}",
     "Le service continue avec la copie active actuelle~; ce qui a été confirmé est conservé.",
     "Clients~: rien. L’état de ses copies~:\n  foyer instance show {name}"},
    {"repair_waits", "il n’y a pas de place pour une copie",
     "{name} a besoin d’une nouvelle copie et il n’y a pas de place pour elle~: {detail}",
     "Le service continue avec moins de copies tant qu’il n’y en a pas. Un nouvel essai a lieu "
     "chaque minute.",
     "Clients~: rien. Exploitants~: ce qui ferait de la place~:\n  foyer instance show {name}"},
    {"serving", "en service", "{name} est en service.", "Vous pouvez l’utiliser.", "Rien."},
    {"start_succeeded", "démarré", "{name} fonctionne de nouveau.", "Vous pouvez l’utiliser.",
     "Rien."},
    {"stop_succeeded", "arrêté", "{name} est arrêté~; ses copies sont conservées.",
     "Il est inutilisable tant qu’il n’est pas redémarré.",
     "Pour le remettre en service~:\n  foyer instance start {name}"},
});

constexpr auto homes = std::to_array<KindText>({
    {"application_received", "un hôte demande à être admis", "{detail}.",
     "Rien ne se passe avant la décision d’un opérateur~; la machine attend.",
     "Regardez-la, puis approuvez-la ou refusez-la~:\n  foyer application ls --state open"},
    {"eviction_held", "beaucoup de machines se sont tues ensemble", "{detail}",
     "Cela ressemble à une coupure de la ligne du serveur maître, ou à une vaste panne~: aucune "
     "machine n’est abandonnée, aucune copie n’est déplacée.",
     "Vérifiez la ligne du serveur maître. Pour les machines que vous savez perdues~:\n  foyer "
     "node drain NOM"},
    {"master_certificate_ends", "le certificat du serveur maître arrive à sa fin", "{detail}",
     "Après cette date, ni les machines ni les utilisateurs ne peuvent joindre le serveur maître. "
     "Les services continuent.",
     "Redémarrez le serveur maître~: il en fait un nouveau à son départ. S’il s’agit de l’autorité "
     "elle-même (dix ans), voyez le manuel de l’exploitant."},
    {"node_certificate_ends", "le certificat d’une machine arrive à sa fin",
     "Machine {name}~: {detail}",
     "Une machine le renouvelle seule tant qu’elle joint le serveur maître~; celle-ci ne l’a pas "
     "fait. Après la fin, elle est refusée.",
     "Vérifiez que la machine est allumée et à l’heure. Après la fin, il faut la supprimer et "
     "l’inscrire de nouveau~:\n  foyer node show {name}"},
    {"node_cordoned", "une machine ne reçoit plus rien",
     "L’exploitant ne veut plus rien de nouveau sur la machine {name}.",
     "Ce qu’elle porte reste et continue.", "Rien."},
    {"node_deleted", "une machine est retirée",
     "La machine {name} a été supprimée par l’exploitant.",
     "Elle ne porte plus rien et elle est désormais refusée.", "Vous pouvez l’éteindre."},
    {"node_drain_cancelled", "une machine n’est finalement pas vidée",
     "L’exploitant ne vide plus la machine {name}.",
     "Ce qui est parti reste où il est~; le reste demeure ici.", "Laissez la machine allumée."},
    {"node_drain_late", "une machine n’a pas été vidée à temps", "Machine {name}~: {detail}",
     "Si elle est éteinte maintenant, des copies sans remplaçante sont perdues.",
     "Laissez la machine allumée jusqu’à ce qu’elle soit vide. Ce qui s’y trouve encore, et "
     "pourquoi~:\n  foyer node show {name}"},
    {"node_drained", "une machine est vide", "La machine {name} ne porte plus rien.",
     "Plus personne ne dépend d’elle.", "Elle peut être éteinte, déplacée ou réparée."},
    {"node_draining", "une machine est en train d’être vidée",
     "L’exploitant vide la machine {name}~: {detail}",
     "Ses copies partent vers d’autres machines, l’une après l’autre.",
     "Laissez la machine allumée jusqu’à l’annonce qu’elle est vide."},
    {"node_found", "une machine est de retour", "La machine {name} donne de nouveau signe de vie.",
     "Elle continue avec ce qu’elle portait.", "Rien~: tout est rentré dans l’ordre."},
    {"node_host_drains", "une machine est en train d’être vidée",
     "L’hôte de la machine {name} veut la vider~: {detail}",
     "Ses copies partent vers d’autres machines, l’une après l’autre.",
     "Laissez la machine allumée jusqu’à ce qu’elle soit vide~; sur la machine~:\n  foyer-node "
     "status"},
    {"node_host_leaves", "une machine s’en va",
     "L’hôte de la machine {name} la retire du nuage~: {detail}",
     "Ses copies partent vers d’autres machines, l’une après l’autre. Elle reçoit ensuite son reçu "
     "et "
     "n’existe plus.",
     "Laissez la machine allumée jusqu’à ce qu’elle ait son reçu~; sur la machine~:\n  foyer-node "
     "status"},
    {"node_left", "une machine est partie",
     "La machine {name} a quitté le nuage, comme son hôte le voulait.",
     "Elle ne porte plus rien et son certificat est refusé. Ce qu’elle a gagné reste indiqué pour "
     "son "
     "site.",
     "Rien. Elle peut être éteinte~; son reçu s’y trouve~:\n  foyer-node receipt"},
});

constexpr auto lost_homes = std::to_array<KindText>({
    {"node_lost", "une machine est perdue",
     "La machine {name} s’est tue si longtemps qu’elle est abandonnée.",
     "Ses copies sont refaites sur d’autres machines. Les services dont elle portait la copie "
     "active ont été repris.",
     "Regardez la machine~: courant, ligne, voyants. Rallumée, elle revient seule~; si elle est "
     "perdue pour de bon, son exploitant la supprime~:\n  foyer node show {name}"},
    {"node_missing", "une machine se tait",
     "La machine {name} ne donne plus signe de vie depuis plusieurs minutes.",
     "Ses copies ne fonctionnent pas, ou hors de vue. Si elle reste absente, elles sont refaites "
     "ailleurs.",
     "Regardez la machine~: courant, ligne, voyants. Elle revient seule dès qu’elle est allumée et "
     "reliée."},
    {"node_overcommitted", "une machine offre moins qu’elle ne porte",
     "La machine {name} offre moins que ce qui est promis à ses copies.",
     "Certaines partent vers d’autres machines.",
     "Si personne n’a baissé ce qu’elle offre, voyez si de la mémoire ou un disque est en "
     "panne~:\n  foyer node show {name}"},
});

constexpr auto more_homes = std::to_array<KindText>({
    {"node_pause_lasts", "une machine reste en pause",
     "L’hôte de la machine {name} l’a mise en pause il y a quelque temps.",
     "Ses copies sont refaites sur d’autres machines, là où une copie qui tourne peut être "
     "recopiée.",
     "Rien. Ce qui est sur la machine est effacé une fois sa remplaçante prête~; après la pause, "
     "elle reçoit d’autres copies."},
    {"node_paused", "une machine est en pause",
     "L’hôte de la machine {name} l’a mise en pause~: {detail}",
     "Rien d’un client n’y tourne plus. Une autre copie prend le relais là où il y en a une~; un "
     "service à copie unique attend la fin de la pause.",
     "Rien. La pause finit à son heure, ou sur la machine~:\n  foyer-node resume"},
    {"node_resumed", "une machine sert de nouveau",
     "L’hôte de la machine {name} la laisse servir de nouveau.",
     "Elle continue avec ce qu’elle porte encore, et peut recevoir des copies.", "Rien."},
    {"node_returned", "une machine perdue est de retour",
     "La machine {name}, qui était abandonnée, donne de nouveau signe de vie.",
     "Ce qui a été refait ailleurs y reste~; ce qui est périmé ici est effacé.", "Rien."},
    {"node_uncordoned", "une machine peut recevoir des copies",
     "L’exploitant laisse de nouveau venir des copies sur la machine {name}.",
     "Elle sert comme les autres.", "Rien."},
    {"rebalance_ended", "le rééquilibrage est terminé", "{detail}",
     "Plus aucune copie ne se déplace pour cela.", "Rien."},
    {"rebalance_started", "un rééquilibrage commence",
     "Des copies se déplacent pour répartir la charge entre les machines~: {detail}",
     "Les services continuent.", "Rien. Pour y mettre fin~:\n  foyer rebalance stop"},
});

constexpr auto upgrades = std::to_array<KindText>({
    {"node_upgrade_failed", "une machine n’a pas pris une mise à jour",
     "La machine {name} devait prendre une autre version de son agent~: {detail}",
     "Ce qu’elle sert continue. Aucune autre machine ne commence avant que l’exploitant ait "
     "regardé.",
     "Rien, sauf si elle ne donne plus signe de vie~; sur la machine~:\n  foyer-node status"},
    {"node_upgrade_skipped", "une machine est laissée hors d’une mise à jour",
     "La machine {name}~: {detail}", "Elle continue avec l’agent qu’elle a.",
     "Quand la conduite de ses services pourra passer ailleurs~:\n  foyer upgrade show"},
    {"upgrade_finished", "une mise à jour est terminée", "{detail}",
     "Chaque machine qui y prend part a la version voulue.", "Rien."},
    {"upgrade_started", "une mise à jour commence",
     "Les machines prennent une autre version de leur agent~: {detail}",
     "Les services continuent~; jamais deux machines d’un même service à la fois.",
     "Rien. Pour la suivre, et l’arrêter~:\n  foyer upgrade show\n  foyer upgrade pause"},
    {"upgrade_stopped", "une mise à jour s’est arrêtée d’elle-même", "{detail}",
     "Aucune autre machine ne commence. Celles en cours vont au bout.",
     "Regardez la machine en échec, puis continuez ou revenez en arrière~:\n  foyer upgrade "
     "show\n  foyer upgrade resume\n  foyer upgrade back"},
    {"upgrade_turned_back", "une mise à jour revient en arrière",
     "Les machines reviennent~: {detail}",
     "Chacune reprend la version d’où elle vient, selon les mêmes règles.",
     "Rien. Pour la suivre~:\n  foyer upgrade show"},
});

constexpr auto doubtful_homes = std::to_array<KindText>({
    {"clocks_differ", "les horloges de la plupart des machines diffèrent de celle du maître",
     "{detail}.",
     "Rien ne s’ensuit de soi-même~; des certificats et des heures de journaux peuvent être faux.",
     "Vérifiez l’horloge de la machine du maître, puis celles des machines~:\n  date -u\n  foyer "
     "node ls"},
    {"node_clock_right", "l’horloge d’une machine est de nouveau juste",
     "Machine {name}~: {detail}.", "Des instances peuvent de nouveau y être actives.", "Rien."},
    {"node_clock_wrong", "l’horloge d’une machine est fausse", "Machine {name}~: {detail}.",
     "Ce qu’elle porte reste et suit~; ce qui y est actif passe à une autre copie. Des factures "
     "écrites entre-temps peuvent porter une date fausse.",
     "Réglez son horloge et faites-lui suivre un serveur de temps~; sur la machine~:\n  "
     "timedatectl set-ntp true\n  foyer-node status"},
    {"node_failing", "une machine va tomber en panne",
     "La machine {name} le dit elle-même~: {detail}",
     "Ses copies partent vers d’autres machines, l’une après l’autre~; rien de nouveau n’y vient.",
     "Laissez-la allumée jusqu’à ce qu’elle soit vide, puis réparez-la~; sur la machine~:\n  "
     "foyer-node status"},
    {"node_line_accepted", "la ligne d’une machine est acceptée", "Machine {name}~: {detail}.",
     "Elle compte de nouveau pour son opérateur télécom et peut recevoir des copies.", "Rien."},
    {"node_line_declared", "la ligne d’une machine est de nouveau celle déclarée",
     "Machine {name}~: {detail}.",
     "Elle compte de nouveau pour son opérateur télécom et peut recevoir des copies.", "Rien."},
    {"node_line_differs", "une machine est derrière une autre ligne que celle déclarée",
     "Machine {name}~: {detail}.",
     "Ce qu’elle porte y reste, mais rien de nouveau ne vient~: ses copies pourraient partager un "
     "opérateur télécom avec d’autres.",
     "Si ce foyer a changé d’opérateur télécom, l’exploitant crée un site avec le nouveau. Si ce "
     "réseau est bien celui de l’opérateur, pour toutes ses machines ou pour celle-ci "
     "seulement~:\n  foyer isp set ISP --asn NUMÉRO\n  foyer node accept-line {name}"},
    {"node_well", "une machine va de nouveau bien",
     "La machine {name} dit qu’elle n’a plus de défaut.", "Elle peut recevoir des copies.",
     "Rien."},
    {"node_worn", "une machine s’use", "La machine {name} le dit elle-même~: {detail}",
     "Ce qu’elle porte reste et continue~; rien de nouveau n’y vient.",
     "Faites-la examiner avant la panne~; sur la machine~:\n  foyer-node status"},
});

constexpr auto names = std::to_array<KindText>({
    {"domain_failing", "pas de certificat pour l’un de vos noms", "{detail}",
     "Le certificat actuel sert jusqu’à sa fin~; sans certificat, le nom ne répond pas.",
     "Vérifiez ses enregistrements DNS~; un nouvel essai se fait de lui-même~:\n"
     "  foyer domain ls"},
    {"domain_forgotten", "l’un de vos noms n’a pas été prouvé", "{detail}",
     "Ce nom ne mène pas à votre service.",
     "Créez les enregistrements DNS, puis redemandez le nom~:\n  foyer domain add NOM --instance "
     "{name}"},
    {"domain_lapsed", "un nom que vous demandez a été prouvé par quelqu’un d’autre", "{detail}",
     "Ce nom ne mène pas à votre service.",
     "Si ce nom est à vous, vérifiez qui peut changer son DNS et parlez-en à votre exploitant~:\n"
     "  foyer domain ls"},
    {"domain_serving", "l’un de vos noms a un certificat", "{detail}",
     "Ce nom mène à votre service~; son certificat se renouvelle de lui-même.", "Rien."},
});

constexpr auto people = std::to_array<KindText>({
    {"identity_linked", "une connexion est liée à un fournisseur d’identité",
     "Compte {name}~: {detail}.", "Cette personne y entre sans notre mot de passe ni notre code.",
     "Rien, si c’était voulu. Sinon, mettez fin à son accès~:\n  foyer member delete MEMBRE"},
    {"member_added", "une personne est ajoutée à votre compte", "Compte {name}~: {detail}.",
     "Qui détient l’invitation peut choisir un mot de passe et se connecter.",
     "Rien, si c’était voulu. Sinon~:\n  foyer member delete MEMBRE"},
    {"member_invited", "une personne est invitée de nouveau", "Compte {name}~: {detail}.",
     "Qui détient l’invitation peut choisir un autre mot de passe et se connecter.",
     "Rien, si c’était voulu. Sinon~:\n  foyer member delete MEMBRE"},
    {"password_changed", "un mot de passe a changé", "Compte {name}~: {detail}.",
     "Les autres sessions de cette personne sont closes.",
     "Rien, si c’était voulu. Sinon, invitez de nouveau cette personne~:\n  foyer member invite "
     "MEMBRE"},
    {"totp_off", "une connexion ne demande plus de code", "Compte {name}~: {detail}.",
     "Le mot de passe seul laisse entrer cette personne.",
     "Rien, si c’était voulu. Sinon, mettez fin à son accès~:\n  foyer member delete MEMBRE"},
});

constexpr auto others = std::to_array<KindText>({
    {"contact_off", "le courriel à un contact est refusé",
     "Le courriel à l’un de vos contacts a été refusé trois fois~; ce contact est coupé~: {detail}",
     "Plus rien n’est envoyé à cette adresse.",
     "Vérifiez l’adresse, puis faites-y envoyer un nouveau code, ou retirez-la~:\n  foyer contact "
     "ls"},
    {"quota_near", "votre quota est presque épuisé", "Utilisé~: {detail}.",
     "Les commandes au-delà seront refusées. Ce qui fonctionne continue.",
     "Supprimez ce qui ne sert plus, ou demandez davantage à votre exploitant~:\n  foyer account "
     "show"},
    {"quota_reached", "une commande est refusée à cause de votre quota", "{detail}",
     "Rien n’a été commandé. Ce qui fonctionne continue.",
     "Supprimez ce qui ne sert plus, ou demandez davantage à votre exploitant~:\n  foyer account "
     "show"},
    {"webhook_off", "un webhook est coupé", "{detail}",
     "Plus rien ne lui est envoyé~; rien ne manquera quand il sera rétabli.",
     "Réparez le destinataire, puis~:\n  foyer webhook enable NOM"},
});

constexpr auto kinds = joined(instances, more_instances, homes, lost_homes, more_homes, upgrades,
                              doubtful_homes, names, people, others);
static_assert(is_complete(kinds));

}  // namespace

const Texts french{
    kinds,
    {
        .subject_more = " (et {count} de plus)",
        .over = " (terminé)",
        .cloud = "le nuage",
        .what = "Ce qui s’est passé~: ",
        .when = "Quand~: ",
        .means = "Ce que cela signifie~: ",
        .todo = "Ce qu’il faut faire~: ",
        .before = "Auparavant~:",
        .older = "Il y a quelque temps, en bref~:",
        .more = "et {count} de plus",
        .left_out =
            "Ce courriel ne contient pas {count} autres avis. Tous les avis~:\n  foyer event ls",
        .after_start = "Le serveur maître était absent et écoute de nouveau depuis {time}~; il a "
                       "pu apprendre certains faits en retard.",
        .footer =
            "Vous recevez ce courriel parce que {address} est un contact du compte {account}.\n"
            "Pour en recevoir moins~:\n  foyer contact set {id} --topic SUJET\n"
            "Pour ne plus en recevoir~:\n  foyer contact rm {id}",
        .code_subject = "votre code",
        .code = "Quelqu’un, vous sans doute, demande que les avis du compte {account} soient "
                "envoyés à {address}.\n\n"
                "Si c’est bien le cas, rendez ce code avant {time}~:\n\n  foyer contact confirm "
                "{id} {code}\n\n"
                "Si vous n’y êtes pour rien, ne faites rien~: vous ne recevrez rien d’autre.",
    }};

}  // namespace foyer::master
