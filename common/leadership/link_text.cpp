#include "common/leadership/link_text.h"

#include "common/leadership/record_lines.h"
#include "common/leadership/record_text.h"

namespace foyer::leadership {
namespace {

using Signatures = std::map<ReplicaIndex, Signature>;

void put(std::string& text, const Signatures& signatures) {
    for (const auto& [index, signature] : signatures)
        if (!signature.empty())
            text += "signed " + std::to_string(index.number) + " " + signature + "\n";
}

Signatures read_signatures(TextLines& lines) {
    Signatures signatures;
    while (lines.next_is("signed") && signatures.size() < 2 * members_max) {
        const Words words = lines.take("signed");
        const std::string signature = lines.word(words, 1);
        if (!is_signature_text(signature)) lines.fail("expected a signature in base64url");
        signatures[read_index(lines, words, 0)] = signature;
    }
    return signatures;
}

}  // namespace

bool is_signature_text(std::string_view text) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !text.empty() && text.size() <= signature_text_max &&
           text.find_first_not_of(letters) == std::string_view::npos;
}

std::string to_text(const Link& link) {
    std::string text = "link " + to_text(link.ballot) + "\n";
    text += config_hash_line(link.config_hash);
    put_members(text, "member", link.members);
    put_members(text, "old_member", link.old_members);
    put(text, link.signatures);
    return text;
}

Link read_link(TextLines& lines) {
    Link link;
    link.ballot = read_ballot(lines, lines.take("link"), 0);
    link.config_hash = read_config_hash(lines);
    link.members = read_members(lines, "member");
    link.old_members = read_members(lines, "old_member");
    link.signatures = read_signatures(lines);
    return link;
}

std::string to_text(const Certificate& certificate) {
    std::string text = "certificate " + fence_text(certificate.fence) + " " +
                       std::to_string(certificate.leader.number) + "\n";
    text += "elected_with " + to_text(certificate.record) + "\n";
    text += config_hash_line(certificate.config_hash);
    text += "start " + to_text(certificate.start) + "\n";
    put(text, certificate.signatures);
    return text;
}

Certificate read_certificate(TextLines& lines) {
    Certificate certificate;
    const Words words = lines.take("certificate");
    certificate.fence = read_fence(lines, words, 0);
    certificate.leader = read_index(lines, words, 2);
    certificate.record = read_ballot(lines, lines.take("elected_with"), 0);
    certificate.config_hash = read_config_hash(lines);
    certificate.start = read_position(lines, lines.take("start"), 0);
    certificate.signatures = read_signatures(lines);
    return certificate;
}

Result<Link> parse_link(std::string_view text) {
    return parse_whole(text, link_text_max, "a link", read_link);
}

Result<Certificate> parse_certificate(std::string_view text) {
    return parse_whole(text, link_text_max, "a certificate", read_certificate);
}

}  // namespace foyer::leadership
