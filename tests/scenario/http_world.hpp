// The real server behind a proxy that injects faults: where scenarios are played when OMEGASAFE_TEST_ECS is "http".
#pragma once

#include "messages/messages.hpp"
#include "tests/support/ecs_server.hpp"
#include <nlohmann/json.hpp>
#include <optional>

namespace omegasafe::test {

/// One server and one proxy for the whole test program. OMEGASAFE_TEST_DATABASE "postgresql" puts the server on the
/// tests' cluster; OMEGASAFE_TEST_S3 names the folder of an S3 server that keeps the Deltas.
class http_world {
public:
    /// nullptr when scenarios play on an SFC file.
    static http_world* here();

    http_world();
    http_world(const http_world&) = delete;
    http_world& operator=(const http_world&) = delete;

    /// A new entry for the owner's account: through the proxy, or past it.
    ecs_entry entry(const std::string& name) const;
    ecs_entry past_the_proxy() const;
    /// The bucket for new keys; nothing: the server's folder.
    const std::optional<uuid>& storage_uuid() const { return storage_uuid_; }

    /// Orders to the proxy (tests/support/fault_proxy.py), in place of all former ones.
    void order(const nlohmann::json& orders);
    /// Orders that no request has used up.
    std::size_t unused_orders() const;

private:
    void bring_bucket(const std::string& s3_folder);
    nlohmann::json tell_proxy(const std::string& method, const std::string& body) const;

    int proxy_port_ = free_port();
    ecs_server server_;
    process proxy_;
    std::optional<uuid> storage_uuid_;
};

} // namespace omegasafe::test
