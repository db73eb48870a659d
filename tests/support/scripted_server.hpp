// A server for tests of HTTP clients: HTTPS with certificates made on the spot, answers as a script says, a record of
// what was asked (scripted_server.py).
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include <nlohmann/json.hpp>
#include <optional>

namespace omegasafe::test {

/// What a server's certificate says.
struct certificate_options {
    std::string names = "DNS:localhost,IP:127.0.0.1"; // as openssl has them in subjectAltName; empty: no such field
    bool expired = false;
    std::string common_name = "omegasafe test";
    bool not_yet_valid = false;
};

class scripted_server {
public:
    /// An HTTPS server, or without `certificate` a plain one.
    explicit scripted_server(std::optional<certificate_options> certificate = certificate_options{});

    /// What is answered from the next request on; the last answer serves all that follow. Fields: scripted_server.py.
    void plays(nlohmann::json turns);
    /// What was asked so far: connection, method, target, headers (lower-case names), body.
    std::vector<nlohmann::json> requests() const;

    std::uint16_t port() const { return port_; }
    /// host:port, as an ECS entry has it.
    std::string address() const { return "localhost:" + std::to_string(port_); }
    /// Its self-signed certificate, for SSL_CERT_FILE.
    std::filesystem::path certificate() const { return folder_ / "cert.pem"; }

private:
    temp_dir folder_;
    std::optional<process> process_;
    std::uint16_t port_ = 0;
};

/// An answer of status 200, or another, with a JSON body.
nlohmann::json json_turn(const nlohmann::json& body, unsigned status = 200);
/// The error object of an HTTP ECS.
nlohmann::json error_turn(unsigned status, const std::string& code, nlohmann::json details = nullptr);

} // namespace omegasafe::test
