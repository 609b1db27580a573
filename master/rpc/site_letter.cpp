// What the box at a site is, to be printed: GET /v1/sites/{name}/letter.
#include "master/letters/site_letter.h"

#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

Result<LetterFacts> facts_of(const State& state, const Caller& caller, const std::string& name,
                             const ApiContext& context) {
    const Site* site = TRY(find_own_site(state, caller, name));
    if (context.limits.contact.empty())
        return error(ErrorCode::FailedPrecondition,
                     "a letter names who answers for this cloud, and nobody was named; the "
                     "operator writes it in master.toml: contact = \"…\"",
                     {{"rule", "no_contact"}});
    LetterFacts facts;
    facts.site = *site;
    facts.isp = state.isps().at(site->isp);
    for (const auto& [node, row] : state.nodes()) {
        if (row.site != site->name) continue;
        facts.boxes.push_back(node);
        facts.has_edge = facts.has_edge || row.edge;
    }
    facts.zone = state.settings().zone;
    facts.contact = context.limits.contact;
    facts.printed_at = context.clock.wall();
    return facts;
}

}  // namespace

void get_site_letter(const ApiContext& context, ApiCall call,
                     const api::GetSiteLetterRequest& request, api::SiteLetter& response) {
    const auto language = from_wire(request.language());
    if (!language.ok()) return call.done(language.failure());
    const auto facts = context.planner.read(
        [&](const State& state) { return facts_of(state, call.caller, request.name(), context); });
    if (!facts.ok()) return call.done(facts.failure());
    SiteLetter letter = site_letter(facts.value(), language.value());
    response.set_site(request.name());
    response.set_language(to_wire(language.value()));
    response.set_title(std::move(letter.title));
    response.set_text(std::move(letter.text));
    response.set_html(std::move(letter.html));
    call.done(ok_status());
}

}  // namespace foyer::master
