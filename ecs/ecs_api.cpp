#include "ecs/ecs_api.hpp"

#include "crypto/random.hpp"
#include "wire/api_error.hpp"
#include "wire/routes.hpp"
#include <algorithm>
#include <charconv>
#include <thread>

namespace omegasafe::ecs {

namespace {

constexpr unsigned too_many_requests = 429;

using net::http_headers;
using net::http_options;
using net::http_request;
using net::http_response;
using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::milliseconds;

/// The longest text of a server that is shown.
constexpr std::size_t longest_words = 500;

std::string shortened(std::string text) {
    if (text.size() > longest_words) {
        auto end = longest_words; // not inside a character
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            --end;
        text.resize(end);
        text += "...";
    }
    return text;
}

std::string as_sentence(std::string hint) {
    hint.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(hint.front())));
    return hint + (hint.ends_with('.') ? "" : ".");
}

/// The error object of an answer; nothing when it is none (a proxy's page, an overloaded server).
struct server_error {
    std::string code;
    std::optional<wire::api_error> known; // not of a later server
    std::string words;
    std::optional<json_answer> details;
};
std::optional<server_error> error_in(const http_response& answer, const std::string& host) {
    try {
        const auto error = json_answer{answer.text(), host}.object("error");
        const auto code = error.text("code");
        auto words = error.text("message");
        const auto known = wire::parse_api_error(code);
        const auto way_out = known ? wire::info_of(*known).way_out : std::nullopt;
        const auto hint = way_out ? std::optional{std::string{*way_out}} : error.text_or_none("hint");
        if (hint && !hint->empty())
            words += " " + as_sentence(*hint);
        return server_error{code, known, shortened(words), error.object_or_none("details")};
    } catch (const failure&) {
        return std::nullopt;
    }
}

bool means_not_now(unsigned status) {
    return status == 408 || status == too_many_requests || status >= 500;
}

std::string not_now(const http_response& answer, const std::string& host, const std::string& words) {
    return host + (answer.status == too_many_requests ? " asks to slow down" : " is not available at the moment") +
           " (status " + std::to_string(answer.status) + (words.empty() ? ")." : "): " + words);
}

failure coded(const server_error& error, const std::string& host) {
    const auto details = [&] {
        if (!error.details)
            json_answer{std::string_view{"{}"}, host}.refuse("lacks the details of its error");
        return *error.details;
    };
    const auto newest = [&](const char* field) {
        const auto id = error.details ? error.details->id_or_none(field) : std::nullopt;
        return id ? crypto::to_string(*id) : std::string{};
    };
    if (error.known == wire::api_error::key_unknown)
        return {errc::key_unknown, error.words};
    if (error.known == wire::api_error::delta_unknown)
        return {errc::delta_missing, error.words};
    if (error.known == wire::api_error::delta_conflict)
        return {errc::delta_conflict, error.words, newest("authoritative_delta_uuid")};
    if (error.known == wire::api_error::delta_not_newest)
        return {errc::delta_conflict, error.words, newest("newest_delta_uuid")};
    if (error.known == wire::api_error::capacity_exhausted)
        return {errc::ecs_full, error.words, crypto::to_decimal(details().position("positions_left"))};
    return {errc::ecs_rejected, error.words, error.code};
}

std::string with_query(std::string path, const std::vector<ecs_api::query>& named) {
    char joint = '?';
    for (const auto& [name, id] : named) {
        path += joint + name + "=" + crypto::to_string(id);
        joint = '&';
    }
    return path;
}

/// Only a key's Deltas may be many; some thousands of shares or storages take less than the other bound.
std::size_t largest_answer(std::string_view path) {
    constexpr std::size_t of_other_routes = 1024 * 1024;
    return path.starts_with(wire::routes::list_deltas) ? limits::http_answer_bytes : of_other_routes;
}

http_options options_of(bool check_certificate) {
    http_options options;
    options.check_certificate = check_certificate;
    return options;
}

} // namespace

std::optional<milliseconds> pause_before(unsigned next, std::optional<std::string_view> retry_after) {
    const auto base = limits::http_backoff * (next - 1);
    const auto pause = base + milliseconds{crypto::random_below(static_cast<std::uint64_t>(base.count()) + 1)};
    std::uint64_t seconds = 0;
    if (retry_after) {
        const auto* end = retry_after->data() + retry_after->size();
        const auto [stop, problem] = std::from_chars(retry_after->data(), end, seconds);
        if (problem == std::errc::result_out_of_range)
            return std::nullopt;
        if (problem != std::errc{} || stop != end) // a date, or nothing to make sense of
            seconds = 0;
    }
    if (seconds > static_cast<std::uint64_t>(limits::http_longest_pause / 1s))
        return std::nullopt;
    return std::max(pause, milliseconds{1000 * seconds});
}

failure failure_of(const http_response& answer, const std::string& host) {
    try {
        const auto error = error_in(answer, host);
        const auto words = error ? error->words : std::string{};
        if (means_not_now(answer.status))
            return {errc::ecs_unavailable, not_now(answer, "The ECS at " + host, words), answered_not_now};
        if (answer.status == 401 || answer.status == 403)
            return {errc::ecs_authentication,
                error ? words
                      : "The ECS at " + host + " refused the API key (status " + std::to_string(answer.status) + ")."};
        if (error && error->known != wire::api_error::route_unknown)
            return coded(*error, host);
        return {errc::ecs_rejected, "The ECS at " + host + " answered with status " + std::to_string(answer.status) +
                                        "; is its URL right, with its base path?"};
    } catch (const failure& malformed) {
        return malformed;
    }
}

http_response with_retries(const retry_policy& policy, repeat how, std::optional<std::string>& retry_after,
    const std::function<http_response()>& attempt) {
    const auto start = std::chrono::steady_clock::now();
    for (unsigned next = 2;; ++next) {
        retry_after.reset();
        try {
            return attempt();
        } catch (const failure& problem) {
            const bool hopeless =
                problem.code() != errc::ecs_unavailable || problem.detail() == net::certificate_refused;
            const auto pause = pause_before(next, retry_after);
            if (how == repeat::never || hopeless || next > policy.tries || !pause ||
                std::chrono::steady_clock::now() - start > limits::http_retry_window)
                throw;
            if (policy.pause)
                policy.pause(*pause);
            else
                std::this_thread::sleep_for(*pause);
        }
    }
}

ecs_api::ecs_api(const ecs_entry& entry, retry_policy policy)
    : url_(net::parse_ecs_url(entry.url)), host_(url_.origin.text()), api_key_(entry.api_key),
      development_mode_(entry.development_mode), policy_(std::move(policy)),
      client_(url_.origin, options_of(!development_mode_)) {}

json_answer ecs_api::get(const std::string& path, const std::vector<query>& named, repeat how) {
    return call({.method = "GET"}, with_query(path, named), how);
}

json_answer ecs_api::remove(const std::string& path, const std::vector<query>& named) {
    return call({.method = "DELETE"}, with_query(path, named), repeat::never);
}

json_answer ecs_api::post(const std::string& path, const json& body, repeat how, const http_headers& headers) {
    const auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    http_request request{.method = "POST", .headers = headers, .body = crypto::as_bytes(text)};
    request.headers.emplace_back("Content-Type", "application/json");
    return call(std::move(request), path, how);
}

json_answer ecs_api::patch(const std::string& path, const json& body) {
    const auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return call({.method = "PATCH", .headers = {{"Content-Type", "application/json"}}, .body = crypto::as_bytes(text)},
        path, repeat::never);
}

json_answer ecs_api::send_secret(const std::string& method, const std::string& path, const crypto::secure_bytes& body) {
    return call({.method = method, .headers = {{"Content-Type", "application/json"}}, .body = body.span()}, path,
        repeat::never);
}

json_answer ecs_api::call(http_request request, const std::string& path, repeat how) {
    request.target = url_.base + path;
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("User-Agent", "omegasafe");
    if (api_key_)
        request.bearer = api_key_->text();
    request.repeatable = how == repeat::safe;
    request.largest_answer = largest_answer(path);
    std::optional<std::string> retry_after;
    const auto sent_before = client_.sent();
    unsigned turned_away = 0;
    const auto answer = with_retries(policy_, how, retry_after, [&] {
        auto got = client_.send(request);
        sent_again_ = client_.sent() - sent_before - turned_away > 1;
        turned_away += got.status == too_many_requests ? 1 : 0; // before anything was done
        if (got.status >= 400) {
            if (const auto wait = got.header("Retry-After"))
                retry_after = std::string{*wait};
            throw failure_of(got, host_);
        }
        return got;
    });
    if (answer.status / 100 != 2)
        throw failure(errc::ecs_rejected, "The ECS at " + host_ + " answered with status " +
                                              std::to_string(answer.status) + "; give the URL that it leads to.");
    return {answer.text(), host_};
}

http_response ecs_api::transfer(const std::string& url, http_request request) {
    const auto object = net::parse_object_url(url);
    if (!object)
        throw failure(errc::ecs_rejected, "The ECS at " + host_ + " sent an address for a Delta that is no URL.");
    request.target = object->target;
    request.repeatable = true;
    if (!objects_ || objects_->origin() != object->origin) {
        // Development mode covers the ECS's own host, which serves its internal storage; nobody else.
        auto options = options_of(!(development_mode_ && object->origin.host == url_.origin.host));
        options.times.total = limits::http_transfer;
        objects_.emplace(object->origin, std::move(options));
    }
    const auto storage = "The storage at " + object->origin.text();
    std::optional<std::string> retry_after;
    return with_retries(policy_, repeat::safe, retry_after, [&] {
        auto got = objects_->send(request);
        if (means_not_now(got.status)) {
            if (const auto wait = got.header("Retry-After"))
                retry_after = std::string{*wait};
            throw failure(errc::ecs_unavailable, not_now(got, storage, {}));
        }
        return got;
    });
}

} // namespace omegasafe::ecs
