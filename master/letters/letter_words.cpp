#include "master/letters/letter_words.h"

#include "common/base/check.h"

namespace foyer::master {
namespace {

constexpr LetterWords english{
    .language = "en",
    .title = "What the small computer at this address is",
    .opening =
        "This computer is part of {zone}, a cloud that lives in homes. It stands here with the "
        "consent of {host}.",
    .does = {"What it does",
             "It keeps copies of the business software of small companies (orders, invoices, "
             "accounts) and answers for them. Further copies are in other homes, on the lines of "
             "other operators, so that no single home, line or operator is needed."},
    .home = {"What it does not",
             "What runs on it reaches nothing of this home: neither other devices, nor the router, "
             "nor the Internet by this home's address. It speaks to the gateways of the cloud and "
             "to the computer that runs the cloud, encrypted, and always by calling out: no door "
             "is opened in the router."},
    .edge = {"What it does besides, and what it does not",
             "It is also a gateway: browsers of the companies reach their software by this line's "
             "address, encrypted, and it passes that on to the homes that hold it. What runs here "
             "for companies reaches nothing of this home: neither other devices nor the router."},
    .unplugged = {"It may be unplugged",
                  "At any time, by anybody who lives here, without asking: pull the plug, or the "
                  "cable. The other copies go on; how much they then hold is what each company "
                  "ordered. When it is plugged in again it goes on by itself."},
    .users = {"Who uses it",
              "The companies whose software it is, over the gateways of the cloud. Whoever lives "
              "here does not run these programs, and is not their user."},
    .questions = {"Questions",
                  "Of anybody, about anything this box does or holds, go to the contact below, who "
                  "also knows which copies were on it at which time."},
    .terms_heading = "What {isp} says",
    .terms = "The terms of {isp}, read on {read_on}, allow it: \"{quote}\"",
    .facts_heading = "Facts",
    .site = "Home",
    .isp = "Line",
    .boxes = "Computers",
    .contact = "Contact",
    .printed = "Printed",
    .no_boxes = "none yet",
};

constexpr LetterWords french{
    .language = "fr",
    .title = "Ce qu’est la petite machine à cette adresse",
    .opening =
        "Cette machine fait partie de {zone}, un nuage qui vit dans des foyers. Elle est ici avec "
        "l’accord de {host}.",
    .does = {"Ce qu’elle fait",
             "Elle garde des copies de logiciels de gestion de petites entreprises (commandes, "
             "factures, comptabilité) et répond pour eux. D’autres copies de chacun sont dans "
             "d’autres foyers, sur des lignes d’autres opérateurs télécom~: aucun foyer, aucune "
             "ligne, aucun opérateur n’est indispensable."},
    .home = {"Ce qu’elle ne fait pas",
             "Ce qu’elle exécute n’atteint rien de ce foyer~: ni les autres appareils, ni la box, "
             "ni Internet depuis l’adresse de ce foyer. Elle parle aux passerelles du nuage et à "
             "l’ordinateur qui le dirige, de façon chiffrée, et toujours en appelant vers "
             "l’extérieur~: aucune porte n’est ouverte dans la box."},
    .edge = {"Ce qu’elle fait de plus, et ce qu’elle ne fait pas",
             "Elle est aussi une passerelle~: les navigateurs des entreprises atteignent leurs "
             "logiciels par l’adresse de cette ligne, de façon chiffrée, et elle transmet aux "
             "foyers qui les portent. Ce qu’elle exécute pour des entreprises n’atteint rien de ce "
             "foyer~: ni les autres appareils, ni la box."},
    .unplugged =
        {"Elle peut être débranchée",
         "À tout moment, par toute personne qui vit ici, sans rien demander~: retirez la prise, ou "
         "le câble. Les autres copies continuent~; ce qu’elles contiennent alors est ce que chaque "
         "entreprise a commandé. Rebranchée, elle reprend d’elle-même."},
    .users =
        {"Qui s’en sert",
         "Les entreprises dont ce sont les logiciels, par les passerelles du nuage. Les personnes "
         "qui vivent ici ne dirigent pas ces programmes et n’en sont pas les utilisateurs."},
    .questions =
        {"Questions",
         "Toute question, de qui que ce soit, sur ce que cette machine fait ou contient s’adresse "
         "au contact ci-dessous, qui sait aussi quelles copies s’y trouvaient à quel moment."},
    .terms_heading = "Ce que dit {isp}",
    .terms = "Les conditions de {isp}, lues le {read_on}, l’autorisent~: «~{quote}~»",
    .facts_heading = "En bref",
    .site = "Foyer",
    .isp = "Ligne",
    .boxes = "Machines",
    .contact = "Contact",
    .printed = "Imprimé le",
    .no_boxes = "aucune encore",
};

}  // namespace

const LetterWords& letter_words(Language language) {
    switch (language) {
        case Language::English: return english;
        case Language::French: return french;
    }
    CHECK(false);
}

}  // namespace foyer::master
