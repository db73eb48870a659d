// A server of its own for an end-to-end test: omegasafe-ecs with its data in a temporary folder.
#pragma once

#include "tests/support/config_root.hpp"

namespace omegasafe::test {

/// What a user of the server has.
struct ecs_user {
    std::string email, api_key;
};

/// Listens on a free port of 127.0.0.1 from construction to destruction. Every member throws std::runtime_error with
/// the server's output when something fails.
class ecs_server {
public:
    /// `settings`: further environment variables, such as OMEGASAFE_ECS_LATEST_CLI_VERSION.
    explicit ecs_server(environment settings = {});
    ~ecs_server();
    ecs_server(const ecs_server&) = delete;
    ecs_server& operator=(const ecs_server&) = delete;

    /// "localhost:PORT", as commands of the client take it.
    const std::string& url() const { return url_; }
    std::string port() const { return url_.substr(url_.rfind(':') + 1); }
    std::filesystem::path certificate() const { return data() / "tls" / "certificate.pem"; }
    std::filesystem::path certificate_key() const { return data() / "tls" / "key.pem"; }
    /// The first user, owner@example.com.
    const ecs_user& owner() const { return owner_; }
    ecs_user add_user(const std::string& email) const;

    /// Commands of `root` trust the server's certificate from now on, and get the user's API key by the environment.
    void admit(config_root& root, const ecs_user& user) const;

    /// Where the internal storage keeps the files of a key's Deltas.
    std::filesystem::path deltas_of(const std::string& key_uuid) const { return data() / "deltas" / key_uuid; }

    void stop();
    void start();

private:
    run_result administer(const arguments& args) const;
    std::filesystem::path data() const { return folder_ / "data"; }
    std::string log() const;

    temp_dir folder_;
    environment settings_;
    std::string url_;
    ecs_user owner_;
    pid_t pid_ = -1;
};

/// The omegasafe-ecs binary under test.
std::filesystem::path ecs_binary();

/// A port of 127.0.0.1 that nobody listens on now.
int free_port();

} // namespace omegasafe::test
