#include "master/server_metrics.h"

#include "master/app/fleet_metrics.h"

namespace foyer::master {
namespace {

template <class Number>
void one(MetricsText& text, std::string_view name, std::string_view type, std::string_view help,
         Number value) {
    text.family(name, type, help);
    text.sample(name, {}, static_cast<double>(value));
}

void write_planner(MetricsText& text, const Planner& planner) {
    const PlannerCounters counters = planner.counters();
    one(text, "foyer_planner_decided_total", "counter", "Commands decided.", counters.decided);
    one(text, "foyer_planner_refused_total", "counter", "Commands refused.", counters.refused);
    one(text, "foyer_planner_commits_total", "counter", "Database transactions.", counters.commits);
    one(text, "foyer_planner_entries_total", "counter", "Decisions written in them.",
        counters.committed_entries);
    one(text, "foyer_planner_reloads_total", "counter",
        "Times the state was loaded from the database.", counters.reloads);
    one(text, "foyer_planner_queued", "gauge", "Commands waiting.", counters.queued);
}

struct Counts {
    std::uint64_t revision = 0;
    std::size_t nodes = 0;
    std::size_t online = 0;
    std::size_t instances = 0;
    std::size_t replicas = 0;
};

void write_catalogue(MetricsText& text, const State& state) {
    Counts counts{state.revision().number(), state.nodes().size(), 0, state.instances().size(),
                  state.replicas().size()};
    for (const auto& [name, node] : state.nodes())
        counts.online += node.state == NodeState::Online ? 1 : 0;
    one(text, "foyer_revision", "gauge", "Revision of the published state.", counts.revision);
    one(text, "foyer_nodes", "gauge", "Nodes in the catalogue.", counts.nodes);
    one(text, "foyer_nodes_online", "gauge", "Nodes committed as online.", counts.online);
    one(text, "foyer_instances", "gauge", "Instances.", counts.instances);
    one(text, "foyer_replicas", "gauge", "Replicas.", counts.replicas);
}

void write_webhooks(MetricsText& text, const State& state, const CourierCounters& counters) {
    std::size_t failing = 0;
    std::size_t off = 0;
    for (const auto& [key, webhook] : state.webhooks()) {
        off += webhook.off_at ? 1U : 0U;
        failing += webhook.failing_since && !webhook.off_at ? 1U : 0U;
    }
    one(text, "foyer_webhooks", "gauge", "Webhooks.", state.webhooks().size());
    one(text, "foyer_webhooks_failing", "gauge", "Webhooks whose last call failed.", failing);
    one(text, "foyer_webhooks_off", "gauge", "Webhooks switched off: they failed for 3 days.", off);
    one(text, "foyer_webhook_deliveries_total", "counter", "Events that webhooks took.",
        counters.taken);
    one(text, "foyer_webhook_failures_total", "counter", "Calls of webhooks that failed.",
        counters.failed);
    one(text, "foyer_webhook_calls", "gauge", "Calls of webhooks under way.", counters.under_way);
}

void write_mails(MetricsText& text, const State& state, const PostmanCounters& counters) {
    std::size_t on = 0;
    std::size_t off = 0;
    std::size_t failing = 0;
    for (const auto& [id, contact] : state.contacts()) {
        if (contact.removed_at) continue;
        off += state_of(contact) == ContactState::Off ? 1U : 0U;
        on += state_of(contact) == ContactState::On ? 1U : 0U;
        failing += contact.failing_since && !contact.off_at ? 1U : 0U;
    }
    one(text, "foyer_contacts", "gauge", "Contacts that are written to.", on);
    one(text, "foyer_contacts_failing", "gauge", "Contacts whose last mail failed.", failing);
    one(text, "foyer_contacts_off", "gauge", "Contacts switched off: mail was refused.", off);
    one(text, "foyer_mails_total", "counter", "Mails that the server took.", counters.taken);
    one(text, "foyer_mail_failures_total", "counter", "Mails that failed; they are tried again.",
        counters.failed);
    one(text, "foyer_notices_pending", "gauge", "Notices that wait to be mailed.",
        counters.pending);
}

void write_full(MetricsText& text, std::string_view name, std::string_view listener,
                const ConnectionCounts& counts) {
    const std::string first = label("listener", listener) + ",";
    text.sample(name, first + label("limit", to_text(ConnectionLimit::All)),
                static_cast<double>(counts.all));
    text.sample(name, first + label("limit", to_text(ConnectionLimit::Source)),
                static_cast<double>(counts.source));
}

void write_connections(MetricsText& text, const MetricsSources& sources) {
    one(text, "foyer_http_connections", "gauge", "Open HTTPS connections.",
        sources.https.connections());
    constexpr std::string_view open = "foyer_grpc_connections";
    text.family(open, "gauge", "Open gRPC connections.");
    text.sample(open, label("listener", "grpc"), static_cast<double>(sources.grpc.connections()));
    text.sample(open, label("listener", "agents"),
                static_cast<double>(sources.agents.connections()));
    constexpr std::string_view refused = "foyer_connections_refused_total";
    text.family(refused, "counter", "Connections refused: one source, or all, had too many.");
    write_full(text, refused, "https", sources.https.connections_refused());
    write_full(text, refused, "grpc", sources.grpc.connections_refused());
    write_full(text, refused, "agents", sources.agents.connections_refused());
    constexpr std::string_view displaced = "foyer_connections_displaced_total";
    text.family(displaced, "counter",
                "Connections that waited for their client and made place for another.");
    write_full(text, displaced, "https", sources.https.connections_displaced());
    one(text, "foyer_http_event_streams", "gauge", "Open streams of events.",
        sources.https.event_streams());
}

}  // namespace

std::string metrics_page(const MetricsSources& sources) {
    MetricsText text;
    one(text, "foyer_up", "gauge", "1 while the master can write.", sources.trouble ? 0 : 1);
    write_planner(text, sources.planner);
    // A copy costs little (state.h), and nobody waits while it is read.
    const State state = sources.planner.read([](const State& published) { return published; });
    write_catalogue(text, state);
    write_fleet(text, state, sources.clock.wall());
    write_webhooks(text, state, sources.webhooks);
    write_mails(text, state, sources.mails);
    sources.events.write(text);
    sources.commits.write(text);
    one(text, "foyer_agents_heard", "gauge", "Boxes heard of within the silence time.",
        sources.presence.online_count());
    one(text, "foyer_syncs_held", "gauge", "Sync calls held.", sources.held.waiting());
    one(text, "foyer_operation_waits", "gauge", "Callers waiting for an operation.",
        sources.waits.waiting());
    write_connections(text, sources);
    one(text, "foyer_blob_bytes", "gauge", "Bytes of blobs, uploads under way included.",
        sources.blobs.used_bytes());
    one(text, "foyer_resident_bytes", "gauge", "Resident memory of this process.",
        resident_bytes());
    sources.http.write(text);
    return std::move(text).take();
}

}  // namespace foyer::master
