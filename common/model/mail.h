// Mail out of an instance's copies, through the edges' relay alone: who may send, and with which
// keys it is signed (common/docs/mail.md).
#pragma once

#include <string>
#include <vector>

namespace foyer {

inline constexpr int mail_port = 25;  // of the relay's overlay address

// A domain's key. Its public part stands at "<selector>._domainkey.<domain>".
struct DkimKey {
    std::string domain;
    std::string selector;
    // RSA, PKCS#8, PEM. A secret: only over mTLS, never logged, on an edge only in memory. Empty:
    // lost with the power, the master tells it again.
    std::string private_key;
    friend bool operator==(const DkimKey&, const DkimKey&) = default;
};

// Of an edge's relay.
struct MailRelaySettings {
    std::string address;               // on the overlay, the same at all edges
    DkimKey zone_key;                  // for mail of instances' own hostnames
    std::string zone_public_key = {};  // base64: edges publish it in the zone
    friend bool operator==(const MailRelaySettings&, const MailRelaySettings&) = default;
};

// Who may send for an instance.
struct RouteMail {
    std::vector<std::string> sources;  // overlay addresses of its copies
    std::vector<DkimKey> keys;         // of its customer's domains
    int per_day_max = 0;               // recipients, at each edge
    friend bool operator==(const RouteMail&, const RouteMail&) = default;
};

}  // namespace foyer
