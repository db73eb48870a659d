// One call of an HTTP ECS's API: sent with the API key, repeated where that is safe, its refusals as failures.
#pragma once

#include "ecs/external_claims_storage.hpp"
#include "ecs/json_answer.hpp"
#include "messages/messages.hpp"
#include "net/http_client.hpp"
#include <functional>
#include <omegasafe/error.hpp>

namespace omegasafe::ecs {

/// Whether a call may be sent again when its answer did not come.
enum class repeat : std::uint8_t {
    never, // it would be done twice: create, invite, revoke
    safe   // it reads, carries an idempotency key, or does nothing the second time
};

/// When a call is repeated.
struct retry_policy {
    unsigned tries = limits::http_tries;
    std::function<void(std::chrono::milliseconds)> pause{}; // empty: the thread sleeps
};

/// The pause before try `next` (2, 3, ...): a random one that grows, or the longer one that the server asked for in
/// Retry-After; nothing when it asked for more than limits::http_longest_pause.
std::optional<std::chrono::milliseconds> pause_before(unsigned next, std::optional<std::string_view> retry_after);

/// An answer of status >= 400 as the failure of that class: 408, 429 and 5xx ecs_unavailable (answered_not_now), 401
/// and 403 ecs_authentication, the codes key_unknown, delta_unknown, delta_conflict, delta_not_newest and
/// capacity_exhausted their own, anything else ecs_rejected; with the server's words where it has some.
failure failure_of(const net::http_response& answer, const std::string& host);

/// Runs `attempt` until it succeeds; again after failure(ecs_unavailable), while that is sensible. `retry_after` is
/// what the last attempt left there.
net::http_response with_retries(const retry_policy& policy, repeat how, std::optional<std::string>& retry_after,
    const std::function<net::http_response()>& attempt);

/// The API of one ECS, over one kept connection. For one thread.
class ecs_api {
public:
    struct query {
        std::string name;
        uuid id{};
    };

    /// `entry` is of type HTTP.
    explicit ecs_api(const ecs_entry& entry, retry_policy policy = {});

    /// Reads and deletes: what is named goes into the query.
    json_answer get(const std::string& path, const std::vector<query>& named = {}, repeat how = repeat::safe);
    json_answer remove(const std::string& path, const std::vector<query>& named);
    /// Writes. `headers` beside the usual ones.
    json_answer post(
        const std::string& path, const nlohmann::json& body, repeat how, const net::http_headers& headers = {});
    json_answer patch(const std::string& path, const nlohmann::json& body);
    /// A body that holds secrets: it stays in locked memory.
    json_answer send_secret(const std::string& method, const std::string& path, const crypto::secure_bytes& body);

    /// Sends to a URL that the server gave for an object: without the API key. Repeated when the storage is away.
    /// Answers of status >= 400 are the caller's to judge, except those that mean "not now".
    net::http_response transfer(const std::string& url, net::http_request request);

    /// Whether the last call was sent more than once.
    bool sent_again() const { return sent_again_; }
    /// As it stands in sentences.
    const std::string& host() const { return host_; }

private:
    json_answer call(net::http_request request, const std::string& path, repeat how);

    net::ecs_url url_;
    std::string host_;
    secret_ptr api_key_;
    bool development_mode_;
    retry_policy policy_;
    net::http_client client_;
    bool sent_again_ = false;
    std::optional<net::http_client> objects_; // of the storage that was used last
};

} // namespace omegasafe::ecs
