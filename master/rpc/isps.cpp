// ISPs: what their lines are known by, and what their terms say.
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

void show_isp(const State& after, const Reply& reply, google::protobuf::Message& answer) {
    show(after.isps().at(IspId(reply.subject)), static_cast<api::Isp&>(answer));
}

std::vector<Asn> asns_in(const google::protobuf::RepeatedField<std::uint32_t>& from) {
    std::vector<Asn> to;
    for (const std::uint32_t number : from) to.emplace_back(number);
    return to;
}

template <class Request>
Result<std::optional<IspTerms>> terms_in(const Request& request) {
    if (!request.has_terms()) return std::optional<IspTerms>();
    const api::IspTerms& from = request.terms();
    return std::optional(
        IspTerms{TRY(from_wire(from.stance())), from.quote(), from.source(), from.read_on()});
}

}  // namespace

void create_isp(const ApiContext& context, ApiCall call, const api::CreateIspRequest& request,
                api::Isp& response) {
    const auto terms = terms_in(request);
    if (!terms.ok()) return call.done(terms.failure());
    PreparedWrite write;
    write.command = CreateIsp{IspId(request.name()), IspFamilyId(request.family()),
                              asns_in(request.asns()), terms.value()};
    write.render = show_isp;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void update_isp(const ApiContext& context, ApiCall call, const api::UpdateIspRequest& request,
                api::Isp& response) {
    const auto terms = terms_in(request);
    if (!terms.ok()) return call.done(terms.failure());
    PreparedWrite write;
    write.command = UpdateIsp{IspId(request.name()), asns_in(request.asns()), terms.value()};
    write.render = show_isp;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void delete_isp(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                api::DeletePlaceResponse& response) {
    remove_place<DeleteIsp>(context, std::move(call), request, response);
}

void get_isp(const ApiContext& context, ApiCall call, const api::GetIspRequest& request,
             api::Isp& response) {
    call.done(context.planner.read([&](const State& state) {
        return show_found(state.isps(), request.name(), "ISP",
                          [&](const Isp& row) { show(row, response); });
    }));
}

void list_isps(const ApiContext& context, ApiCall call, const api::ListIspsRequest& request,
               api::ListIspsResponse& response) {
    const auto window = page_window(context, request.page());
    if (!window.ok()) return call.done(window.failure());
    context.planner.read([&](const State& state) {
        list_rows(state, state.isps(), window.value(), *response.mutable_page(),
                  [&](const Isp& row) { show(row, *response.add_isps()); });
    });
    call.done(ok_status());
}

}  // namespace foyer::master
