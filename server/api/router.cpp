#include "server/api/router.hpp"

#include "crypto/hash.hpp"
#include "messages/limits.hpp"
#include "server/api/answer.hpp"
#include "server/auth/api_key.hpp"
#include "wire/routes.hpp"
#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <omegasafe/error.hpp>
#include <soci/error.h>
#include <spdlog/spdlog.h>

namespace omegasafe::server {

namespace {

namespace routes = wire::routes;

constexpr std::uint64_t json_bytes = 64 * 1024;
/// The last use of an API key is noted at most this often.
constexpr unix_time touch_seconds = 60;

std::string path_of_route(const request& request) {
    if (is_object_path(request.path))
        return "/objects/{key_uuid}/{delta_uuid}";
    for (const auto& known : all_routes())
        if (known.path == request.path)
            return request.path;
    return "unknown";
}

bool is_loopback(const std::string& address) {
    boost::system::error_code problem;
    const auto parsed = boost::asio::ip::make_address(address, problem);
    return !problem && parsed.is_loopback();
}

/// Whose the API key is; refusal unauthenticated.
api_key_owner authenticated(const services& services, const request& request, unix_time now) {
    const auto text = request.bearer();
    if (const auto given = text ? parse_api_key(*text) : std::nullopt) {
        const auto found = services.data.read([&](store& data) { return data.active_api_key(given->api_key_uuid); });
        if (found && matches(*given, found->key.secret_hash)) {
            if (found->key.last_used_at.value_or(0) + touch_seconds <= now)
                services.data.write([&](store& data) { data.touch_api_key(given->api_key_uuid, now); });
            return *found;
        }
    }
    throw refusal(api_error::unauthenticated, "The request has no valid API key.");
}

std::string allowed_methods(const std::string& path) {
    std::string methods;
    for (const auto& known : all_routes())
        if (known.path == path)
            methods += (methods.empty() ? "" : ", ") + std::string{known.method};
    return methods;
}

} // namespace

const std::vector<route>& all_routes() {
    static const std::vector<route> routes{
        {"POST", routes::login, login}, {"POST", routes::create_api_key, create_api_key},
        {"GET", routes::list_api_keys, list_api_keys}, {"POST", routes::revoke_api_key, revoke_api_key},
        {"GET", routes::latest_cli_version, latest_cli_version, false}, {"POST", routes::create_key, create_key},
        {"GET", routes::view_key, view_key}, {"GET", routes::list_keys, list_keys},
        {"PATCH", routes::edit_key, edit_key}, {"DELETE", routes::delete_key, delete_key},
        {"GET", routes::key_limits, key_limits}, {"POST", routes::claim_delta, claim_delta},
        {"POST", routes::claim_alpha, claim_alpha}, {"POST", routes::fast_forward, claim_delta},
        {"GET", routes::list_deltas, list_deltas}, {"POST", routes::delta_upload_url, delta_upload_url},
        {"POST", routes::confirm_delta_upload, confirm_delta_upload},
        {"POST", routes::delta_download_url, delta_download_url}, {"DELETE", routes::delete_delta, delete_delta},
        {"POST", routes::create_storage, create_storage}, {"PATCH", routes::edit_storage, edit_storage},
        {"GET", routes::list_storages, list_storages}, {"GET", routes::view_storage, view_storage},
        {"DELETE", routes::delete_storage, delete_storage}, {"POST", routes::invite_to_key, invite_to_key},
        {"GET", routes::list_shares, list_shares}, {"POST", routes::revoke_share, revoke_share},
        {"POST", routes::leave_key, leave_key}, {"GET", routes::list_invites, list_invites},
        {"POST", routes::accept_invite, accept_invite}, {"POST", routes::decline_invite, decline_invite},
        {"GET", routes::health, nullptr, false}, // screen() answers, also when all workers are busy
        {"GET", routes::ready,
            [](const services& services, const call&) {
                if (!services.data.reachable())
                    throw refusal(api_error::unavailable, "The database cannot be reached.");
                return server::answer({{"status", "ok"}});
            },
            false},
        {"GET", routes::metrics, nullptr, false}, // screen() answers
    };
    return routes;
}

router::router(const services& services)
    : services_(services), by_address_(services.settings.traffic.rate_per_address, services.settings.traffic.burst),
      by_key_(services.settings.traffic.rate_per_key, services.settings.traffic.burst) {}

std::uint64_t router::body_limit(const request& request) const {
    // Only a URL that this server signed may bring more than a small JSON body.
    return is_object_path(request.path) && request.method == "PUT" ? limits::delta_container_bytes : json_bytes;
}

std::optional<response> router::limited(const request& request) {
    const auto now = rate_limiter::clock::now();
    auto wait = by_address_.refuse(request.remote_address, now);
    if (!wait && !request.authorization.empty()) {
        const auto digest = crypto::sha256::of(request.authorization); // the limiter must not keep API keys
        wait = by_key_.refuse({digest.begin(), digest.end()}, now);
    }
    if (!wait)
        return std::nullopt;
    auto out =
        error_response(request, {api_error::rate_limited, "Too many requests; wait " + std::to_string(*wait) + " s."});
    out.headers.emplace_back("Retry-After", std::to_string(*wait));
    return out;
}

std::optional<response> router::screen(const request& request) {
    if (request.path == routes::metrics && request.method == "GET")
        return metrics_page(request);
    if (request.path == routes::health && request.method == "GET")
        return server::answer({{"status", "ok"}}); // also when all workers are busy
    if (auto refused = limited(request))
        return refused;
    if (is_object_path(request.path) && request.method == "PUT" && !services_.signer.check(request, std::time(nullptr)))
        return error_response(request,
            {api_error::object_unknown, "There is no such object, or the URL's time is over; ask for a new one."});
    return std::nullopt;
}

response router::metrics_page(const request& request) const {
    const auto& token = services_.settings.metrics_token;
    const auto given = request.bearer();
    const bool allowed = token.empty()
                             ? is_loopback(request.remote_address)
                             : given && crypto::equal_constant_time(crypto::as_bytes(*given), crypto::as_bytes(token));
    if (!allowed)
        return error_response(request, {api_error::unauthenticated, "Metrics need the metrics token."});
    return {200, metrics_.page(server_ ? server_->connections() : 0), "text/plain; version=0.0.4"};
}

response router::dispatch(const request& request) const {
    call made{request, {}, {}, std::time(nullptr)};
    if (is_object_path(request.path)) {
        if (request.method == "PUT")
            return put_object(services_, made);
        if (request.method == "GET")
            return get_object(services_, made);
        throw refusal(api_error::method_not_allowed, "Objects take GET and PUT.", {{"allow", "GET, PUT"}});
    }
    for (const auto& known : all_routes()) {
        if (known.path != request.path || known.method != request.method)
            continue;
        if (request.path == routes::ready && server_ != nullptr && server_->stopping())
            throw refusal(api_error::unavailable, "The server is shutting down.");
        if (known.authenticated) {
            auto who = authenticated(services_, request, made.now);
            made.user = std::move(who.user);
            made.api_key_uuid = who.key.api_key_uuid;
        }
        return known.run(services_, made);
    }
    if (const auto methods = allowed_methods(request.path); !methods.empty())
        throw refusal(api_error::method_not_allowed, "This route takes " + methods + ".", {{"allow", methods}});
    throw refusal(api_error::route_unknown, "There is no such route.");
}

response router::answer(const request& request) const {
    try {
        return dispatch(request);
    } catch (const refusal& problem) {
        auto out = error_response(request, problem);
        if (problem.code() == api_error::method_not_allowed)
            out.headers.emplace_back("Allow", problem.details()["allow"].get<std::string>());
        if (problem.code() == api_error::rate_limited) // limited() knows better for rates
            out.headers.emplace_back("Retry-After", "1");
        return out;
    } catch (const soci::soci_error& problem) {
        spdlog::error("Request {}: the database failed: {}", crypto::to_string(request.request_id), problem.what());
        return error_response(request, {api_error::unavailable, "The database cannot be reached or failed."});
    } catch (const failure& problem) {
        spdlog::error("Request {}: {}", crypto::to_string(request.request_id), problem.what());
        return error_response(request, {api_error::unavailable, "The server cannot do this now."});
    } catch (const std::exception& problem) {
        spdlog::error("Request {}: {}", crypto::to_string(request.request_id), problem.what());
        return error_response(
            request, {api_error::internal, "Something went wrong in the server; its log has the request."});
    }
}

void router::done(const request& request, const response& to, std::chrono::microseconds took) {
    metrics_.count(request.method, path_of_route(request), to.status, took);
    spdlog::info("{}", json{{"request_id", crypto::to_string(request.request_id)}, {"address", request.remote_address},
                           {"method", request.method}, {"path", request.path.substr(0, 200)}, {"status", to.status},
                           {"bytes", to.body.size()}, {"microseconds", took.count()}}
                           .dump(-1, ' ', true, json::error_handler_t::replace));
}

} // namespace omegasafe::server
