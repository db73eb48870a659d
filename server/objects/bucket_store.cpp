#include "server/objects/bucket_store.hpp"

#include "crypto/uuid.hpp"
#include "messages/limits.hpp"
#include "net/aws_signature.hpp"
#include "net/http_client.hpp"
#include "server/refusal.hpp"
#include <algorithm>
#include <cctype>
#include <ctime>
#include <omegasafe/error.hpp>
#include <spdlog/spdlog.h>

namespace omegasafe::server {

namespace {

/// Of the requests that the server makes itself.
constexpr std::chrono::seconds own_lifetime{300};

/// Of what a bucket says beside the objects: a list of one, or an error.
constexpr std::size_t largest_words = 64 * 1024;

/// Of all calls for one request: the client that waits for them gives up after limits::http_idle.
constexpr std::chrono::milliseconds patience{10'000};
static_assert(patience < limits::http_idle);

/// What is left for one call. Looking the name up, the proxy, connecting and TLS get a quarter each.
net::http_times times_until(std::chrono::steady_clock::time_point deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0)
        throw failure(errc::ecs_unavailable, "It was too slow.");
    return {.connect = std::min(limits::http_connect, left / 4), .idle = left, .total = left};
}

/// Scheme and authority of a URL, and what stands behind them.
struct place {
    std::string scheme, host, path; // "https", "host:port", "" or "/base"
};

/// Regions of China and of the European sovereign cloud have domains of their own.
std::string amazon_host(const std::string& region) {
    const auto* const domain = region.starts_with("cn-")     ? ".amazonaws.com.cn"
                               : region.starts_with("eusc-") ? ".amazonaws.eu"
                                                             : ".amazonaws.com";
    return "s3." + region + domain;
}

place endpoint_of(const bucket_access& access) {
    const auto& rules = wire::rules_of(access.provider);
    const auto url = rules.endpoint == wire::endpoint_rule::of_region ? "https://" + amazon_host(access.region)
                                                                      : access.endpoint_url;
    const auto mark = url.find("://");
    auto rest = url.substr(mark + 3);
    while (rest.ends_with('/'))
        rest.pop_back();
    const auto slash = std::min(rest.find('/'), rest.size());
    place found{url.substr(0, mark), rest.substr(0, slash), rest.substr(slash)};
    // A bucket with dots in its name does not fit the certificate's wildcard.
    if (rules.style == wire::bucket_style::host_name && access.bucket_name.find('.') == std::string::npos)
        found.host = access.bucket_name + "." + found.host;
    else
        found.path += "/" + access.bucket_name;
    // What is signed is what clients send as Host: lower case, the port only when it is not the scheme's own.
    if (const auto normal = net::parse_object_url(found.scheme + "://" + found.host))
        found.host = normal->origin.text();
    return found;
}

/// The machine code of S3's error document: one word, whatever the bucket may say.
std::string error_code_of(const std::string& xml) {
    constexpr std::string_view opening = "<Code>", closing = "</Code>";
    constexpr std::size_t longest = 100;
    const auto begin = xml.find(opening), end = xml.find(closing, begin);
    if (end == std::string::npos || end - begin > longest)
        return "no reason given";
    const auto code = xml.substr(begin + opening.size(), end - begin - opening.size());
    const bool word = std::ranges::all_of(code, [](unsigned char c) { return c < 0x80 && std::isalnum(c) != 0; });
    return word && !code.empty() ? code : "no reason given";
}

[[noreturn]] void refuse_step(const std::string& step, unsigned status, const std::string& body) {
    throw refusal(api_error::storage_unusable,
        step + " failed in the bucket: status " + std::to_string(status) + " (" + error_code_of(body) +
            "); check bucket, region, endpoint, credentials and what they allow.",
        {{"step", step}});
}

bool ok(unsigned status) {
    return status >= 200 && status < 300;
}

} // namespace

std::string bucket_store::object_key(const object_name& name) const {
    auto key = access_.remote_path;
    while (key.starts_with('/'))
        key.erase(0, 1);
    while (key.ends_with('/'))
        key.pop_back();
    return (key.empty() ? "" : key + "/") + crypto::to_string(name.key_uuid) + "/" + crypto::to_string(name.delta_uuid);
}

std::string bucket_store::signed_url(const std::string& method, const std::string& object, const header_list& headers,
    const header_list& query, unix_time now, std::chrono::seconds lifetime) const {
    const auto where = endpoint_of(access_);
    const net::aws_request to_sign{method, where.host, where.path + "/" + object, query, headers};
    const net::aws_signer signer{access_.access_key_id, access_.secret_access_key, access_.region, now};
    return where.scheme + "://" + where.host + net::aws_presigned_target(to_sign, signer, lifetime);
}

signed_transfer bucket_store::sign_upload(const object_name& name, const upload_terms& terms, unix_time now) const {
    const auto headers = wire::upload_headers(terms);
    return {"PUT", signed_url("PUT", object_key(name), headers, {}, now, url_lifetime_), headers,
        now + url_lifetime_.count()};
}

signed_transfer bucket_store::sign_download(const object_name& name, unix_time now) const {
    return {"GET", signed_url("GET", object_key(name), {}, {}, now, url_lifetime_), {}, now + url_lifetime_.count()};
}

void bucket_store::take_turn() const {
    if (turn_)
        return;
    turn_ = turns_.take(user_uuid_);
    deadline_ = std::chrono::steady_clock::now() + patience;
}

bucket_store::reply bucket_store::send(const std::string& method, const std::string& object, const header_list& headers,
    const std::string& body, const header_list& query) const {
    take_turn();
    const bool is_object = method == "GET" && !object.empty();
    const auto url = signed_url(method, object, headers, query, std::time(nullptr), own_lifetime);
    try {
        const auto where = net::parse_object_url(url);
        if (!where)
            throw failure(errc::ecs_rejected, "its endpoint is no URL.");
        net::http_client client{where->origin, {.times = times_until(deadline_)}};
        const auto answer = client.send({.method = method,
            .target = where->target,
            .headers = headers,
            .body = crypto::as_bytes(body),
            .largest_answer = is_object ? limits::delta_container_bytes : largest_words,
            .repeatable = true});
        return {answer.status, std::string{answer.text()},
            std::string{answer.header(wire::upload_attempt_header).value_or("")}};
    } catch (const failure& problem) {
        spdlog::warn("A bucket at {} cannot be reached: {}", endpoint_of(access_).host, problem.what());
        throw refusal(api_error::unavailable,
            "The storage at " + endpoint_of(access_).host + " cannot be reached or does not answer in time.");
    }
}

std::optional<stored_object> bucket_store::fetch(const object_name& name) const {
    const auto got = send("GET", object_key(name));
    if (got.status == 404)
        return std::nullopt;
    if (!ok(got.status))
        throw refusal(api_error::unavailable, "The storage at " + endpoint_of(access_).host +
                                                  " does not give the Delta: " + error_code_of(got.body) + ".");
    return stored_object{{got.body.begin(), got.body.end()}, crypto::parse_uuid(got.attempt)};
}

bool bucket_store::exists(const object_name& name) const {
    return ok(send("HEAD", object_key(name)).status);
}

bool bucket_store::remove(const object_name& name) const noexcept {
    try {
        const auto status = send("DELETE", object_key(name)).status;
        return ok(status) || status == 404;
    } catch (const std::exception&) {
        return false;
    }
}

bucket_check bucket_store::check() const {
    take_turn(); // what this refuses is not the bucket's fault
    auto prefix = object_key({});
    prefix.resize(prefix.size() - 2 * 36 - 1);
    const auto object = prefix + "omegasafe-connection-test-" + crypto::to_string(crypto::random_uuid());
    const std::string content = "A temporary object of omegasafe-ecs; it may be deleted.";
    try {
        const auto listed = send("GET", "", {}, {}, {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", prefix}});
        if (!ok(listed.status))
            refuse_step("LIST", listed.status, listed.body);
        const auto put = send("PUT", object, {{"Content-Length", std::to_string(content.size())}}, content);
        if (!ok(put.status))
            refuse_step("PUT", put.status, put.body);
        const auto got = send("GET", object);
        if (!ok(got.status) || got.body != content)
            refuse_step("GET", got.status, got.body);
    } catch (const refusal& problem) {
        if (problem.code() != api_error::unavailable)
            throw;
        throw refusal(api_error::storage_unusable, problem.what(), {{"step", "LIST"}});
    }
    return {ok(send("DELETE", object).status)};
}

} // namespace omegasafe::server
