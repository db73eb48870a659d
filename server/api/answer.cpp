#include "server/api/answer.hpp"

namespace omegasafe::server {

response answer(const json& payload, unsigned status) {
    return {status, payload.dump(-1, ' ', false, json::error_handler_t::replace)};
}

response error_response(const request& request, const refusal& problem) {
    const auto& info = wire::info_of(problem.code());
    const json payload{
        {"error", {{"code", info.code}, {"message", problem.what()},
                      {"hint", info.hint.empty() ? json(nullptr) : json(info.hint)},
                      {"request_id", crypto::to_string(request.request_id)}, {"details", problem.details()}}}};
    auto out = answer(payload, info.status);
    if (problem.code() == api_error::unauthenticated)
        out.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (problem.code() == api_error::unavailable)
        out.headers.emplace_back("Retry-After", "1");
    return out;
}

} // namespace omegasafe::server
